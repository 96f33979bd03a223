"""Writing down what somebody tried: a call, a visit, a question to a neighbour."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection

from alerting.ownership import still_on_it
from alerting.replies import NOTE_CHARACTERS, may_act
from domain.access import Access
from domain.attempt import AttemptKind, AttemptResult, fits
from domain.case import CaseState
from domain.errors import InputError, Problem
from domain.ids import CaseId
from storage.register import attempts, audit, cases
from storage.register.vault import Vault

LONGEST_AGO = timedelta(hours=12)
"""How long ago it may have been; what is older is a note, and moves nothing any more."""


class Written(StrEnum):
    """What came of writing it down."""

    DONE = "done"
    REPEATED = "repeated"
    """The same was written down a moment ago: a second tap changes nothing."""
    CLOSED = "closed"
    """The case is closed: what is found out later belongs into a new one."""
    NOT_ALLOWED = "not_allowed"
    NOT_FOUND = "not_found"
    """There is no such case, or it is out of reach: the two look the same."""


def record(
    connection: Connection,
    access: Access,
    vault: Vault,
    case_id: CaseId,
    *,
    kind: AttemptKind,
    result: AttemptResult,
    note: str | None = None,
    ago: timedelta = timedelta(0),
    now: datetime,
) -> Written:
    """Write down an attempt that `access.actor` made in an open case.

    It takes nothing on and closes nothing: those are answers of their own. An attempt of whoever
    has the case says that they are still on it, and moves the deadline for the next word.

    Args:
        connection: A write transaction.
        access: Who tried.
        vault: Seals the note.
        case_id: In which case.
        kind: What was tried.
        result: What came of it; one that fits the kind.
        note: What a colleague should know; at most `NOTE_CHARACTERS`.
        ago: How long ago it was; 0 to `LONGEST_AGO`.
        now: The present instant; aware, UTC.

    Effects: a row, a line in the audit log, the deadline. Notify `Log.CASE` after the commit.

    Raises:
        InputError: CAS-001 the note is too long, CAS-011 the result cannot come of the kind or it
            was not within `LONGEST_AGO`.
    """
    _check(kind, result, note, ago)
    case = cases.get(connection, access, case_id, now=now)
    written = Written.DONE
    if case is None:
        written = Written.NOT_FOUND
    elif not may_act(access.role, case.matter.kind):
        written = Written.NOT_ALLOWED
    elif case.state is CaseState.RESOLVED:
        written = Written.CLOSED
    else:
        is_new = attempts.add(
            connection,
            access,
            vault,
            case_id,
            kind=kind,
            result=result,
            note=note,
            happened_at=now - ago,
            now=now,
        )
        written = Written.DONE if is_new else Written.REPEATED
        if is_new:
            still_on_it(connection, access, case_id, now=now)
    audit.append(
        connection, access, action="case.attempt", object=f"case:{case_id}", result=written, now=now
    )
    return written


def _check(kind: AttemptKind, result: AttemptResult, note: str | None, ago: timedelta) -> None:
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
    if not fits(kind, result) or not timedelta(0) <= ago <= LONGEST_AGO:
        raise InputError(
            Problem(
                code="CAS-011",
                where="attempt",
                found=f"{kind}: {result}, {ago} ago",
                allowed=f"a result that fits what was tried, at most {LONGEST_AGO} ago",
                do="choose again on the page of the case; nothing was saved",
            )
        )
