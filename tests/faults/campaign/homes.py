"""What happens in the homes of the kill campaign: messages of Zigbee2MQTT, and the truth of them.

Each value is one that a gateway must keep: devices speak minutes apart, values differ, doors really
move. The truth is written from here and never from what the system made of it.
"""

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.moments import to_ms
from domain.quantity import Quantity

ROUND = timedelta(minutes=10)
STATIONS = 4
DEVICES = (
    *(f"station {number}" for number in range(STATIONS)),
    "hall motion",
    "front door",
    "button",
)
PRESS_EACH = 40
"""Rounds from one press of the help button to the next."""
STILL_AFTER = timedelta(minutes=2)
READINGS_OF_A_ROUND = 2 * STATIONS * 5 + 3
REPEATED = 0.03
"""Part of the messages that the radio brings twice."""

Said = Mapping[str, object]
Point = tuple[str, Quantity, int, float]
"""Device, quantity, milliseconds, value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of one device, and the readings that it is."""

    device: str
    payload: bytes
    readings: tuple[Point, ...]
    times: int
    """How often it is published: a repeat by the radio is no further reading."""


def rounds_for(readings: int, homes: int) -> int:
    """Return how many rounds of each home make at least so many readings."""
    return -(-readings // (homes * READINGS_OF_A_ROUND))


def messages(seed: int, home: int, *, rounds: int, start: datetime) -> Iterator[Message]:
    """Yield what is published in one home, in order of time; the same for the same seed."""
    chance = random.Random(f"{seed} home {home}")  # noqa: S311 (chance in a test is not cryptography)
    yield _message(chance, "front door", start, {"contact": True}, ())
    energy = 0.0
    for number in range(rounds):
        at = start + (number + 1) * ROUND
        for half in range(2):
            for station in range(STATIONS):
                energy = round(energy + chance.uniform(0.1, 1.0), 3)
                moment = at + half * ROUND / 2 + timedelta(seconds=station)
                yield _station(chance, f"station {station}", moment, energy, half)
        is_open = number % 2 == 0
        states: list[tuple[str, datetime, Said, Quantity, bool]] = [
            ("hall motion", at, {"occupancy": True}, Quantity.MOTION, True),
            ("hall motion", at + STILL_AFTER, {"occupancy": False}, Quantity.MOTION, False),
            ("front door", at, {"contact": not is_open}, Quantity.DOOR, is_open),
        ]
        if number % PRESS_EACH == PRESS_EACH - 1:
            states.append(("button", at, {"action": "emergency"}, Quantity.HELP, True))
        for device, moment, said, quantity, value in states:
            point = (device, quantity, to_ms(moment), float(value))
            yield _message(chance, device, moment, said, (point,))


def _station(chance: random.Random, device: str, at: datetime, energy: float, half: int) -> Message:
    """A device that measures five things; each differs much from what it said before."""
    values = {
        Quantity.POWER: float(chance.randrange(0, 1000) + 1500 * half),
        Quantity.ENERGY: energy,
        Quantity.TEMPERATURE: round(chance.uniform(5, 15) + 20 * half, 2),
        Quantity.HUMIDITY: round(chance.uniform(10, 40) + 50 * half, 1),
        Quantity.ILLUMINANCE: float(chance.randrange(0, 1000) + 5000 * half),
    }
    points = tuple((device, quantity, to_ms(at), value) for quantity, value in values.items())
    return _message(chance, device, at, {key.value: value for key, value in values.items()}, points)


def _message(
    chance: random.Random,
    device: str,
    at: datetime,
    said: Said,
    readings: tuple[Point, ...],
) -> Message:
    payload = json.dumps({**said, "last_seen": at.isoformat()}).encode()
    times = 2 if chance.random() < REPEATED else 1
    return Message(device=device, payload=payload, readings=readings, times=times)
