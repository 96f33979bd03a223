"""How Zigbee2MQTT would publish a home: one topic per device, its whole cached state each time.

As of Zigbee2MQTT 2 with `last_seen: ISO_8601`: `contact` is true when closed, an `action` is never
cached, and every message of a device carries all that is known of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import assert_never
from zlib import crc32

import msgspec

from devices.simulators.event import HomeEvent
from devices.simulators.flat import Sensor, SensorKind
from devices.simulators.source import link_quality
from domain.moments import to_ms
from domain.quantity import Quantity, is_activity

HELP_ACTION = "emergency"
"""What common help buttons send as `action`.

Source: zigbee2mqtt.io, device pages of Tuya TS0215A_sos and Heiman HS1EB.
"""
MAINS_VOLTS = 100
"""Japan."""
LONGEST_STEP = timedelta(hours=1)
"""Over a longer gap between two power readings no energy is counted."""
_DAY_MS = 86_400_000
CLEAR_STEPS = {
    Quantity.POWER: (20.0, 0.1),
    Quantity.TEMPERATURE: (1.0, 0.0),
    Quantity.ILLUMINANCE: (25.0, 0.5),
}
"""By how much, and by which part of the value before, a measurement has to differ so that every
gateway must tell it. A gateway that reports on change may leave out less."""
CLEARLY_LATER = timedelta(minutes=30)
"""After so long any value has to be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One value that a message holds and that a gateway may make a reading of."""

    quantity: Quantity
    value: float
    resident_made: bool
    required: bool
    """Whether the message is there because of it; else it is cached state that is said again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """One message of one device."""

    topic: str
    payload: bytes
    at: datetime
    """The device's `last_seen`; UTC, whole milliseconds."""
    device: str
    said: tuple[Said, ...]


class Zigbee2Mqtt:
    """The state cache of one home's Zigbee2MQTT; a pure function of the events put in, in order."""

    def __init__(
        self,
        *,
        base_topic: str,
        devices: Iterable[Sensor],
        states: Mapping[str, float],
        seed: int = 0,
    ) -> None:
        """Begin with what doors, openings and lamps show; 0 where nothing is given."""
        self._base_topic, self._seed = base_topic, seed
        self._devices = {device.name: _Cache(device) for device in devices}
        for cache in self._devices.values():
            if cache.starts_known:
                cache.put(cache.device.quantity, states.get(cache.device.name, 0.0), None)

    def absorb(self, event: HomeEvent) -> None:
        """Learn from an event without publishing it."""
        self._devices[event.device].put(event.quantity, event.value, event.at)

    def publish(self, event: HomeEvent) -> Publication | None:
        """Return the message for an event.

        None for a heartbeat of a motion sensor that says ON: it has just spoken, and ON said again
        would be taken for another movement.
        """
        cache = self._devices[event.device]
        was_occupied, is_step = cache.is_occupied, cache.is_clear_step(event)
        self.absorb(event)
        is_heartbeat = event.quantity is Quantity.LINK_QUALITY
        if is_heartbeat and cache.is_occupied:
            return None
        said = [
            one
            for one in self._carried(cache, event.at)
            if one.quantity is not event.quantity and not is_activity(one.quantity, one.value)
        ]
        if is_heartbeat:
            said.append(self._heard(cache, event.at))
        else:
            goes_on = event.quantity is Quantity.MOTION and event.value == 1.0 and was_occupied
            said.append(_told(event, required=is_step and not goes_on))
        action = HELP_ACTION if event.quantity is Quantity.HELP else None
        return self._publication(cache, event.at, tuple(said), action=action)

    def announce(self, at: datetime) -> list[Publication]:
        """Return a first message of every device, as after a start of Zigbee2MQTT."""
        return [
            self._publication(cache, at, tuple(self._carried(cache, at)), action=None)
            for cache in self._devices.values()
        ]

    def _publication(
        self, cache: _Cache, at: datetime, said: tuple[Said, ...], *, action: str | None
    ) -> Publication:
        name = cache.device.name
        payload: dict[str, object] = {} if action is None else {"action": action}
        payload |= cache.attributes
        if cache.device.kind.on_battery:
            percent = self._battery_percent(name, at)
            payload |= {"battery": percent, "voltage": 2500 + 5 * percent}
        else:
            payload["voltage"] = MAINS_VOLTS
        payload["linkquality"] = link_quality(self._seed, name, to_ms(at))
        payload["last_seen"] = _iso_8601(at)
        return Publication(
            topic=f"{self._base_topic}/{name}",
            payload=msgspec.json.encode(payload),
            at=at,
            device=name,
            said=said,
        )

    def _carried(self, cache: _Cache, at: datetime) -> Iterable[Said]:
        """Yield every value of a message that no event of this instant has made."""
        name = cache.device.name
        values = dict(cache.values)
        if cache.device.kind.on_battery:
            values[Quantity.BATTERY] = float(self._battery_percent(name, at))
        for quantity, value in values.items():
            yield _cached(quantity, value)
        yield self._heard(cache, at)

    def _heard(self, cache: _Cache, at: datetime) -> Said:
        quality = link_quality(self._seed, cache.device.name, to_ms(at))
        return _cached(Quantity.LINK_QUALITY, float(quality))

    def _battery_percent(self, device: str, at: datetime) -> int:
        """Return the charge: from 100 down to 41 % in two years, then a fresh battery."""
        age_days = (to_ms(at) // _DAY_MS + crc32(f"{self._seed}|{device}".encode())) % 720
        return 100 - age_days // 12


class _Cache:
    """What is known of one device."""

    def __init__(self, device: Sensor) -> None:
        self.device = device
        self.values: dict[Quantity, float] = {}
        self._powered_at: datetime | None = None
        self._said_at: datetime | None = None

    def is_clear_step(self, event: HomeEvent) -> bool:
        """Tell whether an event has to be told, given what this device has said before."""
        before, step = self.values.get(event.quantity), CLEAR_STEPS.get(event.quantity)
        if step is None or before is None or self._said_at is None:
            return True
        is_far = abs(event.value - before) >= max(step[0], step[1] * abs(before))
        return is_far or event.at - self._said_at >= CLEARLY_LATER

    @property
    def starts_known(self) -> bool:
        """Whether it shows a state before its first event."""
        return self.device.kind.is_contact or self.device.kind in (
            SensorKind.MOTION,
            SensorKind.LAMP,
        )

    @property
    def is_occupied(self) -> bool:
        return self.values.get(Quantity.MOTION) == 1.0

    def put(self, quantity: Quantity, value: float, at: datetime | None) -> None:
        """Keep a value; a press and a link quality are of their own instant only."""
        if quantity in (Quantity.HELP, Quantity.LINK_QUALITY):
            return
        if quantity is Quantity.POWER and at is not None:
            self._count_energy(value, at)
        if quantity in CLEAR_STEPS:
            self._said_at = at
        self.values[quantity] = value

    @property
    def attributes(self) -> dict[str, object]:
        """What the payload says of the values, in Zigbee2MQTT's words."""
        return dict(_attribute(quantity, value) for quantity, value in self.values.items()) | (
            {"state": "ON"} if self.device.kind is SensorKind.METER else {}
        )

    def _count_energy(self, watts: float, at: datetime) -> None:
        """Add what the mean `watts` since the reading before it come to, in kWh."""
        step = timedelta() if self._powered_at is None else at - self._powered_at
        hours = step.total_seconds() / 3600 if step <= LONGEST_STEP else 0.0
        energy_kwh = self.values.get(Quantity.ENERGY, 0.0) + max(0.0, watts) * hours / 1000
        self.values[Quantity.ENERGY] = round(energy_kwh, 6)
        self._powered_at = at


def _cached(quantity: Quantity, value: float) -> Said:
    return Said(quantity=quantity, value=value, resident_made=False, required=False)


def _told(event: HomeEvent, *, required: bool) -> Said:
    """Return what an event says; a movement that goes on may be told again or not."""
    return Said(
        quantity=event.quantity,
        value=event.value,
        resident_made=event.resident_made,
        required=required,
    )


def _attribute(quantity: Quantity, value: float) -> tuple[str, object]:
    match quantity:
        case Quantity.MOTION:
            return "occupancy", value == 1.0
        case Quantity.DOOR | Quantity.OPENING:
            return "contact", value == 0.0
        case Quantity.LIGHT:
            return "state", "ON" if value == 1.0 else "OFF"
        case Quantity.LINK_QUALITY:
            return "linkquality", int(value)
        case Quantity.HELP:
            return "action", HELP_ACTION
        case (
            Quantity.POWER
            | Quantity.ENERGY
            | Quantity.TEMPERATURE
            | Quantity.HUMIDITY
            | Quantity.ILLUMINANCE
            | Quantity.BATTERY
        ):
            return quantity.value, value
        case _:
            assert_never(quantity)


def _iso_8601(at: datetime) -> str:
    """Return the instant as Zigbee2MQTT's `ISO_8601` does: milliseconds and `Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"
