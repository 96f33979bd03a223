"""The list of everything that changes how homes are watched: absences, pauses, modes, one day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from domain.absence import ENDS_SOON
from domain.access import Access
from domain.ids import HomeId
from domain.verdict import has_come_home
from storage.register import pauses
from storage.register.absences import ABSENCE
from storage.register.reach import homes_within, sees_activity
from storage.register.schema import absence, home, home_state, user
from storage.register.schema import pause as pause_table


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One line of the list; instants are aware, UTC."""

    id: str
    home: HomeId
    home_code: str
    time_zone: str
    what: str
    """`absence`, or a mode: `mute`, `visit`, `test`."""
    starts_at: datetime
    ends_at: datetime
    owner: str
    """Display name; the login of our own services where nobody of that id is known."""
    left_at: datetime | None = None
    """Of a visit: when the visitor left."""
    is_contradicted: bool = False
    """Whether there was movement in an absence, so that it holds no more; False where the access
    may not see activity."""
    ends_soon: bool = False
    """Whether an absence ends within a day: is the return still right?"""


def standing_list(connection: Connection, access: Access, day: date) -> list[Standing]:
    """Return all absences and pauses of homes within reach that touch a local day of their home.

    By home code, then by beginning: what the daily list and the digest print.
    """
    margin = timedelta(days=1)
    around = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo("UTC"))
    found = _absences(connection, access, around - margin, around + margin, now=around)
    found += _pauses(connection, access, around - margin, around + margin, now=around)
    of_day = [one for one in found if _touches(one, day)]
    return sorted(of_day, key=lambda one: (one.home_code, one.starts_at))


def standing_now(
    connection: Connection, access: Access, *, now: datetime, of_home: HomeId | None = None
) -> list[Standing]:
    """Return what holds at `now` or, of absences, is still to come, by home code and beginning."""
    found = _absences(connection, access, now, None, now=now)
    holding = {one.id for one in pauses.in_force(connection, access, now=now)}
    found += [one for one in _pauses(connection, access, now, None, now=now) if one.id in holding]
    mine = [one for one in found if of_home in (None, one.home)]
    return sorted(mine, key=lambda one: (one.home_code, one.starts_at))


def _touches(one: Standing, day: date) -> bool:
    zone = ZoneInfo(one.time_zone)
    begins = datetime(day.year, day.month, day.day, tzinfo=zone)
    after = day + timedelta(days=1)
    ends = datetime(after.year, after.month, after.day, tzinfo=zone)
    return one.starts_at < ends and one.ends_at > begins


def _absences(
    connection: Connection,
    access: Access,
    since: datetime,
    until: datetime | None,
    *,
    now: datetime,
) -> list[Standing]:
    query = (
        select(absence, *_HOME, home_state.c.last_activity_at)
        .join(home, home.c.id == absence.c.home_id)
        .outerjoin(home_state, home_state.c.home_id == home.c.id)
        .outerjoin(user, user.c.id == absence.c.owner)
        .where(homes_within(access, now=now), absence.c.ends_at > since)
    )
    if until is not None:
        query = query.where(absence.c.starts_at < until)
    return [
        Standing(
            id=row.id,
            home=HomeId(row.home_id),
            home_code=row.code,
            time_zone=row.time_zone,
            what=ABSENCE,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            owner=row.display_name or row.owner,
            is_contradicted=sees_activity(access)
            and has_come_home(absent_from=row.starts_at, last_activity_at=row.last_activity_at),
            ends_soon=row.starts_at <= now < row.ends_at <= now + ENDS_SOON,
        )
        for row in connection.execute(query)
    ]


def _pauses(
    connection: Connection,
    access: Access,
    since: datetime,
    until: datetime | None,
    *,
    now: datetime,
) -> list[Standing]:
    query = (
        select(pause_table, *_HOME)
        .join(home, home.c.id == pause_table.c.home_id)
        .outerjoin(user, user.c.id == pause_table.c.owner)
        .where(homes_within(access, now=now), pause_table.c.ends_at > since)
    )
    if until is not None:
        query = query.where(pause_table.c.starts_at < until)
    return [
        Standing(
            id=row.id,
            home=HomeId(row.home_id),
            home_code=row.code,
            time_zone=row.time_zone,
            what=row.mode,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            owner=row.display_name or row.owner,
            left_at=row.left_at,
        )
        for row in connection.execute(query)
    ]


_HOME = (home.c.code, home.c.time_zone, user.c.display_name)
