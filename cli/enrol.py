"""Registering simulated and recorded homes as if a technician had commissioned them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from devices.simulators.source import Source
from domain.access import service
from domain.ids import GatewayId, HomeId, MunicipalityId, SensorId
from storage.register import gateways, residents
from storage.register.gateways import NewSensor
from storage.register.residents import Person
from storage.register.vault import Vault

ACCESS = service("commissioning")


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolledHome:
    """A home that is registered, with what its gateway must know."""

    home: HomeId
    code: str
    gateway: GatewayId
    sensors: dict[str, SensorId]
    """By friendly name."""


def enrol(
    connection: Connection,
    vault: Vault,
    source: Source,
    *,
    municipality: MunicipalityId,
    code: str,
    person: Person,
    time_zone: str,
    now: datetime,
) -> EnrolledHome:
    """Register a home, its resident, its gateway and all its sensors, valid from `now` on."""
    home = gateways.add_home(
        connection,
        ACCESS,
        municipality_id=municipality,
        code=code,
        time_zone=time_zone,
        now=now,
    )
    residents.add(
        connection, ACCESS, vault, municipality=municipality, home=home, person=person, now=now
    )
    sensors = [
        NewSensor(
            name=device.name,
            room=device.room,
            is_entrance=device.is_entrance,
            heartbeat=device.heartbeat,
            is_battery=device.kind.on_battery,
        )
        for device in source.devices
    ]
    gateway, ids = gateways.add_gateway(connection, ACCESS, home_id=home, sensors=sensors, now=now)
    return EnrolledHome(home=home, code=code, gateway=gateway, sensors=ids)


def enrolled(connection: Connection) -> list[EnrolledHome]:
    """Return all homes that have a gateway now, by code."""
    return [
        EnrolledHome(home=home, code=code, gateway=gateway, sensors=sensors)
        for home, code, gateway, sensors in gateways.fitted(connection, ACCESS)
    ]
