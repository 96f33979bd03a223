"""What is known of homes, gateways and sensors now, merged from batches in any order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, Row, func, select
from sqlalchemy.dialects.sqlite import insert

from domain.access import Access
from domain.ids import GatewayId, HomeId, SensorId
from domain.quantity import Lane
from storage.register.changes import Activity, HomeChange, LaneChange, Level, SensorChange
from storage.register.guard import require_system
from storage.register.many import among, upsert
from storage.register.schema import (
    gateway,
    gateway_placement,
    gateway_state,
    gateway_status,
    home,
    home_state,
    sensor,
    sensor_state,
)


def merge_lanes(connection: Connection, access: Access, changes: Iterable[LaneChange]) -> None:
    """Take over lane changes; older news than what is there changes nothing."""
    require_system(access)
    old, new = gateway_state.c, insert(gateway_state).excluded
    rows = [
        {
            "gateway_id": change.gateway,
            "lane": change.lane.value,
            "epoch": change.epoch,
            "last_heard_at": change.heard_at,
            "watermark": change.watermark,
        }
        for change in changes
    ]
    merge = {
        "epoch": new.epoch,
        "last_heard_at": func.max(old.last_heard_at, new.last_heard_at),
        "watermark": func.max(
            func.coalesce(old.watermark, new.watermark),
            func.coalesce(new.watermark, old.watermark),
        ),
    }
    upsert(connection, access, gateway_state, rows, owner=gateway, merge=merge)


def merge_sensors(connection: Connection, access: Access, changes: Iterable[SensorChange]) -> None:
    """Take over sensor changes; older news changes nothing."""
    require_system(access)
    news = {change.sensor: change for change in changes}
    query = select(sensor_state).where(among(sensor_state.c.sensor_id, news))
    for row in connection.execute(query):
        known = _sensor_change(row)
        news[known.sensor] = known.merged(news[known.sensor])
    rows = [
        {
            "sensor_id": new.sensor,
            "home_id": new.home,
            "last_heard_at": new.heard_at,
            "last_activity_at": new.activity_at,
            "battery_percent": new.battery.value if new.battery else None,
            "battery_at": new.battery.at if new.battery else None,
            "link_quality": new.link.value if new.link else None,
            "link_quality_at": new.link.at if new.link else None,
        }
        for new in news.values()
    ]
    upsert(connection, access, sensor_state, rows, owner=sensor)


def merge_homes(connection: Connection, access: Access, changes: Iterable[HomeChange]) -> None:
    """Take over home changes, after the lanes: the slowest gateway sets a home's watermark."""
    require_system(access)
    news = {change.home: change for change in changes}
    query = select(home_state).where(among(home_state.c.home_id, news))
    for row in connection.execute(query):
        known = _home_change(row)
        news[known.home] = known.merged(news[known.home])
    watermarks = _watermarks(connection, news)
    rows = [
        {
            "home_id": new.home,
            "position": new.position,
            "last_heard_at": new.heard_at,
            "watermark": watermarks.get(new.home),
            "last_activity_at": new.last.at if new.last else None,
            "last_activity_sensor": new.last.sensor if new.last else None,
            "last_activity_arrived_at": new.last.arrived_at if new.last else None,
            "previous_activity_at": new.previous_at,
        }
        for new in news.values()
    ]
    upsert(connection, access, home_state, rows, owner=home)


def book_status(
    connection: Connection,
    access: Access,
    gateway_id: GatewayId,
    *,
    online: bool,
    detail: str,
    now: datetime,
) -> None:
    """Book what a gateway says of itself; for display only. An unknown gateway is passed over."""
    require_system(access)
    owner = connection.execute(
        select(gateway.c.municipality_id).where(gateway.c.id == gateway_id)
    ).scalar()
    if owner is None:
        return
    new = insert(gateway_status).values(
        gateway_id=gateway_id, municipality_id=owner, online=online, at=now, detail=detail
    )
    connection.execute(
        new.on_conflict_do_update(
            index_elements=["gateway_id"],
            set_={"online": new.excluded.online, "at": new.excluded.at, "detail": detail},
        )
    )


def _sensor_change(row: Row[tuple[object, ...]]) -> SensorChange:
    return SensorChange(
        sensor=SensorId(row.sensor_id),
        home=HomeId(row.home_id),
        heard_at=row.last_heard_at,
        activity_at=row.last_activity_at,
        battery=_level(row.battery_at, row.battery_percent),
        link=_level(row.link_quality_at, row.link_quality),
    )


def _level(at: datetime | None, value: float | None) -> Level | None:
    return None if at is None or value is None else Level(at=at, value=value)


def _home_change(row: Row[tuple[object, ...]]) -> HomeChange:
    last = None
    if row.last_activity_at is not None:
        last = Activity(
            at=row.last_activity_at,
            sensor=SensorId(row.last_activity_sensor),
            arrived_at=row.last_activity_arrived_at,
        )
    return HomeChange(
        home=HomeId(row.home_id),
        position=row.position,
        heard_at=row.last_heard_at,
        last=last,
        previous_at=row.previous_activity_at,
    )


def _watermarks(connection: Connection, homes: Collection[HomeId]) -> dict[HomeId, datetime | None]:
    """Return the smallest watermark of the gateways that stand in each home now.

    One that was never heard, or whose past has not arrived, leaves the home without a watermark. A
    revoked one is not heard by us any more and holds nobody back.
    """
    of_gateway = (gateway_state.c.gateway_id == gateway.c.id) & (
        gateway_state.c.lane == Lane.NORMAL
    )
    query = (
        select(gateway_placement.c.home_id, gateway_state.c.watermark)
        .select_from(gateway_placement)
        .join(gateway, gateway.c.id == gateway_placement.c.gateway_id)
        .outerjoin(gateway_state, of_gateway)
        .where(
            among(gateway_placement.c.home_id, homes),
            gateway_placement.c.valid_to.is_(None),
            gateway.c.revoked_at.is_(None),
        )
    )
    marks: dict[HomeId, list[datetime | None]] = {}
    for row in connection.execute(query):
        marks.setdefault(HomeId(row.home_id), []).append(row.watermark)
    return {of: _slowest(each) for of, each in marks.items()}


def _slowest(marks: Sequence[datetime | None]) -> datetime | None:
    known = [mark for mark in marks if mark is not None]
    return min(known, default=None) if len(known) == len(marks) else None
