"""The timeline of a case: what happened and who did it, in words and instants, without names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, select

from domain.access import Access
from domain.ids import CaseId
from storage.register.schema import case as case_table
from storage.register.schema import case_event as table

Fact = str | int | bool | list[str] | None


class Word(StrEnum):
    """What an event says."""

    OPENED = "opened"
    NEW_EPISODE = "new_episode"
    """A new emergency inside the open case; the acknowledgement is void."""
    CALL_ASKED = "call_asked"
    """The home has been dark too long: a caseworker is asked to call; acknowledgement void."""
    EVIDENCE = "evidence"
    RECOVERED = "recovered"
    """`happened_at` in the home, `arrived_at` here."""
    STEP_TAKEN = "step_taken"
    """`step`, `who`, `reason`, `people` (user ids)."""
    STEP_SKIPPED = "step_skipped"
    """`step`, `who`: nobody of them can be reached."""
    NOT_DELIVERED = "not_delivered"
    """`step`, `person` (user id), `channel`, `state`: refused or given up."""
    EXHAUSTED = "exhausted"
    """All steps were taken and nobody answered."""
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    RESIDENT_ASKED = "resident_asked"
    """`step`, `until`, `reason`: nobody is woken before `until`."""
    RESIDENT_ANSWERED = "resident_answered"
    """`how`: people are told all the same, or not needed; see the words that follow."""
    RESIDENT_SILENT = "resident_silent"
    """`reason`: people are called now."""
    OWNER_ASKED = "owner_asked"
    """`step`, `people`, `until`: whoever took it on gave no word, and is asked once."""
    STILL_ON_IT = "still_on_it"
    """`until`, `left`: the owner goes on; so often it can still be said."""
    LAPSED = "lapsed"
    """`reason`, `person`: the acknowledgement is void, the next step is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEvent:
    """One line of a timeline."""

    position: int
    at: datetime
    word: Word
    actor: str
    """User id, or the name of a service."""
    detail: dict[str, Fact]
    """Instants as ISO 8601 in UTC; ids, numbers and words; never a name or an address."""


def append(
    connection: Connection,
    access: Access,
    case: CaseId,
    word: Word,
    *,
    now: datetime,
    **detail: Fact | datetime,
) -> None:
    """Append one line to the timeline of `case`, spoken by `access.actor`; no None is kept."""
    plain = {
        key: value.isoformat() if isinstance(value, datetime) else value
        for key, value in detail.items()
        if value is not None
    }
    of_case = select(case_table.c.municipality_id).where(case_table.c.id == case).scalar_subquery()
    connection.execute(
        table.insert().values(
            municipality_id=of_case,
            case_id=case,
            at=now,
            word=word,
            actor=access.actor,
            detail=plain,
        )
    )


def of_case(
    connection: Connection, access: Access, case: CaseId, *, limit: int = 1000
) -> list[CaseEvent]:
    """Return the newest `limit` events of a case, oldest first.

    The caller has found the case within the access.
    """
    query = select(table).where(table.c.case_id == case)
    if access.municipality is not None:
        of_none = table.c.municipality_id.is_(None)
        query = query.where(of_none | (table.c.municipality_id == access.municipality))
    rows = connection.execute(query.order_by(table.c.position.desc()).limit(limit)).all()
    return [
        CaseEvent(
            position=row.position,
            at=row.at,
            word=Word(row.word),
            actor=row.actor,
            detail=row.detail,
        )
        for row in reversed(rows)
    ]
