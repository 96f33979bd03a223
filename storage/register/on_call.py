"""On-call schedules of a municipality, with their overrides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, select
from sqlalchemy.dialects.sqlite import insert

from domain.access import Access, Role
from domain.ids import MunicipalityId, UserId, new_id
from domain.on_call import MAX_OVERRIDES, Hours, Override, Rotation, Schedule
from storage.register.guard import require_municipality
from storage.register.schema import on_call_override as override_table
from storage.register.schema import on_call_schedule as table
from storage.register.schema import user

SEES = frozenset({Role.SYSTEM, Role.ADMINISTRATOR, Role.CASEWORKER, Role.TECHNICIAN, Role.AUDITOR})
"""Who may read the schedules of the own municipality; the family is none of its staff."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffName:
    """What is shown of a person on call."""

    user: UserId
    login: str
    name: str


def save(
    connection: Connection, access: Access, municipality: MunicipalityId, schedule: Schedule
) -> None:
    """Set a schedule by its name; overrides that were entered stay.

    Raises:
        InputError: ACC-001 when the municipality is another one.
    """
    require_municipality(access, municipality)
    values = {
        "time_zone": schedule.zone.key,
        "rotation": None if schedule.rotation is None else _rotation_json(schedule.rotation),
        "hours": [_hours_json(one) for one in schedule.hours],
    }
    new = insert(table).values(
        id=new_id(), municipality_id=municipality, name=schedule.name, **values
    )
    connection.execute(
        new.on_conflict_do_update(index_elements=["municipality_id", "name"], set_=values)
    )


def add_override(
    connection: Connection,
    access: Access,
    municipality: MunicipalityId,
    name: str,
    override: Override,
    *,
    now: datetime,
) -> bool:
    """Let somebody take over; False when there is no such schedule.

    Raises:
        InputError: ACC-001 when the municipality is another one.
    """
    require_municipality(access, municipality)
    query = select(table.c.id).where(table.c.municipality_id == municipality, table.c.name == name)
    schedule = connection.execute(query).scalar()
    if schedule is None:
        return False
    row = override_table.insert().values(
        id=new_id(),
        municipality_id=municipality,
        schedule_id=schedule,
        user_id=override.person,
        starts_at=override.starts_at,
        ends_at=override.ends_at,
        created_at=now,
    )
    connection.execute(row)
    return True


def schedules(
    connection: Connection, access: Access, municipality: MunicipalityId, *, now: datetime
) -> list[Schedule]:
    """Return the schedules of a municipality by name, with the overrides that have not ended.

    Nothing is returned to a role that is none of the staff.

    Raises:
        InputError: ACC-001 when the municipality is another one.
    """
    require_municipality(access, municipality)
    if access.role not in SEES:
        return []
    query = select(table).where(table.c.municipality_id == municipality).order_by(table.c.name)
    return [_stored(row, _overrides(connection, row.id, now)) for row in connection.execute(query)]


def schedule(
    connection: Connection,
    access: Access,
    municipality: MunicipalityId,
    name: str,
    *,
    now: datetime,
) -> Schedule | None:
    """Return one schedule by its name, None when there is none; refusals as with `schedules`."""
    known = schedules(connection, access, municipality, now=now)
    return next((one for one in known if one.name == name), None)


def staff_names(
    connection: Connection, access: Access, people: Sequence[UserId]
) -> dict[UserId, StaffName]:
    """Return what may be shown of members of the staff, as far as they are within reach."""
    query = select(user.c.id, user.c.login, user.c.display_name).where(user.c.id.in_(people))
    if access.municipality is not None:
        query = query.where(user.c.municipality_id == access.municipality)
    return {
        UserId(row.id): StaffName(user=UserId(row.id), login=row.login, name=row.display_name)
        for row in connection.execute(query)
    }


def _overrides(connection: Connection, of: str, now: datetime) -> tuple[Override, ...]:
    """Return the newest overrides that have not ended, in the order of their entering."""
    query = (
        select(override_table)
        .where(override_table.c.schedule_id == of, override_table.c.ends_at > now)
        .order_by(override_table.c.created_at.desc(), override_table.c.id.desc())
        .limit(MAX_OVERRIDES)
    )
    rows = connection.execute(query).all()
    return tuple(
        Override(person=UserId(row.user_id), starts_at=row.starts_at, ends_at=row.ends_at)
        for row in reversed(rows)
    )


def _stored(row: Row[Any], overrides: tuple[Override, ...]) -> Schedule:
    return Schedule(
        name=row.name,
        zone=ZoneInfo(row.time_zone),
        rotation=None if row.rotation is None else _rotation(row.rotation),
        hours=tuple(_hours(one) for one in row.hours),
        overrides=overrides,
    )


def _rotation_json(rotation: Rotation) -> dict[str, Any]:
    return {
        "people": list(rotation.people),
        "starts_on": rotation.starts_on.isoformat(),
        "hand_over": rotation.hand_over.isoformat("minutes"),
        "days": rotation.days,
    }


def _rotation(stored: dict[str, Any]) -> Rotation:
    return Rotation(
        people=tuple(UserId(one) for one in stored["people"]),
        starts_on=date.fromisoformat(stored["starts_on"]),
        hand_over=time.fromisoformat(stored["hand_over"]),
        days=stored["days"],
    )


def _hours_json(one: Hours) -> dict[str, Any]:
    return {
        "weekday": one.weekday,
        "opens": one.opens.isoformat("minutes"),
        "closes": one.closes.isoformat("minutes"),
    }


def _hours(stored: dict[str, Any]) -> Hours:
    return Hours(
        weekday=stored["weekday"],
        opens=time.fromisoformat(stored["opens"]),
        closes=time.fromisoformat(stored["closes"]),
    )
