"""Learning a routine, storing it, and the deadline that follows from it."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
import pytest

from anomaly.deadline import LastActivity, deadline, usual_silence_after
from anomaly.routine import SOONEST, Routine, dumps, loads, untaught
from anomaly.silences import Mode, Tick
from anomaly.teaching import fit
from anomaly.threshold import BUDGET_PER_DAY, Tail
from domain.finding import Reason
from tests.unit.anomaly.homes import BERLIN, DAY, HOUR, MINUTE, TOKYO, history, local, waking_days

FITTED = local("2026-03-31T03:00")
MONTH = waking_days("2026-03-01", 30)


@pytest.fixture(scope="module")
def routine() -> Routine:
    """Return the routine of a home with regular days."""
    return fit(history(MONTH), until=FITTED, zone=TOKYO)


def theta(learned: Routine) -> float:
    """Return the factor that is exceeded once in thirty days."""
    assert learned.scores is not None
    return learned.scores.exceeded(BUDGET_PER_DAY)


def test_fit_without_history_learns_nothing() -> None:
    """A new resident has the cap alone."""
    learned = fit(history([]), until=FITTED, zone=TOKYO)

    assert not learned.is_usable
    assert learned.days == 0.0


def test_fit_before_three_days_leaves_the_cap() -> None:
    """Two days are no routine, ten with two long silences each are one."""
    two = fit(history(waking_days("2026-03-01", 2)), until=FITTED, zone=TOKYO)
    ten = fit(history(waking_days("2026-03-01", 10)), until=FITTED, zone=TOKYO)

    assert not two.is_usable
    assert ten.is_usable


def test_fit_forgets_what_is_older_than_sixty_days() -> None:
    """Two months ago is another season."""
    old = fit(history(MONTH), until=FITTED + 60 * DAY, zone=TOKYO)

    assert not old.is_usable


def test_fit_knows_nothing_of_what_comes_after(routine: Routine) -> None:
    """Activity after `until` changes nothing."""
    later = [*MONTH, *waking_days("2026-04-01", 5, rise=10)]

    assert fit(history(later), until=FITTED, zone=TOKYO) == routine


def test_fit_does_not_learn_the_silence_that_still_runs() -> None:
    """A collapse at noon must not become usual in the night's fit."""
    collapsed = [tick for tick in MONTH if tick.at < local("2026-03-30T12:00")]

    learned = fit(history(collapsed), until=FITTED, zone=TOKYO)

    assert learned.home[12 * 6 + 5] < 2 * 3600


def test_fit_leaves_dropped_stretches_out(routine: Routine) -> None:
    """Three days in hospital, given as such, do not lengthen any silence."""
    start, end = local("2026-03-14T12:00"), local("2026-03-17T12:00")
    away = [tick for tick in MONTH if not start < tick.at < end]

    learned = fit(history(away), until=FITTED, zone=TOKYO, dropped=[(start, end)])
    unaware = fit(history(away), until=FITTED, zone=TOKYO)

    assert learned.days == pytest.approx(routine.days - 3.0, abs=0.1)
    assert theta(learned) == pytest.approx(theta(routine), rel=0.25)
    assert unaware.lengths is not None
    assert learned.lengths is not None
    assert unaware.lengths.exceeded(1 / 30) > learned.lengths.exceeded(1 / 30)


def test_deadline_without_routine_is_the_cap() -> None:
    """Twelve hours at home, twenty-four after leaving, and the reason says so."""
    at = local("2026-04-01T12:00")

    home = deadline(None, LastActivity(at=at), zone=TOKYO)
    left = deadline(None, LastActivity(at=at, mode=Mode.JUST_LEFT), zone=TOKYO)

    assert (home.due_at, home.reason) == (at + 12 * HOUR, Reason.SILENCE_PAST_CAP)
    assert left.due_at == at + 24 * HOUR
    assert home.usual is None


def test_deadline_of_bedtime_allows_the_night_and_of_noon_does_not(routine: Routine) -> None:
    """The same routine waits longer after the last tick of the evening than after one at noon."""
    noon = deadline(routine, LastActivity(at=local("2026-04-01T12:00")), zone=TOKYO)
    bed = deadline(routine, LastActivity(at=local("2026-04-01T23:00")), zone=TOKYO)

    assert noon.due_at - local("2026-04-01T12:00") < 4 * HOUR
    assert bed.due_at > local("2026-04-02T07:00")
    assert bed.usual is not None
    assert bed.usual > 7.5 * HOUR
    assert bed.reason is Reason.SILENCE_PAST_DEADLINE


@pytest.mark.parametrize(("factor", "expected"), [(0.001, SOONEST), (1e9, 12 * HOUR)])
def test_deadline_is_between_a_quarter_hour_and_the_cap(
    routine: Routine, factor: float, expected: timedelta
) -> None:
    """Whatever was learned, the deadline stays within these."""
    flat = Tail(begins=factor, excess=0.0, per_day=0.0)
    extreme = msgspec.structs.replace(routine, scores=flat, lengths=None)
    at = local("2026-04-01T12:00")

    assert deadline(extreme, LastActivity(at=at), zone=TOKYO).due_at == at + expected


@pytest.mark.parametrize(
    ("evening", "hours"),
    [("2026-03-27T23:00", 8), ("2026-03-28T23:00", 7), ("2026-10-24T23:00", 9)],
)
def test_usual_night_ends_by_the_local_clock_when_it_changes(evening: str, hours: int) -> None:
    """The line of 07:00 is passed at 07:00 on the wall, after 7, 8 or 9 hours."""
    line = [0.0] * 144
    line[23 * 6 :] = [1e6] * 6
    line[: 7 * 6] = [1e6] * 42
    routine = msgspec.structs.replace(untaught(FITTED), home=tuple(line), left=tuple(line))

    usual = usual_silence_after(routine, LastActivity(at=local(evening, BERLIN)), zone=BERLIN)

    assert usual == hours * HOUR


@pytest.mark.parametrize("first", ["2026-03-20", "2026-10-16", "2028-02-20", "2026-12-25"])
def test_fit_is_the_same_across_clock_changes_leap_days_and_new_years(first: str) -> None:
    """A calendar's odd nights leave a factor near that of ordinary weeks."""
    start = datetime.fromisoformat(first)
    ordinary = waking_days("2026-05-01", 14, zone=BERLIN)
    odd = waking_days(first, 14, zone=BERLIN)

    learned = fit(history(odd), until=local((start + 14 * DAY).isoformat(), BERLIN), zone=BERLIN)
    reference = fit(history(ordinary), until=local("2026-05-15", BERLIN), zone=BERLIN)

    assert theta(learned) == pytest.approx(theta(reference), rel=0.25)
    assert learned.days == pytest.approx(reference.days, abs=0.2)


def test_routine_survives_its_store(routine: Routine) -> None:
    """What was written is what is read."""
    assert loads(dumps(routine)) == routine


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"format":2', '"format":1'),
        ('"format":2', '"format":3'),
        ('"days":', '"dayz":'),
        ('"home":[', '"home":[1,'),
        ('"begins":', '"begins":-'),
        ('"excess":', '"excess":-1'),
        ("{", ""),
        ("}", "\x00"),
        ('"left":[0.0', '"left":[-1.0'),
        ('"left":[0.0', '"left":[1e999'),
    ],
)
def test_damaged_routine_is_not_believed(routine: Routine, old: str, new: str) -> None:
    """A broken, foreign or absurd model is None, and the cap takes over."""
    text = dumps(routine)

    assert old in text
    assert loads(text.replace(old, new, 1)) is None


def test_left_line_is_learned_from_outings() -> None:
    """Who shops for two hours every day is expected back within a few."""
    ticks = []
    for day in range(20):
        leave = local("2026-03-01T15:00") + day * DAY
        ticks += [t for t in waking_days("2026-03-01", 20) if leave - DAY < t.at < leave]
        ticks.append(Tick(at=leave, entrance=True))
    outings = [(t.at, t.at + 2 * HOUR) for t in ticks if t.entrance]
    ticks = [t for t in ticks if not any(start < t.at < end for start, end in outings)]

    learned = fit(history(ticks), until=local("2026-03-21T00:00"), zone=TOKYO)
    last = LastActivity(at=local("2026-03-21T15:00"), mode=Mode.JUST_LEFT)

    assert usual_silence_after(learned, last, zone=TOKYO) == pytest.approx(
        2 * HOUR, abs=20 * MINUTE
    )


def test_silence_beyond_the_cap_counts_no_more_than_the_cap() -> None:
    """Beyond the cap an alarm comes anyway: two days without a tick weigh as much as twelve hours.

    Otherwise one unexplained absence would lengthen every deadline for two months.
    """
    start, end = local("2026-03-14T12:00"), local("2026-03-15T00:00")
    twelve_hours = [tick for tick in MONTH if not start < tick.at < end]
    two_days = [tick for tick in MONTH if not start < tick.at < end + 36 * HOUR]

    short = fit(history(twelve_hours), until=FITTED, zone=TOKYO)
    long = fit(history(two_days), until=FITTED, zone=TOKYO)

    assert theta(long) == pytest.approx(theta(short), rel=0.15)
