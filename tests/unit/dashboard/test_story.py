"""The story so far: the condition as an axis of its own, and what to do next."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from dashboard.pages.cases.condition import said, standing
from dashboard.pages.cases.story import Next, next_things
from domain.attempt import RESULTS, VERIFYING, AttemptKind, AttemptResult, fits
from domain.case import CaseState, Condition
from domain.finding import Cause
from domain.ids import CaseId, UserId
from domain.verdict import HomeView
from storage.register.attempts import StoredAttempt
from tests.unit.dashboard.test_case_view import CASE, ENGLISH, EPISODE, NOW

SEEN = HomeView(
    has_open_resident_case=True,
    last_heard_at=NOW,
    watermark=NOW,
    last_activity_at=NOW - timedelta(hours=12, minutes=30),
    absent_until=None,
)
LOST_AT = NOW - timedelta(minutes=20)
DARK = replace(SEEN, last_heard_at=LOST_AT, watermark=LOST_AT)


def condition(
    cause: Cause = Cause.INACTIVITY,
    view: HomeView | None = SEEN,
    *,
    recovered_at: datetime | None = None,
) -> tuple[Condition, datetime | None]:
    """Return the condition of a case and since when."""
    episode = replace(EPISODE, recovered_at=recovered_at)
    case = replace(CASE, cause=cause, kind=cause.kind, episode=episode)
    found = standing(case, view, now=NOW)
    assert found is not None
    return found.condition, found.since


def test_a_silence_that_goes_on_counts_from_the_last_movement() -> None:
    """Not from the finding."""
    assert condition() == (Condition.SILENT, EPISODE.last_activity_at)


def test_movement_is_said_and_is_no_end() -> None:
    """The case stays as it is: only its condition changes."""
    at = NOW - timedelta(minutes=5)

    assert condition(recovered_at=at) == (Condition.MOVING, at)


@pytest.mark.parametrize("recovered_at", [None, NOW - timedelta(minutes=30)])
@pytest.mark.parametrize("cause", [Cause.INACTIVITY, Cause.HELP])
def test_a_home_that_went_dark_since_is_blind(cause: Cause, recovered_at: datetime | None) -> None:
    """Whatever was seen before: what is now is not known, also where a case is open."""
    assert condition(cause, DARK, recovered_at=recovered_at) == (Condition.BLIND, LOST_AT)


def test_a_press_stays_a_press() -> None:
    """Movement after it says nothing of how the resident is."""
    assert condition(Cause.HELP, recovered_at=NOW) == (Condition.PRESSED, EPISODE.began_at)


def test_equipment_is_faulty_until_it_is_heard() -> None:
    """And in order again after that."""
    assert condition(Cause.SENSOR_SILENT)[0] is Condition.FAULTY
    assert condition(Cause.SENSOR_SILENT, recovered_at=NOW)[0] is Condition.MENDED


@pytest.mark.parametrize("value", Condition)
def test_every_condition_is_said_with_its_time(value: Condition) -> None:
    """In words, beside the colour."""
    found = standing(CASE, SEEN, now=NOW)
    assert found is not None

    assert "09:12" in said(replace(found, condition=value), "09:12", ENGLISH)


def tried(result: AttemptResult) -> StoredAttempt:
    """Make an attempt."""
    return StoredAttempt(
        id="attempt",
        case=CaseId("case"),
        kind=AttemptKind.CALL,
        result=result,
        happened_at=NOW,
        entered_at=NOW,
        user=UserId("aoki"),
        by="Aoki",
        note=None,
    )


def test_taking_on_comes_first_and_closing_once_somebody_was_met() -> None:
    """The first button is the next thing to do."""
    waiting, taken = CaseState.TRIGGERED, CaseState.ACKNOWLEDGED
    nobody = [tried(AttemptResult.NO_ANSWER)]
    met = [tried(AttemptResult.MET), *nobody]

    assert next_things(waiting, [], has_phone=True)[0] is Next.TAKE_ON
    assert next_things(taken, nobody, has_phone=True)[0] is Next.CALL
    assert next_things(taken, nobody, has_phone=False)[0] is Next.WRITE_DOWN
    assert next_things(taken, met, has_phone=True)[0] is Next.CLOSE
    assert next_things(CaseState.RESOLVED, met, has_phone=True) == ()


def test_hearsay_verifies_nothing() -> None:
    """What others say is written down and closes nothing by itself."""
    assert AttemptResult.TOLD_WELL not in VERIFYING


@pytest.mark.parametrize("kind", AttemptKind)
def test_every_kind_has_results_that_fit_and_others_do_not(kind: AttemptKind) -> None:
    """Nobody met the resident by telephone."""
    assert all(fits(kind, result) for result in RESULTS[kind])
    assert not all(fits(kind, result) for result in AttemptResult)
