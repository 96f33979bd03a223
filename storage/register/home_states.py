"""What is known of homes, gateways and sensors now, merged from batches in any order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.sqlite import insert

from domain.access import Access
from domain.ids import GatewayId, HomeId, SensorId
from domain.quantity import Lane
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


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneChange:
    """What a batch of the journal says about one lane of a gateway."""

    gateway: GatewayId
    lane: Lane
    epoch: str
    heard_at: datetime
    """Receipt of the newest envelope."""
    watermark: datetime | None
    """Up to when everything has arrived; None when the batch does not move it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorChange:
    """What a batch says about one sensor; None: nothing."""

    sensor: SensorId
    home: HomeId
    heard_at: datetime
    activity_at: datetime | None = None
    battery_percent: float | None = None
    link_quality: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """One activity of a home, newest ones of a batch first by time of happening."""

    at: datetime
    sensor: SensorId
    arrived_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeChange:
    """What a batch says about one home."""

    home: HomeId
    position: int
    """Journal position of the newest envelope of this home in the batch."""
    heard_at: datetime
    last: Activity | None
    """The newest activity of the batch."""
    previous_at: datetime | None
    """The one before it in the batch."""


def merge_lanes(connection: Connection, access: Access, changes: Iterable[LaneChange]) -> None:
    """Take over lane changes; older news than what is there changes nothing."""
    del access
    for change in changes:
        owner = select(gateway.c.municipality_id).where(gateway.c.id == change.gateway)
        new = insert(gateway_state).values(
            gateway_id=change.gateway,
            lane=change.lane,
            municipality_id=owner.scalar_subquery(),
            epoch=change.epoch,
            last_heard_at=change.heard_at,
            watermark=change.watermark,
        )
        old, row = gateway_state.c, new.excluded
        connection.execute(
            new.on_conflict_do_update(
                index_elements=["gateway_id", "lane"],
                set_={
                    "epoch": row.epoch,
                    "last_heard_at": func.max(old.last_heard_at, row.last_heard_at),
                    "watermark": func.max(
                        func.coalesce(old.watermark, row.watermark),
                        func.coalesce(row.watermark, old.watermark),
                    ),
                },
            )
        )


def merge_sensors(connection: Connection, access: Access, changes: Iterable[SensorChange]) -> None:
    """Take over sensor changes; older news changes nothing."""
    del access
    for change in changes:
        owner = select(sensor.c.municipality_id).where(sensor.c.id == change.sensor)
        new = insert(sensor_state).values(
            sensor_id=change.sensor,
            municipality_id=owner.scalar_subquery(),
            home_id=change.home,
            last_heard_at=change.heard_at,
            last_activity_at=change.activity_at,
            battery_percent=change.battery_percent,
            link_quality=change.link_quality,
        )
        old, row = sensor_state.c, new.excluded
        connection.execute(
            new.on_conflict_do_update(
                index_elements=["sensor_id"],
                set_={
                    "home_id": row.home_id,
                    "last_heard_at": func.max(old.last_heard_at, row.last_heard_at),
                    "last_activity_at": func.max(
                        func.coalesce(old.last_activity_at, row.last_activity_at),
                        func.coalesce(row.last_activity_at, old.last_activity_at),
                    ),
                    "battery_percent": func.coalesce(row.battery_percent, old.battery_percent),
                    "link_quality": func.coalesce(row.link_quality, old.link_quality),
                },
            )
        )


def merge_homes(connection: Connection, access: Access, changes: Iterable[HomeChange]) -> None:
    """Take over home changes, after the lanes: the slowest gateway sets a home's watermark."""
    for change in changes:
        known = connection.execute(
            select(home_state).where(home_state.c.home_id == change.home)
        ).one_or_none()
        values = {
            "position": change.position,
            "last_heard_at": max(change.heard_at, known.last_heard_at)
            if known
            else change.heard_at,
            "watermark": _watermark(connection, change.home),
        }
        newer = change.last is not None and (
            known is None
            or known.last_activity_at is None
            or change.last.at > known.last_activity_at
        )
        if change.last is not None and newer:
            before = [change.previous_at, known.last_activity_at if known else None]
            values |= {
                "last_activity_at": change.last.at,
                "last_activity_sensor": change.last.sensor,
                "last_activity_arrived_at": change.last.arrived_at,
                "previous_activity_at": max((at for at in before if at), default=None),
            }
        if known is not None:
            mine = home_state.update().where(home_state.c.home_id == change.home)
            connection.execute(mine.values(**values))
        else:
            owner = select(home.c.municipality_id).where(home.c.id == change.home)
            connection.execute(
                insert(home_state).values(
                    home_id=change.home, municipality_id=owner.scalar_subquery(), **values
                )
            )
    del access


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
    del access
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


def _watermark(connection: Connection, home_id: HomeId) -> datetime | None:
    """Return the smallest watermark of the gateways that stand in the home now."""
    query = (
        select(gateway_state.c.watermark)
        .join(gateway_placement, gateway_placement.c.gateway_id == gateway_state.c.gateway_id)
        .where(
            gateway_placement.c.home_id == home_id,
            gateway_placement.c.valid_to.is_(None),
            gateway_state.c.lane == Lane.NORMAL,
        )
    )
    marks = connection.execute(query).scalars().all()
    return min((mark for mark in marks if mark is not None), default=None) if all(marks) else None
