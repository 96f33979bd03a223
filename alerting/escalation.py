"""Who is told next, and when: the ladder of one episode, without any I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

from domain.case import CaseState
from domain.finding import Kind
from domain.finding import Reason as FindingReason

MIN_WAIT = timedelta(minutes=1)
"""Shortest time for an answer; below it the next step would overtake the mail of this one."""
RESIDENT_WAIT = timedelta(minutes=10)
"""Time for the assigned caseworker to answer (chosen: half of a short visit, a full phone call)."""
TECHNICAL_WAIT = timedelta(minutes=60)
"""Time for a technician; a dark home that becomes urgent asks for a call by itself."""


class Who(StrEnum):
    """Whom a step tells."""

    ASSIGNED = "assigned"
    """The caseworkers to whom the home is assigned."""
    CASEWORKERS = "caseworkers"
    """All caseworkers of the municipality."""
    TECHNICIANS = "technicians"
    """The technicians to whom the home is assigned; without one, all of the municipality."""
    ADMINISTRATORS = "administrators"
    ANYONE = "anyone"
    """All caseworkers and administrators of the municipality: the last resort."""


class Ladder(StrEnum):
    """Which policy an episode follows."""

    RESIDENT = "resident"
    TECHNICAL = "technical"
    CALL = "call"
    """A home has been dark for too long: a caseworker is asked to call there."""
    REVIEW = "review"
    """Something of the past has to be looked into; nobody has to run."""


class Reason(StrEnum):
    """Why a step is, or is not, taken now."""

    FIRST = "first"
    DUE = "due"
    WAITING = "waiting"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    EXHAUSTED = "exhausted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One rung of a policy."""

    who: Who
    """Told at the same time."""
    wait: timedelta
    """Time for an answer before the next step; at least `MIN_WAIT`."""

    def __post_init__(self) -> None:
        """Refuse a wait that leaves nobody the time to answer."""
        if self.wait < MIN_WAIT:
            msg = f"wait is {self.wait}, at least {MIN_WAIT} is needed"
            raise ValueError(msg)


Policy = tuple[Step, ...]
"""First step first; never empty."""

LAST_RESORT = Step(who=Who.ANYONE, wait=RESIDENT_WAIT)
"""Taken once behind the last step when the whole ladder reached nobody at all."""

DEFAULT_POLICIES: dict[Ladder, Policy] = {
    Ladder.RESIDENT: (
        Step(who=Who.ASSIGNED, wait=RESIDENT_WAIT),
        Step(who=Who.CASEWORKERS, wait=RESIDENT_WAIT),
    ),
    Ladder.TECHNICAL: (
        Step(who=Who.TECHNICIANS, wait=TECHNICAL_WAIT),
        Step(who=Who.ADMINISTRATORS, wait=TECHNICAL_WAIT),
    ),
    Ladder.CALL: (
        Step(who=Who.ASSIGNED, wait=RESIDENT_WAIT),
        Step(who=Who.CASEWORKERS, wait=RESIDENT_WAIT),
    ),
    Ladder.REVIEW: (Step(who=Who.ASSIGNED, wait=TECHNICAL_WAIT),),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far an episode has come."""

    state: CaseState
    steps_taken: int
    """0 at first; skipped steps count."""
    next_step_at: datetime | None
    """When the wait of the last step is over; aware, UTC. None before the first and at the end."""
    is_anyone_told: bool
    """Whether a message of this episode was accepted, or still may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What to do now, and why."""

    reason: Reason
    step: Step | None = None
    """The step to take; only with FIRST and DUE."""
    number: int = 0
    """Which step that is, from 1."""


def ladder_of(kind: Kind, reason: FindingReason, *, is_review: bool) -> Ladder:
    """Choose the ladder of an episode from its case's kind and from why it began."""
    if is_review:
        return Ladder.REVIEW
    match kind:
        case Kind.RESIDENT:
            return Ladder.RESIDENT
        case Kind.TECHNICAL:
            is_call = reason is FindingReason.BLIND_PAST_DEADLINE
            return Ladder.CALL if is_call else Ladder.TECHNICAL
        case _:
            assert_never(kind)


def decide(policy: Policy, standing: Standing, *, now: datetime) -> Decision:
    """Decide about the next step of an episode.

    Calling it again without recording the step gives the same answer.

    Args:
        policy: The steps, first step first; it may have changed since the last step was taken.
        standing: How far the episode has come.
        now: The instant to decide for; aware, UTC.

    Returns:
        FIRST or DUE with the step as soon as the wait before it is over, `LAST_RESORT` behind the
        last step when nobody could be told by any. EXHAUSTED when the last wait is over as well.
    """
    if standing.state is CaseState.RESOLVED:
        return Decision(reason=Reason.RESOLVED)
    if standing.state is CaseState.ACKNOWLEDGED:
        return Decision(reason=Reason.ACKNOWLEDGED)
    if standing.next_step_at is not None and now < standing.next_step_at:
        return Decision(reason=Reason.WAITING)
    number = standing.steps_taken + 1
    if number <= len(policy):
        reason = Reason.FIRST if number == 1 else Reason.DUE
        return Decision(reason=reason, step=policy[number - 1], number=number)
    if number == len(policy) + 1 and not standing.is_anyone_told:
        return Decision(reason=Reason.DUE, step=LAST_RESORT, number=number)
    return Decision(reason=Reason.EXHAUSTED)
