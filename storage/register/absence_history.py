"""What was done about the absences, pauses and modes of a home, by whom, in order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from domain.access import Access
from domain.ids import HomeId, MunicipalityId, UserId
from storage.register.absences import ABSENCE, Word
from storage.register.guard import require_system
from storage.register.reach import homes_within
from storage.register.schema import absence, absence_event, home, user


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


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedAbsence:
    """One thing that was done about an absence, as the log of all homes has it."""

    position: int
    at: datetime
    home: HomeId
    municipality: MunicipalityId
    word: Word
    actor: str
    """Who did it: a user id, or the name of a service."""
    owner: UserId | None
    """Who answers for it; None when it was taken back."""
    starts_at: datetime
    ends_at: datetime


def after(
    connection: Connection, access: Access, position: int, *, limit: int
) -> list[LoggedAbsence]:
    """Return what was done about absences behind a position of the log, in order.

    Raises:
        InputError: ACC-001 when a person asks.
    """
    require_system(access)
    query = (
        select(absence_event, absence.c.owner)
        .outerjoin(absence, absence.c.id == absence_event.c.stretch_id)
        .where(absence_event.c.position > position, absence_event.c.what == ABSENCE)
        .order_by(absence_event.c.position)
        .limit(limit)
    )
    return [
        LoggedAbsence(
            position=row.position,
            at=row.at,
            home=HomeId(row.home_id),
            municipality=MunicipalityId(row.municipality_id),
            word=Word(row.word),
            actor=row.actor,
            owner=row.owner and UserId(row.owner),
            starts_at=row.starts_at,
            ends_at=row.ends_at,
        )
        for row in connection.execute(query)
    ]


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
