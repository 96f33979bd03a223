"""Whoever took a case on: the deadline for the next word, and "still on it"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection

from alerting.escalation import MAX_EXTENSIONS
from alerting.ladder import asks_to_call
from alerting.plans import plan_of
from domain.access import Access
from domain.case import CaseState
from domain.ids import CaseId
from storage.register import case_events, cases, episodes
from storage.register.case_events import Word
from storage.register.cases import StoredCase
from storage.register.episodes import Episode


class Stays(StrEnum):
    """What came of "still on it"."""

    DONE = "done"
    NOT_YOURS = "not_yours"
    """Somebody else has the case, or nobody (any more)."""
    TOO_OFTEN = "too_often"
    """The deadline stays: a colleague is called when it is over."""
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """Until when the owner has time, and how often it can still be moved."""

    result: Stays
    until: datetime | None = None
    """Aware, UTC; None where the case is not theirs."""
    left: int = 0


def begin_deadline(
    connection: Connection, access: Access, case: StoredCase, *, now: datetime
) -> datetime:
    """Let nobody else be called, and give the owner until the returned instant for the next word.

    The deadline stands on the episode whose people are called when it lapses: one that asks for a
    call before one about equipment.
    """
    known = episodes.of_case(connection, access, case.id)
    watched = _watched(case, known)
    until = now + plan_of(connection, access, case, watched).patience
    episodes.stop_ladders(connection, access, case.id)
    episodes.look_again(connection, access, watched.id, until)
    return until


def still_on_it(
    connection: Connection, access: Access, case_id: CaseId, *, now: datetime
) -> Deadline:
    """Move the deadline of a case that `access.actor` has taken on: with a note, or an attempt.

    At most `MAX_EXTENSIONS` times for one acknowledgement; after that the deadline stays.

    Effects: case, timeline. Notify `Log.CASE` after the commit.
    """
    case = cases.get(connection, access, case_id, now=now)
    if case is None:
        return Deadline(result=Stays.NOT_FOUND)
    if case.state is not CaseState.ACKNOWLEDGED or case.acknowledged_by != access.actor:
        return Deadline(result=Stays.NOT_YOURS)
    if case.extensions >= MAX_EXTENSIONS:
        until = owner_deadline(connection, access, case)
        return Deadline(result=Stays.TOO_OFTEN, until=until)
    cases.extend(connection, access, case.id)
    until = begin_deadline(connection, access, case, now=now)
    left = MAX_EXTENSIONS - case.extensions - 1
    case_events.append(
        connection, access, case.id, Word.STILL_ON_IT, now=now, until=until, left=left
    )
    return Deadline(result=Stays.DONE, until=until, left=left)


def owner_deadline(connection: Connection, access: Access, case: StoredCase) -> datetime | None:
    """Return until when the owner of a case has time; None while nobody has it."""
    if case.state is not CaseState.ACKNOWLEDGED:
        return None
    known = episodes.of_case(connection, access, case.id)
    return max((e.next_step_at for e in known if e.next_step_at is not None), default=None)


def _watched(case: StoredCase, known: Sequence[Episode]) -> Episode:
    running = [one for one in known if one.next_step_at is not None]
    calls = [one for one in running if asks_to_call(case, one)]
    return (calls or running or known)[-1]
