"""What was done about the absences, pauses and modes of a home, by whom, in order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from domain.access import Access
from domain.ids import HomeId
from storage.register.absences import Word
from storage.register.reach import homes_within
from storage.register.schema import absence_event, home, user


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceEvent:
    """One thing that was done; instants are aware, UTC."""

    at: datetime
    what: str
    """`absence`, or a mode: `mute`, `visit`, `test`."""
    word: Word
    by: str | None
    """Display name, None when it was one of our services or the operator."""
    starts_at: datetime
    ends_at: datetime
    """As it was after that."""


def history(
    connection: Connection,
    access: Access,
    home_id: HomeId,
    *,
    since: datetime,
    until: datetime,
    now: datetime,
    limit: int = 200,
) -> list[AbsenceEvent]:
    """Return the newest `limit` things done in [since, until) in a home within reach, in order."""
    query = (
        select(absence_event, user.c.display_name)
        .join(home, home.c.id == absence_event.c.home_id)
        .outerjoin(user, user.c.id == absence_event.c.actor)
        .where(home.c.id == home_id, homes_within(access, now=now))
        .where(absence_event.c.at >= since, absence_event.c.at < until)
        .order_by(absence_event.c.position.desc())
        .limit(limit)
    )
    return [
        AbsenceEvent(
            at=row.at,
            what=row.what,
            word=Word(row.word),
            by=row.display_name,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
        )
        for row in reversed(connection.execute(query).all())
    ]
