"""Gateways and sensors: registering them, and what ingest must know to admit and place records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select

from domain.access import Access
from domain.gateway import KnownGateway, Placement
from domain.ids import GatewayId, HomeId, MunicipalityId, SensorId, new_id
from storage.register.guard import require_municipality, require_system
from storage.register.kinds import is_synthetic
from storage.register.schema import (
    gateway,
    gateway_credential,
    gateway_placement,
    home,
    municipality,
    sensor,
    sensor_placement,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSensor:
    """A sensor to be registered with its place."""

    name: str
    """Friendly name in the gateway's own dialect, such as `bedroom motion`."""
    room: str
    is_entrance: bool
    heartbeat: timedelta
    """How often it speaks even when nothing happens."""
    is_battery: bool


def add_municipality(connection: Connection, access: Access, name: str) -> MunicipalityId:
    """Register a municipality and return its id."""
    require_system(access)
    new = MunicipalityId(new_id())
    connection.execute(insert(municipality).values(id=new, name=name))
    return new


def municipalities(connection: Connection, access: Access) -> list[tuple[MunicipalityId, str]]:
    """Return id and name of the municipalities within reach, by name; never the synthetic one."""
    query = select(municipality.c.id, municipality.c.name).order_by(municipality.c.name)
    query = query.where(~is_synthetic(municipality.c.id))
    if access.municipality is not None:
        query = query.where(municipality.c.id == access.municipality)
    return [(MunicipalityId(row.id), row.name) for row in connection.execute(query)]


def add_home(
    connection: Connection,
    access: Access,
    *,
    municipality_id: MunicipalityId,
    code: str,
    time_zone: str,
    now: datetime,
) -> HomeId:
    """Register a home and return its id; `code` is unique within the municipality."""
    require_municipality(access, municipality_id)
    new = HomeId(new_id())
    connection.execute(
        insert(home).values(
            id=new,
            municipality_id=municipality_id,
            code=code,
            time_zone=time_zone,
            created_at=now,
        )
    )
    return new


def add_gateway(
    connection: Connection,
    access: Access,
    *,
    home_id: HomeId,
    sensors: Sequence[NewSensor],
    now: datetime,
) -> tuple[GatewayId, dict[str, SensorId]]:
    """Register a gateway with its sensors in a home, from `now` on.

    Returns:
        The gateway's id, and each sensor's id by its friendly name.
    """
    of_home = select(home.c.municipality_id).where(home.c.id == home_id)
    owner = MunicipalityId(connection.execute(of_home).scalar_one())
    require_municipality(access, owner)
    new = GatewayId(new_id())
    connection.execute(
        insert(gateway).values(id=new, municipality_id=owner, key_generation=1, created_at=now)
    )
    connection.execute(
        insert(gateway_placement).values(
            id=new_id(), municipality_id=owner, gateway_id=new, home_id=home_id, valid_from=now
        )
    )
    ids = {spec.name: SensorId(new_id()) for spec in sensors}
    for spec in sensors:
        connection.execute(
            insert(sensor).values(
                id=ids[spec.name],
                municipality_id=owner,
                gateway_id=new,
                name=spec.name,
                heartbeat=spec.heartbeat,
                is_battery=spec.is_battery,
                created_at=now,
            )
        )
        connection.execute(
            insert(sensor_placement).values(
                id=new_id(),
                municipality_id=owner,
                sensor_id=ids[spec.name],
                home_id=home_id,
                room=spec.room,
                is_entrance=spec.is_entrance,
                valid_from=now,
            )
        )
    return new, ids


def directory(connection: Connection, access: Access) -> dict[GatewayId, KnownGateway]:
    """Return everything ingest must know of the gateways within reach."""
    query = select(gateway)
    if access.municipality is not None:
        query = query.where(gateway.c.municipality_id == access.municipality)
    placements = _placements(connection)
    sensors = _sensors(connection)
    generations = _generations(connection)
    return {
        GatewayId(row.id): KnownGateway(
            id=GatewayId(row.id),
            municipality=MunicipalityId(row.municipality_id),
            key_generations=generations.get(row.id, (row.key_generation,)),
            is_revoked=row.revoked_at is not None,
            placements=tuple(placements.get(row.id, ())),
            sensors=sensors.get(row.id, {}),
        )
        for row in connection.execute(query)
    }


def fitted(
    connection: Connection, access: Access
) -> list[tuple[HomeId, str, GatewayId, dict[str, SensorId]]]:
    """Return home, code, gateway and its sensors by friendly name, for each gateway in place.

    The synthetic home is left out.
    """
    query = (
        select(home.c.id, home.c.code, gateway_placement.c.gateway_id)
        .join(gateway_placement, gateway_placement.c.home_id == home.c.id)
        .where(gateway_placement.c.valid_to.is_(None), ~is_synthetic(home.c.municipality_id))
        .order_by(home.c.code)
    )
    if access.municipality is not None:
        query = query.where(home.c.municipality_id == access.municipality)
    names: dict[str, dict[str, SensorId]] = {}
    for row in connection.execute(select(sensor.c.gateway_id, sensor.c.name, sensor.c.id)):
        names.setdefault(row.gateway_id, {})[row.name] = SensorId(row.id)
    return [
        (HomeId(row.id), row.code, GatewayId(row.gateway_id), names.get(row.gateway_id, {}))
        for row in connection.execute(query)
    ]


def _placements(connection: Connection) -> dict[str, list[Placement]]:
    found: dict[str, list[Placement]] = {}
    query = select(gateway_placement).order_by(gateway_placement.c.valid_from)
    for row in connection.execute(query):
        found.setdefault(row.gateway_id, []).append(
            Placement(home=HomeId(row.home_id), valid_from=row.valid_from, valid_to=row.valid_to)
        )
    return found


def _generations(connection: Connection) -> dict[str, tuple[int, ...]]:
    """Return the valid generations of the gateways that have credentials, newest first.

    Simulated gateways have none: their key is that of the gateway's row. One whose credentials
    have all ended has an empty tuple, and so no valid key.
    """
    found: dict[str, tuple[int, ...]] = {}
    query = select(gateway_credential).order_by(gateway_credential.c.generation.desc())
    for row in connection.execute(query):
        before = found.setdefault(row.gateway_id, ())
        if row.ended_at is None:
            found[row.gateway_id] = (*before, row.generation)
    return found


def _sensors(connection: Connection) -> dict[str, dict[SensorId, bool]]:
    found: dict[str, dict[SensorId, bool]] = {}
    query = select(sensor.c.gateway_id, sensor.c.id, sensor_placement.c.is_entrance).join(
        sensor_placement, sensor_placement.c.sensor_id == sensor.c.id
    )
    for row in connection.execute(query):
        found.setdefault(row.gateway_id, {})[SensorId(row.id)] = row.is_entrance
    return found
