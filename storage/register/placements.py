"""Homes by the code that people say, and the gateways that stand, or once stood, in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select

from domain.access import Access
from domain.ids import GatewayId, HomeId, MunicipalityId
from storage.register.guard import require_system
from storage.register.kinds import is_synthetic
from storage.register.schema import (
    gateway,
    gateway_credential,
    gateway_placement,
    gateway_state,
    home,
    sensor,
    sensor_placement,
)
from storage.register.validity import not_over


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedHome:
    """A home as an operator means it."""

    id: HomeId
    municipality: MunicipalityId
    code: str
    """What may be said aloud: "K-07"."""
    time_zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedGateway:
    """One stretch of one gateway in one home; instants aware, UTC."""

    id: GatewayId
    home: NamedHome
    valid_from: datetime
    valid_to: datetime | None
    """None: it stands there until further notice."""
    revoked_at: datetime | None
    sensors: int
    """How many sensors it was registered with."""
    last_heard_at: datetime | None


def named_homes(connection: Connection, access: Access) -> list[NamedHome]:
    """Return all homes of the access's municipality (None: of all), by code.

    Raises:
        InputError: ACC-001 when a person asks.
    """
    require_system(access)
    query = select(home).where(_within(access)).order_by(home.c.code, home.c.id)
    return [_named(row, row.id) for row in connection.execute(query)]


def named_home(connection: Connection, access: Access, code: str) -> NamedHome | None:
    """Return the home with this code in the access's municipality, None when there is none.

    Raises:
        InputError: ACC-001 when a person asks.
        sqlalchemy.exc.MultipleResultsFound: The access names no municipality, and several have it.
    """
    require_system(access)
    row = connection.execute(select(home).where(home.c.code == code, _within(access))).one_or_none()
    return None if row is None else _named(row, row.id)


def standing(
    connection: Connection, access: Access, home_id: HomeId, *, now: datetime
) -> list[GatewayId]:
    """Return the gateways that stand in a home at `now` and are not revoked; mostly one.

    Raises:
        InputError: ACC-001 when a person asks.
    """
    require_system(access)
    query = (
        select(gateway_placement.c.gateway_id)
        .join(gateway, gateway.c.id == gateway_placement.c.gateway_id)
        .where(gateway_placement.c.home_id == home_id, gateway.c.revoked_at.is_(None))
        .where(not_over(gateway_placement, now))
        .order_by(gateway_placement.c.valid_from)
    )
    return [GatewayId(row) for row in connection.execute(query).scalars()]


def take_out(connection: Connection, access: Access, gone: GatewayId, *, now: datetime) -> None:
    """End a gateway's placement, its sensors' and its credentials at `now`, and revoke it.

    What it has not sent by then is refused (MQT-021), and its silence is nobody's matter.
    Repeats are free.

    Raises:
        InputError: ACC-001 when a person asks.
    """
    require_system(access)
    its_sensors = select(sensor.c.id).where(sensor.c.gateway_id == gone)
    for table, is_its in (
        (gateway_placement, gateway_placement.c.gateway_id == gone),
        (sensor_placement, sensor_placement.c.sensor_id.in_(its_sensors)),
    ):
        open_end = not_over(table, now)
        connection.execute(table.update().where(is_its, open_end).values(valid_to=now))
    mine = gateway.update().where(gateway.c.id == gone, gateway.c.revoked_at.is_(None))
    connection.execute(mine.values(revoked_at=now))
    credential = gateway_credential.update().where(
        gateway_credential.c.gateway_id == gone, gateway_credential.c.ended_at.is_(None)
    )
    connection.execute(credential.values(ended_at=now))


def placed_gateways(connection: Connection, access: Access) -> list[PlacedGateway]:
    """Return every placement of a gateway, ended ones included, by code and beginning.

    Raises:
        InputError: ACC-001 when a person asks.
    """
    require_system(access)
    return [
        PlacedGateway(
            id=GatewayId(row.gateway_id),
            home=_named(row, row.home_id),
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            revoked_at=row.revoked_at,
            sensors=row.sensors,
            last_heard_at=row.last_heard_at,
        )
        for row in connection.execute(_placed().where(_within(access)))
    ]


def _placed() -> Select[tuple[object, ...]]:
    sensors = select(func.count()).where(sensor.c.gateway_id == gateway.c.id)
    heard = select(func.max(gateway_state.c.last_heard_at)).where(
        gateway_state.c.gateway_id == gateway.c.id
    )
    query: Select[tuple[object, ...]] = select(
        gateway_placement,
        gateway.c.revoked_at,
        home.c.code,
        home.c.time_zone,
        sensors.correlate(gateway).scalar_subquery().label("sensors"),
        heard.correlate(gateway).scalar_subquery().label("last_heard_at"),
    )
    return (
        query.select_from(gateway_placement)
        .join(gateway, gateway.c.id == gateway_placement.c.gateway_id)
        .join(home, home.c.id == gateway_placement.c.home_id)
        .order_by(home.c.code, gateway_placement.c.valid_from, gateway.c.id)
    )


def _within(access: Access) -> ColumnElement[bool]:
    """Leave the homes of the access's municipality, or of all cities."""
    is_near = home.c.municipality_id == (access.municipality or home.c.municipality_id)
    return is_near & ~is_synthetic(home.c.municipality_id)


def _named(row: Row[tuple[object, ...]], home_id: str) -> NamedHome:
    return NamedHome(
        id=HomeId(home_id),
        municipality=MunicipalityId(row.municipality_id),
        code=row.code,
        time_zone=row.time_zone,
    )
