"""Why somebody was not told: each silence has exactly one reason."""

from datetime import UTC, datetime

import pytest

from alerting.not_told import Candidate, NotTold, Progress, silences
from domain.case import CaseState
from domain.ids import UserId

AT = datetime(2026, 11, 22, 1, 10, tzinfo=UTC)
AOKI, SATO, MOTHER, MUTE = (UserId(name) for name in ("aoki", "sato", "mother", "mute"))
STEPS = {1: {AOKI}, 2: {AOKI, SATO, MUTE}, 3: {MOTHER}}


def why(user: UserId, state: CaseState, *, taken: int = 1) -> tuple[NotTold, int | None]:
    """Return why one person was not told, with the step that names them."""
    one = Candidate(user=user, has_address=user != MUTE)
    progress = Progress(state=state, steps_taken=taken, next_step_at=AT)
    (found,) = silences([one], STEPS, {AOKI}, progress)
    return found.why, found.step


def test_whose_turn_comes_is_named_with_its_instant() -> None:
    """The next step has an instant; one behind it has none yet."""
    progress = Progress(state=CaseState.TRIGGERED, steps_taken=1, next_step_at=AT)
    people = [Candidate(user=SATO, has_address=True), Candidate(user=MOTHER, has_address=True)]

    found = silences(people, STEPS, {AOKI}, progress)

    assert [(one.why, one.step, one.at) for one in found] == [
        (NotTold.NOT_YET, 2, AT),
        (NotTold.NOT_YET, 3, None),
    ]


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (CaseState.ACKNOWLEDGED, NotTold.TAKEN_ON),
        (CaseState.ANSWERED, NotTold.ANSWERED),
        (CaseState.RESOLVED, NotTold.CLOSED),
    ],
)
def test_an_answer_before_their_turn_is_the_reason(state: CaseState, reason: NotTold) -> None:
    """Taken on, or closed, before the step that names them."""
    assert why(SATO, state) == (reason, 2)


def test_without_an_address_nothing_else_matters() -> None:
    """That is what somebody can mend."""
    assert why(MUTE, CaseState.TRIGGERED) == (NotTold.NO_ADDRESS, None)


def test_who_is_named_by_a_step_that_was_taken_without_them_is_told_apart() -> None:
    """Assigned since, or not to be reached then."""
    assert why(SATO, CaseState.TRIGGERED, taken=2) == (NotTold.NOT_THEN, 2)


def test_who_stands_nowhere_is_not_listed() -> None:
    """No step names them."""
    assert why(UserId("stranger"), CaseState.TRIGGERED) == (NotTold.NOT_LISTED, None)


def test_who_was_told_is_not_among_them() -> None:
    """Only silence needs a reason."""
    progress = Progress(state=CaseState.TRIGGERED, steps_taken=1, next_step_at=AT)

    assert silences([Candidate(user=AOKI, has_address=True)], STEPS, {AOKI}, progress) == []
