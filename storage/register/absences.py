"""Absences: stretches in which nobody is expected at home; each has an owner and an end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, Row, func, select, update

from domain.absence import ENDS_SOON, LONGEST, may_set
from domain.access import Access
from domain.errors import InputError, Problem
from domain.ids import HomeId, MunicipalityId, UserId, new_id
from domain.verdict import has_come_home
from storage.register import audit
from storage.register.guard import refuse, require_system
from storage.register.reach import homes_within
from storage.register.schema import absence, absence_event, home, home_state

ABSENCE = "absence"
"""What an event of an absence is about; of a pause it is the mode."""


class Word(StrEnum):
    """What was done about an absence or a pause."""

    SET = "set"
    EXTENDED = "extended"
    ENDED = "ended"
    CANCELLED = "cancelled"
    """It counts as never entered, such as one of the wrong person."""
    LEFT = "left"
    """The visitor said to be leaving."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAbsence:
    """One absence; instants are aware, UTC."""

    id: str
    home: HomeId
    municipality: MunicipalityId
    starts_at: datetime
    ends_at: datetime
    owner: UserId


def add(
    connection: Connection,
    access: Access,
    *,
    home_id: HomeId,
    starts_at: datetime,
    ends_at: datetime,
    owner: UserId,
    now: datetime,
) -> str:
    """Enter an absence and return its id.

    Effects: a row, a line in the timeline of absences, and one in the audit log.

    Raises:
        InputError: ABS-001, it ends before it begins or lasts longer than `LONGEST`; ACC-001, the
            role enters none.
        sqlalchemy.exc.NoResultFound: The home is not within reach.
    """
    _check(starts_at, ends_at)
    municipality = municipality_of(connection, access, home_id, now=now)
    if not may_set(access.role, None):
        raise refuse(access, "a caseworker")
    new = StoredAbsence(
        id=new_id(),
        home=home_id,
        municipality=municipality,
        starts_at=starts_at,
        ends_at=ends_at,
        owner=owner,
    )
    connection.execute(
        absence.insert().values(
            id=new.id,
            municipality_id=municipality,
            home_id=home_id,
            starts_at=starts_at,
            ends_at=ends_at,
            owner=owner,
            created_at=now,
        )
    )
    _book(connection, access, new, Word.SET, "absence.add", now=now)
    return new.id


def get(
    connection: Connection, access: Access, absence_id: str, *, now: datetime
) -> StoredAbsence | None:
    """Return an absence; None when there is none within reach, which looks the same."""
    query = (
        select(absence)
        .join(home, home.c.id == absence.c.home_id)
        .where(absence.c.id == absence_id, homes_within(access, now=now))
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else _stored(row)


def ending(connection: Connection, access: Access, *, now: datetime) -> list[StoredAbsence]:
    """Return the absences of more than a day that end within `ENDS_SOON`, and still hold.

    One that movement has contradicted is the matter of a case already.

    Raises:
        InputError: ACC-001 when a person asks.
    """
    require_system(access)
    query = (
        select(absence, home_state.c.last_activity_at)
        .outerjoin(home_state, home_state.c.home_id == absence.c.home_id)
        .where(absence.c.ends_at > now, absence.c.ends_at <= now + ENDS_SOON)
        .order_by(absence.c.ends_at, absence.c.id)
    )
    return [
        _stored(row)
        for row in connection.execute(query)
        if row.ends_at - row.starts_at > ENDS_SOON
        and not has_come_home(absent_from=row.starts_at, last_activity_at=row.last_activity_at)
    ]


def next_ending(connection: Connection, access: Access, *, now: datetime) -> datetime | None:
    """Return when the next absence begins to end within `ENDS_SOON`; None without one."""
    require_system(access)
    query = select(func.min(absence.c.ends_at)).where(absence.c.ends_at > now + ENDS_SOON)
    ends_at = connection.execute(query).scalar()
    return None if ends_at is None else ends_at - ENDS_SOON


def end(connection: Connection, access: Access, absence_id: str, *, now: datetime) -> bool:
    """Let an absence end now; one that has not begun, or began just now, is cancelled.

    Returns:
        False when there is none within reach, or it has ended already: nothing changes then.
    """
    found = _open(connection, access, absence_id, now=now)
    if found is None:
        return False
    if found.starts_at >= now:
        return cancel(connection, access, absence_id, now=now)
    connection.execute(update(absence).where(absence.c.id == found.id).values(ends_at=now))
    _book(connection, access, _until(found, now), Word.ENDED, "absence.end", now=now)
    return True


def extend(
    connection: Connection, access: Access, absence_id: str, *, ends_at: datetime, now: datetime
) -> bool:
    """Put off the end of an absence, to at most `LONGEST` from now; False as with `end`.

    Raises:
        InputError: ABS-001, the new end is not later than the old one, or too far away.
    """
    found = _open(connection, access, absence_id, now=now)
    if found is None:
        return False
    _check(max(found.starts_at, now), ends_at)
    if ends_at <= found.ends_at:
        raise _wrong(found.ends_at, ends_at)
    connection.execute(update(absence).where(absence.c.id == found.id).values(ends_at=ends_at))
    _book(connection, access, _until(found, ends_at), Word.EXTENDED, "absence.extend", now=now)
    return True


def cancel(connection: Connection, access: Access, absence_id: str, *, now: datetime) -> bool:
    """Take an absence back as if it had never been entered; False as with `end`."""
    found = _open(connection, access, absence_id, now=now)
    if found is None:
        return False
    connection.execute(absence.delete().where(absence.c.id == found.id))
    _book(connection, access, found, Word.CANCELLED, "absence.cancel", now=now)
    return True


def municipality_of(
    connection: Connection, access: Access, home_id: HomeId, *, now: datetime
) -> MunicipalityId:
    """Return whose a home is.

    Raises:
        sqlalchemy.exc.NoResultFound: It is not within reach.
    """
    reach = select(home.c.municipality_id).where(home.c.id == home_id)
    if access.municipality is not None:
        reach = reach.where(home.c.municipality_id == access.municipality)
    reach = reach.where(homes_within(access, now=now))
    return MunicipalityId(connection.execute(reach).scalar_one())


def book_event(
    connection: Connection,
    access: Access,
    stretch: StoredAbsence,
    what: str,
    word: Word,
    *,
    now: datetime,
) -> None:
    """Append what was done to the timeline of absences and pauses, spoken by `access.actor`."""
    connection.execute(
        absence_event.insert().values(
            municipality_id=stretch.municipality,
            home_id=stretch.home,
            stretch_id=stretch.id,
            what=what,
            at=now,
            word=word,
            actor=access.actor,
            starts_at=stretch.starts_at,
            ends_at=stretch.ends_at,
        )
    )


def _open(
    connection: Connection, access: Access, absence_id: str, *, now: datetime
) -> StoredAbsence | None:
    found = get(connection, access, absence_id, now=now)
    if found is not None and not may_set(access.role, None):
        raise refuse(access, "a caseworker")
    return found if found is not None and found.ends_at > now else None


def _book(
    connection: Connection,
    access: Access,
    stretch: StoredAbsence,
    word: Word,
    action: str,
    *,
    now: datetime,
) -> None:
    book_event(connection, access, stretch, ABSENCE, word, now=now)
    of = f"home:{stretch.home}"
    audit.append(connection, access, action=action, object=of, result="done", now=now)


def _until(found: StoredAbsence, ends_at: datetime) -> StoredAbsence:
    return StoredAbsence(
        id=found.id,
        home=found.home,
        municipality=found.municipality,
        starts_at=found.starts_at,
        ends_at=ends_at,
        owner=found.owner,
    )


def _check(starts_at: datetime, ends_at: datetime) -> None:
    if not timedelta(0) < ends_at - starts_at <= LONGEST:
        raise _wrong(starts_at, ends_at)


def _wrong(starts_at: datetime, ends_at: datetime) -> InputError:
    return InputError(
        Problem(
            code="ABS-001",
            where="absence",
            found=f"{starts_at.isoformat()} to {ends_at.isoformat()}",
            allowed=f"an end after the beginning, at most {LONGEST.days} days later",
            do="enter the next stretch when the resident's return is put off",
        )
    )


def _stored(row: Row[tuple[object, ...]]) -> StoredAbsence:
    return StoredAbsence(
        id=row.id,
        home=HomeId(row.home_id),
        municipality=MunicipalityId(row.municipality_id),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        owner=UserId(row.owner),
    )
