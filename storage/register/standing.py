"""The list of everything that changes how homes are watched: absences, pauses, modes, one day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, Select, literal, null, select

from domain.absence import ENDS_SOON
from domain.access import Access
from domain.ids import HomeId
from domain.verdict import has_come_home
from storage.register import pauses
from storage.register.absences import ABSENCE
from storage.register.reach import homes_within, sees_activity
from storage.register.schema import absence, home, home_state, pause, user


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
    found = _stretches(connection, access, around - margin, around + margin, now=around)
    of_day = [one for one in found if _touches(one, day)]
    return sorted(of_day, key=lambda one: (one.home_code, one.starts_at))


def standing_now(
    connection: Connection, access: Access, *, now: datetime, of_home: HomeId | None = None
) -> list[Standing]:
    """Return what holds at `now` or, of absences, is still to come, by home code and beginning."""
    holding = {one.id for one in pauses.in_force(connection, access, now=now)}
    mine = [
        one
        for one in _stretches(connection, access, now, None, now=now)
        if of_home in (None, one.home) and (one.what == ABSENCE or one.id in holding)
    ]
    return sorted(mine, key=lambda one: (one.home_code, one.starts_at))


def _touches(one: Standing, day: date) -> bool:
    zone = ZoneInfo(one.time_zone)
    begins = datetime(day.year, day.month, day.day, tzinfo=zone)
    after = day + timedelta(days=1)
    ends = datetime(after.year, after.month, after.day, tzinfo=zone)
    return one.starts_at < ends and one.ends_at > begins


def _stretches(
    connection: Connection,
    access: Access,
    since: datetime,
    until: datetime | None,
    *,
    now: datetime,
) -> list[Standing]:
    """Return the absences and pauses of homes within reach that touch [since, until), in no order.

    `until` None: also all that is still to come.
    """
    found = []
    for table, what, left_at in (
        (absence, literal(ABSENCE), null()),
        (pause, pause.c.mode, pause.c.left_at),
    ):
        query: Select[Any] = (
            select(
                table.c.id,
                table.c.home_id,
                table.c.starts_at,
                table.c.ends_at,
                table.c.owner,
                what.label("what"),
                left_at.label("left_at"),
                home.c.code,
                home.c.time_zone,
                user.c.display_name,
                home_state.c.last_activity_at,
            )
            .join(home, home.c.id == table.c.home_id)
            .outerjoin(home_state, home_state.c.home_id == home.c.id)
            .outerjoin(user, user.c.id == table.c.owner)
            .where(homes_within(access, now=now), table.c.ends_at > since)
        )
        if until is not None:
            query = query.where(table.c.starts_at < until)
        found += [_standing(row, access, now=now) for row in connection.execute(query)]
    return found


def _standing(row: Row[Any], access: Access, *, now: datetime) -> Standing:
    is_absence = row.what == ABSENCE
    return Standing(
        id=row.id,
        home=HomeId(row.home_id),
        home_code=row.code,
        time_zone=row.time_zone,
        what=row.what,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        owner=row.display_name or row.owner,
        left_at=row.left_at,
        is_contradicted=is_absence
        and sees_activity(access)
        and has_come_home(absent_from=row.starts_at, last_activity_at=row.last_activity_at),
        ends_soon=is_absence and row.starts_at <= now < row.ends_at <= now + ENDS_SOON,
    )
