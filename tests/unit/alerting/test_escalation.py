"""The ladder decides who is told next, and when."""

from dataclasses import replace
from datetime import timedelta

import pytest

from alerting.escalation import (
    DEFAULT_POLICIES,
    LAST_RESORT,
    Decision,
    Ladder,
    Reason,
    Standing,
    Step,
    Who,
    decide,
    ladder_of,
    rung_after_lapse,
)
from domain.case import CaseState
from domain.finding import Kind
from domain.finding import Reason as FindingReason
from tests.support.town import NOON

POLICY = DEFAULT_POLICIES[Ladder.RESIDENT]
TEN = timedelta(minutes=10)


def standing(
    *,
    state: CaseState = CaseState.TRIGGERED,
    rung: int = 0,
    minutes_left: int | None = 0,
    is_anyone_told: bool = True,
) -> Standing:
    """Make a standing whose next step is due in some minutes."""
    wait = None if minutes_left is None else NOON + timedelta(minutes=minutes_left)
    return Standing(state=state, rung=rung, next_step_at=wait, is_anyone_told=is_anyone_told)


def test_first_step_is_taken_at_once() -> None:
    """A new episode tells its assigned caseworkers without any wait."""
    decision = decide(POLICY, standing(minutes_left=None, is_anyone_told=False), now=NOON)

    assert decision == Decision(reason=Reason.FIRST, step=POLICY[0])
    assert POLICY[0] == Step(who=Who.ASSIGNED, wait=TEN)


def test_second_step_follows_after_its_wait() -> None:
    """Ten minutes without an answer, to the instant, tell all caseworkers."""
    just_due = decide(POLICY, standing(rung=1), now=NOON)

    assert just_due == Decision(reason=Reason.DUE, step=POLICY[1])
    assert POLICY[1].who is Who.CASEWORKERS


def test_second_step_waits() -> None:
    """Before the wait is over nobody else is told."""
    decision = decide(POLICY, standing(rung=1, minutes_left=1), now=NOON)

    assert decision == Decision(reason=Reason.WAITING)


@pytest.mark.parametrize("rung", [0, 1, 2, 3])
@pytest.mark.parametrize(
    ("is_asked", "minutes_left", "reason"),
    [
        (False, 1, Reason.WAITING),
        (False, 0, Reason.OWNER_SILENT),
        (True, 1, Reason.WAITING),
        (True, 0, Reason.LAPSED),
        (True, None, Reason.ACKNOWLEDGED),
    ],
)
def test_owner_is_asked_once_and_then_has_it_no_longer(
    rung: int,
    is_asked: bool,  # noqa: FBT001 (pytest passes it by name)
    minutes_left: int | None,
    reason: Reason,
) -> None:
    """While somebody has the case no step is taken; without a word it ends by itself."""
    mine = replace(
        standing(state=CaseState.ACKNOWLEDGED, rung=rung, minutes_left=minutes_left),
        is_owner_asked=is_asked,
    )

    assert decide(POLICY, mine, now=NOON) == Decision(reason=reason)


def test_lapse_goes_on_above_and_begins_again_at_the_end() -> None:
    """The next step is for those who were not told yet; behind the last all are told anew."""
    assert [rung_after_lapse(POLICY, rung) for rung in (0, 1, 2, 3)] == [0, 1, 0, 0]
    again = replace(standing(rung=0), has_lapsed=True)
    assert decide(POLICY, again, now=NOON) == Decision(reason=Reason.DUE, step=POLICY[0])


@pytest.mark.parametrize(
    ("state", "minutes_left", "reason"),
    [
        (CaseState.ASKING, 1, Reason.WAITING),
        (CaseState.ASKING, 0, Reason.RESIDENT_SILENT),
        (CaseState.ANSWERED, 1, Reason.WAITING),
        (CaseState.ANSWERED, 0, Reason.RESIDENT_SILENT),
        (CaseState.ANSWERED, None, Reason.ANSWERED),
    ],
)
def test_people_are_called_when_the_resident_does_not_answer(
    state: CaseState, minutes_left: int | None, reason: Reason
) -> None:
    """Not before the minutes are over, and not at all after an answer."""
    asked = standing(state=state, minutes_left=minutes_left)

    assert decide(POLICY, asked, now=NOON) == Decision(reason=reason)


@pytest.mark.parametrize(
    ("who", "schedule"), [(Who.ON_CALL, None), (Who.ON_CALL, ""), (Who.ASSIGNED, "night")]
)
def test_step_names_a_schedule_when_it_asks_for_one(who: Who, schedule: str | None) -> None:
    """Whoever is on call is on call by a schedule; nobody else needs one."""
    with pytest.raises(ValueError, match="schedule"):
        Step(who=who, wait=TEN, schedule=schedule)


def test_resolution_ends_the_ladder() -> None:
    """A closed case tells nobody."""
    closed = standing(state=CaseState.RESOLVED)

    assert decide(POLICY, closed, now=NOON).reason is Reason.RESOLVED


def test_ladder_is_exhausted_after_the_last_wait() -> None:
    """When the last wait is over without an answer, that is said."""
    decision = decide(POLICY, standing(rung=2), now=NOON)

    assert decision == Decision(reason=Reason.EXHAUSTED)


def test_last_resort_is_taken_when_nobody_was_told() -> None:
    """A ladder that reached nobody at all is followed by one step to everybody who is left."""
    alone = standing(rung=2, is_anyone_told=False)

    assert decide(POLICY, alone, now=NOON) == Decision(reason=Reason.DUE, step=LAST_RESORT)


def test_last_resort_is_taken_once() -> None:
    """There is nothing behind the last resort."""
    alone = standing(rung=3, is_anyone_told=False)

    assert decide(POLICY, alone, now=NOON).reason is Reason.EXHAUSTED


def test_step_without_time_to_answer_is_refused() -> None:
    """A wait below a minute is a mistake, not a policy."""
    with pytest.raises(ValueError, match="at least"):
        Step(who=Who.ASSIGNED, wait=timedelta(seconds=59))


def test_technicians_have_an_hour() -> None:
    """Equipment goes to technicians, and to administrators after 60 minutes."""
    first, second = DEFAULT_POLICIES[Ladder.TECHNICAL]

    assert (first.who, first.wait) == (Who.TECHNICIANS, timedelta(minutes=60))
    assert second.who is Who.ADMINISTRATORS


@pytest.mark.parametrize(
    ("kind", "reason", "is_review", "ladder"),
    [
        (Kind.RESIDENT, FindingReason.SILENCE_PAST_DEADLINE, False, Ladder.RESIDENT),
        (Kind.RESIDENT, FindingReason.BUTTON_ARRIVED_LATE, True, Ladder.REVIEW),
        (Kind.TECHNICAL, FindingReason.NOTHING_HEARD, False, Ladder.TECHNICAL),
        (Kind.TECHNICAL, FindingReason.BLIND_PAST_DEADLINE, False, Ladder.CALL),
    ],
)
def test_ladder_is_chosen_by_what_it_is_about(
    kind: Kind,
    reason: FindingReason,
    is_review: bool,  # noqa: FBT001 (pytest passes it by name)
    ladder: Ladder,
) -> None:
    """A request to call climbs as fast as a resident case, though its case is a technical one."""
    assert ladder_of(kind, reason, is_review=is_review) is ladder
