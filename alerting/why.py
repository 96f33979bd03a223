"""Why somebody was not called: an answer for each person, from what was written down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from sqlalchemy import Connection

from alerting.escalation import Policy
from alerting.people import people_of
from alerting.plans import planned
from domain.access import Access
from domain.case import CaseState
from domain.ids import CaseId, UserId
from storage.register import case_events, cases, episodes
from storage.register.case_events import CaseEvent, Word
from storage.register.cases import StoredCase
from storage.register.episodes import Episode


class Call(StrEnum):
    """Whether a person was called, and why not."""

    TOLD = "told"
    RESIDENT_ASKED = "resident_asked"
    """The resident is asked first; `until` is when people are called."""
    RESIDENT_ANSWERED = "resident_answered"
    TAKEN_ON = "taken_on"
    """Somebody had it before this person's step: `by`."""
    RESOLVED = "resolved"
    """It was closed before this person's step: `by`."""
    LATER = "later"
    """This person's step comes after the present one, which waits until `until`."""
    NOT_NAMED = "not_named"
    """No step of the plan names this person, as far as can be told now."""
    EXHAUSTED = "exhausted"
    """The step was over before this person was one of those it means, or within reach."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """The answer, about the newest episode."""

    call: Call
    step: int | None = None
    """Which step of the plan names the person, from 1."""
    at: datetime | None = None
    """Of what is told: the message, the answer, the acknowledgement, the closing; aware, UTC."""
    until: datetime | None = None
    by: UserId | None = None


def why(
    connection: Connection, access: Access, case_id: CaseId, person: UserId, *, now: datetime
) -> Why | None:
    """Answer why a person was, or was not, called in a case; None when it is out of reach."""
    case = cases.get(connection, access, case_id, now=now)
    if case is None:
        return None
    episode = episodes.of_case(connection, access, case.id)[-1]
    told = _told(case_events.of_case(connection, access, case.id), person)
    plan = planned(connection, access, case, episode)
    named = _named(connection, access, case, plan.steps, person, now)
    if told is not None:
        return Why(call=Call.TOLD, step=named, at=told)
    if named is None:
        return Why(call=Call.NOT_NAMED)
    return _not_yet(case, episode, named)


def _not_yet(case: StoredCase, episode: Episode, named: int) -> Why:
    call, at, by = Call.LATER, None, None
    until = episode.next_step_at
    match case.state:
        case CaseState.RESOLVED:
            call, at, by, until = Call.RESOLVED, case.resolved_at, case.resolved_by, None
        case CaseState.ACKNOWLEDGED:
            call, at, by, until = Call.TAKEN_ON, case.acknowledged_at, case.acknowledged_by, None
        case CaseState.ASKING:
            call = Call.RESIDENT_ASKED
        case CaseState.ANSWERED:
            call = Call.RESIDENT_ANSWERED
        case CaseState.TRIGGERED:
            call = Call.EXHAUSTED if named <= episode.rung else Call.LATER
        case _:
            assert_never(case.state)
    return Why(call=call, step=named, at=at, until=until, by=by)


def _told(events: list[CaseEvent], person: UserId) -> datetime | None:
    """Return when the person was first told since the newest episode began."""
    told = None
    for event in events:
        if event.word in (Word.NEW_EPISODE, Word.CALL_ASKED):
            told = None
        people = event.detail.get("people")
        is_step = event.word is Word.STEP_TAKEN
        if told is None and is_step and isinstance(people, list) and person in people:
            told = event.at
    return told


def _named(  # noqa: PLR0917 (has one caller)
    connection: Connection,
    access: Access,
    case: StoredCase,
    steps: Policy,
    person: UserId,
    now: datetime,
) -> int | None:
    """Return the first step that means the person now, from 1."""
    for number, step in enumerate(steps, start=1):
        people = people_of(
            connection,
            access,
            step,
            municipality=case.matter.municipality,
            home=case.matter.home,
            now=now,
        )
        if person in {one.user for one in people}:
            return number
    return None
