"""Why somebody was not told of a case: every silence of the system has a reason to be read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.case import CaseState
from domain.ids import UserId


class NotTold(StrEnum):
    """Why no message went to a person."""

    NOT_YET = "not_yet"
    """Their step comes, unless somebody takes the case on before."""
    TAKEN_ON = "taken_on"
    """Somebody took the case on before it was their turn."""
    ANSWERED = "answered"
    """The resident was asked first, and has answered."""
    CLOSED = "closed"
    """The case was closed before it was their turn."""
    NO_ADDRESS = "no_address"
    """Nothing is known by which they could be told."""
    NOT_LISTED = "not_listed"
    """No step of this case names them."""
    NOT_THEN = "not_then"
    """A step names them now, and did not when it was taken; or they could not be reached then."""


_ENDED = {
    CaseState.RESOLVED: NotTold.CLOSED,
    CaseState.ACKNOWLEDGED: NotTold.TAKEN_ON,
    CaseState.ANSWERED: NotTold.ANSWERED,
}
"""Why a step that was to come does not come (yet), by where the case stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody who might have been expected to be told."""

    user: UserId
    has_address: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the telling of an episode has come."""

    state: CaseState
    steps_taken: int
    next_step_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Why one person was not told."""

    user: UserId
    why: NotTold
    step: int | None = None
    """Which step names them."""
    at: datetime | None = None
    """When that step comes at the earliest, where it is known; aware, UTC."""


def silences(
    candidates: Collection[Candidate],
    steps: Mapping[int, Collection[UserId]],
    told: Collection[UserId],
    progress: Progress,
) -> list[Silence]:
    """Say of each candidate who has no message why that is; in the order of the candidates.

    Args:
        candidates: Who might have been expected to be told.
        steps: Whom each step of the policy names now, by its number from 1.
        told: Who has a message of this case, whatever became of it.
        progress: How far the telling has come.
    """
    return [_silence(one, steps, progress) for one in candidates if one.user not in told]


def _silence(
    one: Candidate, steps: Mapping[int, Collection[UserId]], progress: Progress
) -> Silence:
    if not one.has_address:
        return Silence(user=one.user, why=NotTold.NO_ADDRESS)
    mine = sorted(number for number, people in steps.items() if one.user in people)
    if not mine:
        return Silence(user=one.user, why=NotTold.NOT_LISTED)
    coming = [number for number in mine if number > progress.steps_taken]
    if not coming:
        return Silence(user=one.user, why=NotTold.NOT_THEN, step=mine[-1])
    step = coming[0]
    if progress.state in _ENDED:
        return Silence(user=one.user, why=_ENDED[progress.state], step=step)
    is_next = step == progress.steps_taken + 1
    return Silence(
        user=one.user,
        why=NotTold.NOT_YET,
        step=step,
        at=progress.next_step_at if is_next else None,
    )
