"""Pauses: minutes or hours in which messages about a home are treated otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Row, select, update

from domain.absence import Mode, Pause, is_in_force, may_set
from domain.access import Access
from domain.case import CaseState
from domain.errors import InputError, Problem
from domain.ids import EpisodeId, HomeId, MunicipalityId, UserId, new_id
from storage.register import audit
from storage.register.absences import StoredAbsence, Word, book_event, municipality_of
from storage.register.guard import refuse, require_system
from storage.register.reach import homes_within
from storage.register.schema import case, episode, home, home_state
from storage.register.schema import pause as table


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPause:
    """One pause of a home."""

    id: str
    home: HomeId
    municipality: MunicipalityId
    owner: UserId
    pause: Pause


def begin(
    connection: Connection,
    access: Access,
    *,
    home_id: HomeId,
    mode: Mode,
    lasts: timedelta,
    owner: UserId,
    now: datetime,
) -> str:
    """Begin a pause now and return its id.

    Effects: a row, a line in the timeline of absences and pauses, and one in the audit log.

    Raises:
        InputError: ABS-002, it lasts no time or longer than its mode allows; ACC-001, the role
            begins none.
        sqlalchemy.exc.NoResultFound: The home is not within reach.
    """
    if not timedelta(0) < lasts <= mode.longest:
        raise _wrong(mode, lasts)
    municipality = municipality_of(connection, access, home_id, now=now)
    if not may_set(access.role, mode):
        raise refuse(access, "a role that sets this mode")
    pause = Pause(mode=mode, starts_at=now, ends_at=now + lasts)
    new = StoredPause(
        id=new_id(), home=home_id, municipality=municipality, owner=owner, pause=pause
    )
    connection.execute(
        table.insert().values(
            id=new.id,
            municipality_id=municipality,
            home_id=home_id,
            mode=mode,
            starts_at=now,
            ends_at=pause.ends_at,
            owner=owner,
            created_at=now,
        )
    )
    _book(connection, access, new, Word.SET, ends_at=pause.ends_at, now=now)
    return new.id


def end(connection: Connection, access: Access, pause_id: str, *, now: datetime) -> bool:
    """Let a pause end now; False when there is none within reach, or it has ended already."""
    found = _open(connection, access, pause_id, now=now)
    if found is None:
        return False
    connection.execute(update(table).where(table.c.id == found.id).values(ends_at=now))
    _book(connection, access, found, Word.ENDED, ends_at=now, now=now)
    return True


def leave(connection: Connection, access: Access, pause_id: str, *, now: datetime) -> bool:
    """Book that the visitor leaves now: the next movement ends the visit. False as with `end`."""
    found = _open(connection, access, pause_id, now=now)
    if found is None or found.pause.mode is not Mode.VISIT or found.pause.left_at is not None:
        return False
    connection.execute(update(table).where(table.c.id == found.id).values(left_at=now))
    _book(connection, access, found, Word.LEFT, ends_at=found.pause.ends_at, now=now)
    return True


def in_force(
    connection: Connection, access: Access, *, now: datetime, of_home: HomeId | None = None
) -> list[StoredPause]:
    """Return the pauses that hold at `now` in homes within reach, the earliest end first."""
    query = (
        select(table, home_state.c.last_activity_at)
        .join(home, home.c.id == table.c.home_id)
        .outerjoin(home_state, home_state.c.home_id == table.c.home_id)
        .where(table.c.ends_at > now, homes_within(access, now=now))
        .order_by(table.c.ends_at, table.c.id)
    )
    if of_home is not None:
        query = query.where(table.c.home_id == of_home)
    return [
        _stored(row)
        for row in connection.execute(query)
        if is_in_force(_pause(row), last_activity_at=row.last_activity_at, now=now)
    ]


def last_activity_at(connection: Connection, access: Access, of: HomeId) -> datetime | None:
    """Return the last activity of a home, for what a visit depends on; our own services only."""
    require_system(access)
    query = select(home_state.c.last_activity_at).where(home_state.c.home_id == of)
    return connection.execute(query).scalar()


def waiting(connection: Connection, access: Access, of: HomeId) -> list[EpisodeId]:
    """Return the episodes of a home's open cases whose next step waits for an instant."""
    query = (
        select(episode.c.id)
        .join(case, case.c.id == episode.c.case_id)
        .where(case.c.home_id == of, case.c.state != CaseState.RESOLVED)
        .where(episode.c.next_step_at.is_not(None))
    )
    if access.municipality is not None:
        query = query.where(case.c.municipality_id == access.municipality)
    return [EpisodeId(row) for row in connection.execute(query).scalars()]


def home_of(connection: Connection, access: Access, pause_id: str) -> HomeId | None:
    """Return the home of a pause; None when there is no such pause within reach."""
    query = select(table.c.home_id).where(table.c.id == pause_id)
    if access.municipality is not None:
        query = query.where(table.c.municipality_id == access.municipality)
    found = connection.execute(query).scalar()
    return None if found is None else HomeId(found)


def _open(
    connection: Connection, access: Access, pause_id: str, *, now: datetime
) -> StoredPause | None:
    query = (
        select(table)
        .join(home, home.c.id == table.c.home_id)
        .where(table.c.id == pause_id, table.c.ends_at > now, homes_within(access, now=now))
    )
    row = connection.execute(query).one_or_none()
    found = None if row is None else _stored(row)
    if found is not None and not may_set(access.role, found.pause.mode):
        raise refuse(access, "a role that sets this mode")
    return found


def _book(
    connection: Connection,
    access: Access,
    found: StoredPause,
    word: Word,
    *,
    ends_at: datetime,
    now: datetime,
) -> None:
    stretch = StoredAbsence(
        id=found.id,
        home=found.home,
        municipality=found.municipality,
        starts_at=found.pause.starts_at,
        ends_at=ends_at,
        owner=found.owner,
    )
    book_event(connection, access, stretch, found.pause.mode, word, now=now)
    action, of = f"{found.pause.mode}.{word}", f"home:{found.home}"
    audit.append(connection, access, action=action, object=of, result="done", now=now)


def _wrong(mode: Mode, lasts: timedelta) -> InputError:
    longest = mode.longest // timedelta(minutes=1)
    return InputError(
        Problem(
            code="ABS-002",
            where=mode.value,
            found=f"{lasts / timedelta(minutes=1):g} min",
            allowed=f"more than none, at most {longest} min",
            do="begin it again when it is over and still needed",
        )
    )


def _pause(row: Row[tuple[object, ...]]) -> Pause:
    return Pause(
        mode=Mode(row.mode), starts_at=row.starts_at, ends_at=row.ends_at, left_at=row.left_at
    )


def _stored(row: Row[tuple[object, ...]]) -> StoredPause:
    return StoredPause(
        id=row.id,
        home=HomeId(row.home_id),
        municipality=MunicipalityId(row.municipality_id),
        owner=UserId(row.owner),
        pause=_pause(row),
    )
