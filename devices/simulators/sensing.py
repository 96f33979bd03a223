"""What the sensors of a flat make of a day: which of them sees what, and when it stops."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from devices.simulators.diary import Pace
from devices.simulators.event import HomeEvent
from devices.simulators.flat import Flat, Room, SensorKind
from devices.simulators.habits import MINUTE_S, Habits
from devices.simulators.person import Day
from domain.quantity import Quantity

HOLD_S = 60.0
"""How long a motion sensor says ON after the last movement that it saw; common for battery ones."""
BUSY_GAP_S = 35.0
"""Mean seconds between two movements of somebody who works in a room."""
RESTING_GAP_S = 25 * MINUTE_S


def sensed(day: Day, flat: Flat, habits: Habits, chance: Random) -> list[HomeEvent]:
    """Return all that the resident makes the sensors say in a day, unsorted."""
    return [*_motion(day, flat, habits, chance), *_uses(day, flat)]


def _motion(day: Day, flat: Flat, habits: Habits, chance: Random) -> Iterator[HomeEvent]:
    seen: dict[Room, list[float]] = {room: [] for room in Room}
    for stay in day.stays:
        seen[stay.room].extend(
            _movements(stay.begin_s, stay.end_s, _gap_s(stay.pace, habits), chance)
        )
    for room, movements in seen.items():
        sensor = flat.find(SensorKind.MOTION, room)
        if sensor is None:
            continue
        for begin_s, end_s in _held(movements):
            yield _event(day, begin_s, sensor.name, Quantity.MOTION, 1.0)
            yield _event(day, end_s, sensor.name, Quantity.MOTION, 0.0)


def _gap_s(pace: Pace, habits: Habits) -> float:
    match pace:
        case Pace.BUSY:
            return BUSY_GAP_S
        case Pace.SITTING:
            return habits.stillness_min * MINUTE_S
        case Pace.RESTING:
            return RESTING_GAP_S


def _movements(begin_s: float, end_s: float, gap_s: float, chance: Random) -> Iterator[float]:
    at_s = begin_s + chance.uniform(0.2, 3.0)
    while at_s < end_s:
        yield at_s
        at_s += chance.expovariate(1.0 / gap_s)


def _held(movements: list[float]) -> Iterator[tuple[float, float]]:
    """Join movements that come before the sensor has let go; in: seconds in order."""
    begin_s: float | None = None
    last_s = 0.0
    for at_s in movements:
        if begin_s is not None and at_s > last_s + HOLD_S:
            yield begin_s, last_s + HOLD_S
            begin_s = None
        begin_s, last_s = at_s if begin_s is None else begin_s, at_s
    if begin_s is not None:
        yield begin_s, last_s + HOLD_S


def _uses(day: Day, flat: Flat) -> Iterator[HomeEvent]:
    for use in day.uses:
        sensor = flat.find(use.kind)
        if sensor is not None:
            yield _event(day, use.begin_s, sensor.name, sensor.quantity, 1.0)
            yield _event(day, use.end_s, sensor.name, sensor.quantity, 0.0)


def _event(day: Day, seconds: float, device: str, quantity: Quantity, value: float) -> HomeEvent:
    return HomeEvent(
        at=day.at(seconds), device=device, quantity=quantity, value=value, resident_made=True
    )
