"""Which deadline holds after a person has looked, and where nothing was ever active."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from anomaly.expectation import (
    HOSPITAL_LASTS,
    NEVER_ACTIVE,
    UNVERIFIED_LASTS,
    VERIFIED_LASTS,
)
from domain.case import Outcome
from domain.finding import Cause, Phase, Reason
from domain.verdict import LEAVING_LASTS
from storage.register.closings import Closing
from tests.support.scenario_watch import WatchedHome
from tests.unit.anomaly.homes import DAY, HOUR, MINUTE, local

SIX = local("2026-03-10T06:00")


def alarmed() -> WatchedHome:
    """Return a home active at six and found silent at 18:00; its case is open."""
    home = WatchedHome(SIX)
    home.be_active()
    home.look()
    home.look(after=12 * HOUR)
    assert [one.began_at for one in home.begun] == [SIX + 12 * HOUR]
    return home


def due_at(home: WatchedHome) -> datetime | None:
    """Return the stored deadline."""
    assert home.seen.deadline is not None
    return home.seen.deadline.due_at


@pytest.mark.parametrize("outcome", [Outcome.WELL, Outcome.HELPED])
def test_look_lasts_a_day(outcome: Outcome) -> None:
    """Found again 24 h after the closing, not a minute sooner, as a finding of its own."""
    home = alarmed()
    home.look(after=HOUR)
    home.close(outcome)
    closed = home.now
    home.look()
    assert due_at(home) == closed + VERIFIED_LASTS
    assert not home.look(after=VERIFIED_LASTS - MINUTE)
    (found,) = home.look(after=MINUTE)

    assert (found.began_at, found.due_at) == (closed + VERIFIED_LASTS,) * 2
    assert found.last_activity_at == SIX
    assert len({one.key for one in home.begun}) == 2


@pytest.mark.parametrize("outcome", [Outcome.UNVERIFIED, Outcome.REPAIRED])
def test_closing_without_a_look_lasts_six_hours(outcome: Outcome) -> None:
    """Nobody was spoken to or seen: the silence is found again much sooner."""
    home = alarmed()
    home.close(outcome)

    assert not home.look(after=UNVERIFIED_LASTS - MINUTE)
    assert home.look(after=MINUTE)


@pytest.mark.parametrize("outcome", [Outcome.HOSPITAL, Outcome.DIED])
def test_nobody_is_expected_until_somebody_moves(outcome: Outcome) -> None:
    """Quiet for days; the first activity sets a deadline, and is told to the case."""
    home = alarmed()
    home.close(outcome)
    home.look()
    assert not home.look(after=9 * DAY)

    home.be_active()
    recovered, *rest = home.look()
    assert (recovered.phase, rest) == (Phase.RECOVERED, [])
    assert due_at(home) == home.now + 12 * HOUR


def test_hospital_is_asked_about_after_two_weeks_and_death_never() -> None:
    """A forgotten stay in hospital alarms; where nobody lives any more, nothing does."""
    stays, died = alarmed(), alarmed()
    stays.close(Outcome.HOSPITAL)
    died.close(Outcome.DIED)

    assert not stays.look(after=HOSPITAL_LASTS - MINUTE)
    assert stays.look(after=MINUTE)
    assert not died.look(after=100 * DAY)
    assert due_at(died) is None


def test_hospital_before_the_deadline_ends_it() -> None:
    """A help case closed with hospital: the silence that follows is expected."""
    home = WatchedHome(SIX)
    home.be_active()
    home.look()
    home.look(after=HOUR)
    home.close(Outcome.HOSPITAL)

    assert not home.look(after=2 * DAY)


def test_look_before_the_deadline_moves_nothing() -> None:
    """A help case closed early: the silence since the press keeps its deadline."""
    home = WatchedHome(SIX)
    home.be_active()
    home.look()
    home.look(after=HOUR)
    home.close(Outcome.HELPED)
    home.look()

    assert due_at(home) == SIX + 12 * HOUR


def test_late_evidence_does_not_ring_again_after_a_look() -> None:
    """Movement of the morning arrives after the closing: its deadline had passed by then."""
    home = alarmed()
    home.look(after=HOUR)
    home.close(Outcome.WELL)
    closed = home.now
    home.look(after=MINUTE)
    home.seen = replace(home.seen, last_activity_at=SIX + 30 * MINUTE)
    assert [one.phase for one in home.look()] == [Phase.RECOVERED]

    assert due_at(home) == closed + VERIFIED_LASTS


def test_open_case_is_not_found_again() -> None:
    """However long the silence lasts, and whatever other case was closed meanwhile."""
    home = alarmed()
    home.seen = replace(home.seen, closing=Closing(at=home.now + HOUR, outcome=Outcome.WELL))
    for _ in range(5):
        assert not home.look(after=DAY)


def test_absence_after_a_look_holds_the_deadline() -> None:
    """Closed because she is at her daughter's, and so entered: from its end the cap holds."""
    home = alarmed()
    home.close(Outcome.WELL)
    back = home.now + 3 * DAY
    home.seen = replace(home.seen, absences=((home.now, back),))
    home.look()

    assert due_at(home) == back + 12 * HOUR


@pytest.mark.parametrize(
    ("moved_after", "due_after"),
    [(LEAVING_LASTS, 3 * DAY + 12 * HOUR), (LEAVING_LASTS + MINUTE, LEAVING_LASTS + 12.02 * HOUR)],
)
def test_coming_home_early_ends_an_absence(moved_after: timedelta, due_after: timedelta) -> None:
    """What moves while somebody leaves is no return; what moves later is watched from there."""
    home = WatchedHome(SIX)
    home.be_active()
    home.seen = replace(home.seen, absences=((SIX, SIX + 3 * DAY),))
    home.look()
    home.look(after=moved_after)
    home.be_active()
    home.look()
    due = due_at(home)
    assert due is not None
    assert abs(due - (SIX + due_after)) < 2 * MINUTE

    assert not home.look(after=due - home.now - MINUTE)
    assert home.look(after=MINUTE)


@pytest.mark.parametrize(("hours", "cause"), [(11, Cause.GATEWAY_SILENT), (12, Cause.INACTIVITY)])
def test_dark_after_a_look_follows_the_half_way_rule(hours: int, cause: Cause) -> None:
    """The way begins with the look: dark within twelve of its 24 hours asks to call."""
    home = alarmed()
    home.close(Outcome.WELL)
    closed = home.now
    home.look(after=hours * HOUR)
    for _ in range(6):
        home.look(after=3 * MINUTE, is_heard=False)
    home.look(after=closed + VERIFIED_LASTS - home.now, is_heard=False)
    last = home.found[-1]
    assert not home.look(after=HOUR, is_heard=False)

    assert (last.cause, last.due_at) == (cause, closed + VERIFIED_LASTS)
    assert last.phase is (Phase.CALL if cause is Cause.GATEWAY_SILENT else Phase.BEGUN)


def test_dark_home_asks_to_call_again_a_day_after_a_look() -> None:
    """The call of before the look was answered by it; the next deadline has a call of its own."""
    home = WatchedHome(SIX)
    home.be_active()
    home.look()
    home.look(after=2 * HOUR)
    for _ in range(6):
        home.look(after=3 * MINUTE, is_heard=False)
    home.look(after=SIX + 12 * HOUR - home.now, is_heard=False)
    home.look(after=HOUR, is_heard=False)
    home.close(Outcome.WELL)
    home.look(is_heard=False)
    home.look(after=DAY, is_heard=False)

    calls = [one.due_at for one in home.found if one.phase is Phase.CALL]
    assert calls == [SIX + 12 * HOUR, SIX + 13 * HOUR + VERIFIED_LASTS]


def test_each_look_buys_one_day() -> None:
    """Closed again and again: one finding a day."""
    home = alarmed()
    for count in range(2, 5):
        home.close(Outcome.WELL)
        home.look(after=DAY)
        assert len(home.begun) == count


def test_home_that_was_never_active_is_found_by_the_cap() -> None:
    """From the first envelope on; the finding claims no activity."""
    home = WatchedHome(SIX)
    home.look()
    assert home.seen.deadline is not None
    assert home.seen.deadline.mode == NEVER_ACTIVE
    assert not home.look(after=12 * HOUR - MINUTE)
    (found,) = home.look(after=MINUTE)

    assert (found.reason, found.began_at) == (Reason.SILENCE_PAST_CAP, SIX)
    assert (found.due_at, found.last_activity_at) == (SIX + 12 * HOUR, None)
    assert not home.look(after=DAY)


def test_first_activity_ever_recovers_even_when_it_lies_before_the_first_envelope() -> None:
    """What was seen first may arrive last; it is activity all the same."""
    home = WatchedHome(SIX)
    home.look()
    home.look(after=12 * HOUR)
    home.seen = replace(home.seen, last_activity_at=SIX - timedelta(seconds=1))
    phases = [one.phase for one in home.look()]

    assert phases[0] is Phase.RECOVERED
