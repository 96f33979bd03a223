"""The homes of a rig: registered as a technician would, and what their sensors say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from devices.simulators.zigbee2mqtt import Publication
from domain.access import service
from domain.ids import GatewayId, HomeId, SensorId
from gateway.config import ClockSource
from storage.register import gateways
from storage.register.gateways import NewSensor
from tests.support.process import Process

ACCESS = service("rig")
MOTION, BUTTON, DOOR, METER = "motion", "button", "door", "meter"
STEP = timedelta(minutes=1)
"""Between two movements of a home: each is one of its own, none a flapping contact."""
LIVED = timedelta(days=20)
"""The homes' days begin so long ago, so that a test never runs out of past."""


@dataclass(slots=True, kw_only=True)
class RigHome:
    """One home: who it is, what has happened in it, and the process of its gateway."""

    id: HomeId
    code: str
    gateway: GatewayId
    sensors: dict[str, SensorId]
    next_at: datetime
    """When the next movement happens."""
    process: Process | None = None
    clock: ClockSource = ClockSource.TRUSTED
    """Who keeps its clock; the machine of a test need not have a time server."""
    outbox: Path | None = None
    """Where its outbox lies; None: beside its settings."""
    outbox_most_mb: int = 256

    @property
    def topic(self) -> str:
        """Base topic of its Zigbee2MQTT on the homes' broker."""
        return f"local/{self.gateway}/zigbee2mqtt"


def enrol(connection: Connection, *, count: int) -> list[RigHome]:
    """Register homes K-001 and so on, each with a gateway and four sensors."""
    began_at = datetime.now(UTC).replace(microsecond=0) - LIVED  # noqa: TID251 (life itself)
    town = gateways.add_municipality(connection, ACCESS, "Example City")
    homes = []
    for number in range(1, count + 1):
        code = f"K-{number:03}"
        home = gateways.add_home(
            connection,
            ACCESS,
            municipality_id=town,
            code=code,
            time_zone="Asia/Tokyo",
            now=began_at - timedelta(days=1),
        )
        sensors = [
            NewSensor(
                name=name,
                room="bedroom",
                is_entrance=False,
                heartbeat=timedelta(hours=1),
                is_battery=True,
            )
            for name in (MOTION, BUTTON, DOOR, METER)
        ]
        gateway, ids = gateways.add_gateway(
            connection, ACCESS, home_id=home, sensors=sensors, now=began_at - timedelta(days=1)
        )
        homes.append(
            RigHome(id=home, code=code, gateway=gateway, sensors=ids, next_at=began_at + STEP)
        )
    return homes


def publication(
    home: RigHome, device: str, payload: Mapping[str, object], at: datetime
) -> Publication:
    """Return what a device of a home says at an instant."""
    return Publication(
        topic=f"{home.topic}/{device}",
        payload=json.dumps({**payload, "last_seen": at.isoformat()}).encode(),
        at=at,
        device=device,
        said=(),
    )
