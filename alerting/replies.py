"""What people answer: taking a case on, and resolving it. Pages and commands call the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from sqlalchemy import Connection

from alerting.ladder import asks_to_call
from alerting.ownership import begin_deadline
from domain.access import Access, Role
from domain.case import (
    WAITS_FOR_SOMEBODY,
    CaseState,
    Outcome,
    ResolvedCause,
    says_what_was_done,
)
from domain.errors import InputError, Problem
from domain.finding import Kind
from domain.ids import CaseId, UserId
from storage.register import audit, case_events, cases, episodes, notifications
from storage.register.case_events import Word
from storage.register.cases import StoredCase

NOTE_CHARACTERS = 2000
"""Longest note: an account of one visit, not a file."""


class Result(StrEnum):
    """What came of an answer."""

    DONE = "done"
    ALREADY_YOURS = "already_yours"
    """The same person did the same before: a second click changes nothing."""
    TAKEN = "taken"
    """A colleague has it; `Answer.owner` says who."""
    ALREADY_RESOLVED = "already_resolved"
    HAPPENED_AGAIN = "happened_again"
    """The answer was given to an earlier episode: somebody has to read of the newest first."""
    NOT_ALLOWED = "not_allowed"
    """The case may be seen, but this role does not decide it."""
    NOT_FOUND = "not_found"
    """There is no such case, or it is out of reach: the two look the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of it, and who has the case now."""

    result: Result
    owner: UserId | None = None
    """Who took it on, or who resolved it."""
    at: datetime | None = None
    """Since when; aware, UTC."""


def acknowledge(
    connection: Connection,
    access: Access,
    case_id: CaseId,
    now: datetime,
    *,
    episode: int | None = None,
) -> Answer:
    """Take a case on: nobody else is told while the owner gives word in time.

    `episode` is the number of the newest one that the person had read of: after a newer one nothing
    changes (HAPPENED_AGAIN). None stands for whatever is the newest.

    Effects: case, timeline, audit; a repeat is harmless. Notify `Log.CASE` after the commit.

    Returns:
        DONE or ALREADY_YOURS: it is this person's. Else why not, and whose it is.
    """
    case = cases.get(connection, access, case_id, now=now)
    answer = _refusal(connection, access, case, episode)
    if case is not None and answer is None:
        answer = _take_on(connection, access, case, now=now)
    return _audited(connection, access, "case.acknowledge", case_id, answer, now=now)


def resolve(
    connection: Connection,
    access: Access,
    case_id: CaseId,
    *,
    outcome: Outcome,
    cause: ResolvedCause,
    note: str | None,
    now: datetime,
    episode: int | None = None,
) -> Answer:
    """Close a case with what was verified and what it turned out to be.

    Whoever may act can close it, also when a colleague had taken it on. Messages that have not left
    are cancelled. `episode`, effects and repeats as with `acknowledge`.

    Raises:
        InputError: CAS-001 the note is longer than `NOTE_CHARACTERS`, CAS-002 a real emergency
            whose outcome does not say what was done.
    """
    _check_note(note)
    _check_end(outcome, cause)
    case = cases.get(connection, access, case_id, now=now)
    answer = _refusal(connection, access, case, episode)
    if case is not None and answer is None:
        answer = _close(connection, access, case, outcome=outcome, cause=cause, note=note, now=now)
    return _audited(connection, access, "case.resolve", case_id, answer, now=now)


def may_act(role: Role, kind: Kind) -> bool:
    """Tell whether a role decides about cases of a kind."""
    match role:
        case Role.CASEWORKER:
            return True
        case Role.TECHNICIAN | Role.ADMINISTRATOR:
            return kind is Kind.TECHNICAL
        case Role.FAMILY | Role.AUDITOR | Role.SYSTEM:
            return False
        case _:
            assert_never(role)


def _refusal(
    connection: Connection, access: Access, case: StoredCase | None, episode: int | None
) -> Answer | None:
    if case is None:
        return Answer(result=Result.NOT_FOUND)
    if not may_act(access.role, case.matter.kind):
        return Answer(result=Result.NOT_ALLOWED)
    if access.role is not Role.CASEWORKER and _waits_for_a_call(connection, access, case):
        return Answer(result=Result.NOT_ALLOWED)
    if case.state is CaseState.RESOLVED:
        is_own = case.resolved_by == access.actor
        result = Result.ALREADY_YOURS if is_own else Result.ALREADY_RESOLVED
        return Answer(result=result, owner=case.resolved_by, at=case.resolved_at)
    if episode is not None and episode != episodes.of_case(connection, access, case.id)[-1].number:
        return Answer(
            result=Result.HAPPENED_AGAIN, owner=case.acknowledged_by, at=case.acknowledged_at
        )
    return None


def _waits_for_a_call(connection: Connection, access: Access, case: StoredCase) -> bool:
    """Tell whether a caseworker was asked to call and none has taken that on yet.

    Mended equipment is no answer to the question whether the resident is well.
    """
    if case.state not in WAITS_FOR_SOMEBODY:
        return False
    known = episodes.of_case(connection, access, case.id)
    calls = [e for e in known if asks_to_call(case, e)]
    return any(e.next_step_at is not None or e is known[-1] for e in calls)


def _take_on(connection: Connection, access: Access, case: StoredCase, *, now: datetime) -> Answer:
    if not cases.acknowledge(connection, access, case.id, now=now):
        is_own = case.acknowledged_by == access.actor
        result = Result.ALREADY_YOURS if is_own else Result.TAKEN
        return Answer(result=result, owner=case.acknowledged_by, at=case.acknowledged_at)
    until = begin_deadline(connection, access, case, now=now)
    case_events.append(connection, access, case.id, Word.ACKNOWLEDGED, now=now, until=until)
    return Answer(result=Result.DONE, owner=UserId(access.actor), at=now)


def _close(
    connection: Connection,
    access: Access,
    case: StoredCase,
    *,
    outcome: Outcome,
    cause: ResolvedCause,
    note: str | None,
    now: datetime,
) -> Answer:
    closed = cases.resolve(
        connection, access, case.id, outcome=outcome, cause=cause, note=note, now=now
    )
    if not closed:
        return Answer(result=Result.ALREADY_RESOLVED)
    episodes.stop_ladders(connection, access, case.id)
    notifications.cancel_of_case(connection, access, case.id)
    case_events.append(
        connection, access, case.id, Word.RESOLVED, now=now, outcome=outcome, cause=cause
    )
    return Answer(result=Result.DONE, owner=UserId(access.actor), at=now)


def _audited(
    connection: Connection,
    access: Access,
    action: str,
    case: CaseId,
    answer: Answer | None,
    *,
    now: datetime,
) -> Answer:
    told = answer or Answer(result=Result.NOT_FOUND)
    audit.append(
        connection, access, action=action, object=f"case:{case}", result=told.result, now=now
    )
    return told


def _check_end(outcome: Outcome, cause: ResolvedCause) -> None:
    if not says_what_was_done(outcome, cause):
        raise InputError(
            Problem(
                code="CAS-002",
                where="outcome",
                found=f"a real emergency that ended with {outcome.value}",
                allowed="an outcome that says what was done",
                do="choose what was done, or another cause; nothing was saved",
            )
        )


def _check_note(note: str | None) -> None:
    if note is not None and len(note) > NOTE_CHARACTERS:
        raise InputError(
            Problem(
                code="CAS-001",
                where="note",
                found=f"{len(note)} characters",
                allowed=f"at most {NOTE_CHARACTERS}",
                do="shorten the note; nothing was saved",
            )
        )
