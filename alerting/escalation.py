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
OWNER_WAIT = timedelta(minutes=15)
"""Time for the next word of whoever took on a case about a person (chosen: a drive and a look)."""
REVIEW_WAIT = timedelta(hours=4)
MENDING_WAIT = timedelta(hours=24)
"""The same for equipment: it is mended by day, and the home has its own clock meanwhile."""
MAX_EXTENSIONS = 8
"""So often an owner may say to be still on it; then somebody else is called as well, so that no
case about a person is held longer than `MAX_EXTENSIONS + 2` times its patience."""


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
    ON_CALL = "on_call"
    """Whoever is on call by the schedule that the step names."""


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
    OWNER_SILENT = "owner_silent"
    """No word by the owner's deadline: asked, once."""
    LAPSED = "lapsed"
    """No word after that either: the acknowledgement is void."""
    ANSWERED = "answered"
    """The resident has answered: nobody is woken."""
    RESIDENT_SILENT = "resident_silent"
    """Nothing came in time, no answer or no movement after it: people are called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One rung of a policy."""

    who: Who
    """Told at the same time."""
    wait: timedelta
    """Time for an answer before the next step; at least `MIN_WAIT`."""
    schedule: str | None = None
    """Name of the schedule; with ON_CALL, and only with it."""

    def __post_init__(self) -> None:
        """Refuse a wait that leaves nobody the time to answer, and an on-call step without name."""
        if self.wait < MIN_WAIT:
            msg = f"wait is {self.wait}, at least {MIN_WAIT} is needed"
            raise ValueError(msg)
        if (self.who is Who.ON_CALL) is not bool(self.schedule):
            msg = f"a step for {self.who} with the schedule {self.schedule!r}"
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


PATIENCE: dict[Ladder, timedelta] = {
    Ladder.RESIDENT: OWNER_WAIT,
    Ladder.CALL: OWNER_WAIT,
    Ladder.REVIEW: REVIEW_WAIT,
    Ladder.TECHNICAL: MENDING_WAIT,
}
"""Time for the owner's next word where a policy says nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far an episode has come."""

    state: CaseState
    rung: int
    """Steps of the present climb, 0 at first; skipped ones count."""
    next_step_at: datetime | None
    """When the present wait is over: of a step, of the owner, of the resident; aware, UTC. None
    before the first step and at the end."""
    is_anyone_told: bool
    """Whether a message of a step of this episode was accepted, or still may be."""
    is_owner_asked: bool = False
    """Whether the owner was asked for a word since the last one."""
    has_lapsed: bool = False
    """Whether an acknowledgement has just lapsed: then no step is the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What to do now, and why."""

    reason: Reason
    step: Step | None = None
    """The step to take; only with FIRST and DUE."""


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
    """Decide about the next thing to do for an episode.

    Calling it again without recording what was done gives the same answer. Only a word of a person
    ends anything: there is no decision that resolves a case.

    Args:
        policy: The steps that the episode began with, first step first.
        standing: How far it has come.
        now: The instant to decide for; aware, UTC.

    Returns:
        WAITING before `next_step_at`. Then, while nobody has the case: FIRST or DUE with the step,
        `LAST_RESORT` behind the last step when nobody could be told by any, EXHAUSTED when the last
        wait is over as well. While somebody has it: OWNER_SILENT once, then LAPSED. While the
        resident is asked: RESIDENT_SILENT.
    """
    if standing.state is CaseState.RESOLVED:
        return Decision(reason=Reason.RESOLVED)
    if standing.state is CaseState.ANSWERED and standing.next_step_at is None:
        return Decision(reason=Reason.ANSWERED)
    if standing.next_step_at is not None and now < standing.next_step_at:
        return Decision(reason=Reason.WAITING)
    match standing.state:
        case CaseState.ACKNOWLEDGED:
            return Decision(reason=_of_owner(standing))
        case CaseState.ASKING | CaseState.ANSWERED:
            return Decision(reason=Reason.RESIDENT_SILENT)
        case CaseState.TRIGGERED:
            return _next_step(policy, standing)
        case _:
            assert_never(standing.state)


def rung_after_lapse(policy: Policy, rung: int) -> int:
    """Return where a climb goes on after a lapse: at its beginning when nobody is left above."""
    return rung if rung < len(policy) else 0


def _of_owner(standing: Standing) -> Reason:
    if standing.next_step_at is None:
        return Reason.ACKNOWLEDGED
    return Reason.LAPSED if standing.is_owner_asked else Reason.OWNER_SILENT


def _next_step(policy: Policy, standing: Standing) -> Decision:
    if standing.rung < len(policy):
        is_first = standing.rung == 0 and not standing.has_lapsed
        reason = Reason.FIRST if is_first else Reason.DUE
        return Decision(reason=reason, step=policy[standing.rung])
    if standing.rung == len(policy) and not standing.is_anyone_told:
        return Decision(reason=Reason.DUE, step=LAST_RESORT)
    return Decision(reason=Reason.EXHAUSTED)
