"""Digests: the record of each day with what arrived later, and when people want their mail."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, exists, func, select, union_all, update
from sqlalchemy.dialects.sqlite import insert

from domain.access import Access
from domain.ids import HomeId, UserId
from storage.register import audit
from storage.register.guard import require_system
from storage.register.kinds import is_synthetic
from storage.register.reach import homes_within, sees_activity
from storage.register.schema import (
    daily_record,
    digest_wish,
    home,
    home_state,
    sensor_state,
)

MINUTES_OF_DAY = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What was known of a home on the morning of a local day; words as the digest uses them."""

    home: HomeId
    code: str
    time_zone: str
    day: date
    standing: str
    verdict: str
    reason: str
    confirmed_at: datetime | None
    last_activity_at: datetime | None
    away_until: datetime | None
    blind_since: datetime | None
    as_of: datetime
    """When it was taken; aware, UTC."""
    late_at: datetime | None = None
    """When it was seen that something of before `as_of` had arrived later."""
    late_activity_at: datetime | None = None
    """A movement of that morning which arrived later, the last one that is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """A record, and what is known later."""

    record: Record
    moved_at: datetime | None
    """The last movement before the record was taken, as it is known now."""
    watermark: datetime | None


def keep(connection: Connection, access: Access, records: Iterable[Record]) -> int:
    """Write records of days and return how many were new; one that is there is never changed."""
    require_system(access)
    new = 0
    for one in records:
        owner = select(home.c.municipality_id).where(home.c.id == one.home).scalar_subquery()
        row = insert(daily_record).values(
            home_id=one.home,
            day=one.day.isoformat(),
            municipality_id=owner,
            standing=one.standing,
            verdict=one.verdict,
            reason=one.reason,
            confirmed_at=one.confirmed_at,
            last_activity_at=one.last_activity_at,
            away_until=one.away_until,
            blind_since=one.blind_since,
            as_of=one.as_of,
        )
        new += connection.execute(row.on_conflict_do_nothing()).rowcount
    return new


def lacks_record(connection: Connection, access: Access, day: date, *, time_zone: str) -> bool:
    """Tell whether a home of a time zone, but for the synthetic one, has no record of a local day.

    Raises:
        InputError: ACC-001 when a person asks.
    """
    require_system(access)
    of_day = exists().where(
        daily_record.c.home_id == home.c.id, daily_record.c.day == day.isoformat()
    )
    of_people = ~is_synthetic(home.c.municipality_id)
    query = select(home.c.id).where(home.c.time_zone == time_zone, of_people, ~of_day).limit(1)
    return connection.execute(query).first() is not None


def mark_late(
    connection: Connection,
    access: Access,
    of: Record,
    *,
    activity_at: datetime | None,
    now: datetime,
) -> None:
    """Mark beside a record, once, that something of before it arrived later; it stays as it was."""
    require_system(access)
    mine = update(daily_record).where(
        daily_record.c.home_id == of.home,
        daily_record.c.day == of.day.isoformat(),
        daily_record.c.late_at.is_(None),
    )
    connection.execute(mine.values(late_at=now, late_activity_at=activity_at))


def unmarked(connection: Connection, access: Access, *, since: datetime) -> list[Later]:
    """Return the records taken since an instant that have no mark, with what is known by now."""
    require_system(access)
    moved = union_all(
        select(sensor_state.c.home_id, sensor_state.c.last_activity_at.label("at")),
        select(home_state.c.home_id, home_state.c.last_activity_at),
        select(home_state.c.home_id, home_state.c.previous_activity_at),
    ).subquery()
    last = (
        select(func.max(moved.c.at))
        .where(moved.c.home_id == daily_record.c.home_id, moved.c.at <= daily_record.c.as_of)
        .scalar_subquery()
    )
    query = (
        select(
            daily_record,
            home.c.code,
            home.c.time_zone,
            home_state.c.watermark,
            last.label("moved_at"),
        )
        .join(home, home.c.id == daily_record.c.home_id)
        .outerjoin(home_state, home_state.c.home_id == home.c.id)
        .where(daily_record.c.as_of >= since, daily_record.c.late_at.is_(None))
    )
    return [
        Later(record=_record(row), moved_at=row.moved_at, watermark=row.watermark)
        for row in connection.execute(query)
    ]


def of_day(connection: Connection, access: Access, day: date, *, now: datetime) -> list[Record]:
    """Return the records of a local day of the homes within reach, by code.

    Nothing for an access that may not see activity.
    """
    if not sees_activity(access):
        return []
    query = (
        select(daily_record, home.c.code, home.c.time_zone)
        .join(home, home.c.id == daily_record.c.home_id)
        .where(daily_record.c.day == day.isoformat(), homes_within(access, now=now))
        .order_by(home.c.code)
    )
    return [_record(row) for row in connection.execute(query)]


def wish(connection: Connection, access: Access, *, default: int) -> int | None:
    """Return at which minute after midnight `access.actor` wants the digest; None: not at all."""
    query = select(digest_wish.c.minute).where(digest_wish.c.user_id == access.actor)
    row = connection.execute(query).one_or_none()
    return default if row is None else row.minute


def wishes(connection: Connection, access: Access) -> dict[UserId, int | None]:
    """Return what everybody wants who has said so.

    Raises:
        InputError: ACC-001 when a person asks.
    """
    require_system(access)
    return {UserId(row.user_id): row.minute for row in connection.execute(select(digest_wish))}


def set_wish(connection: Connection, access: Access, minute: int | None, *, now: datetime) -> None:
    """Let `access.actor` have the digest at a minute after midnight, or not at all.

    Effects: a row and a line in the audit log.

    Raises:
        ValueError: There is no such minute.
    """
    if minute is not None and not 0 <= minute < MINUTES_OF_DAY:
        msg = f"minute is {minute}, 0 to {MINUTES_OF_DAY - 1} are allowed"
        raise ValueError(msg)
    row = insert(digest_wish).values(
        user_id=access.actor, municipality_id=access.municipality, minute=minute
    )
    connection.execute(
        row.on_conflict_do_update(index_elements=["user_id"], set_={"minute": minute})
    )
    audit.append(
        connection,
        access,
        action="digest.wish",
        object=f"user:{access.actor}",
        result="done",
        now=now,
    )


def zones(connection: Connection, access: Access) -> list[str]:
    """Return the time zones in which there are homes, but for the synthetic one.

    Raises:
        InputError: ACC-001 when a person asks.
    """
    require_system(access)
    of_people = ~is_synthetic(home.c.municipality_id)
    query = select(func.distinct(home.c.time_zone)).where(of_people).order_by(home.c.time_zone)
    return list(connection.execute(query).scalars())


def _record(row: Row[Any]) -> Record:
    return Record(
        home=HomeId(row.home_id),
        code=row.code,
        time_zone=row.time_zone,
        day=date.fromisoformat(row.day),
        standing=row.standing,
        verdict=row.verdict,
        reason=row.reason,
        confirmed_at=row.confirmed_at,
        last_activity_at=row.last_activity_at,
        away_until=row.away_until,
        blind_since=row.blind_since,
        as_of=row.as_of,
        late_at=row.late_at,
        late_activity_at=row.late_activity_at,
    )
