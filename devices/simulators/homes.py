"""A simulated home: a person in a flat with sensors; any stretch of its life can be asked for."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from zlib import crc32
from zoneinfo import ZoneInfo

from devices.simulators.electricity import BaseLoad, DatedLoad, mean_load_w, reading_times
from devices.simulators.event import HomeEvent, in_order
from devices.simulators.flat import Flat, Sensor, SensorKind, default_flat
from devices.simulators.habits import Habits, habits_of
from devices.simulators.person import Person
from devices.simulators.sensing import sensed
from devices.simulators.source import heartbeats
from domain.moments import to_ms
from domain.quantity import Quantity

TOKYO = ZoneInfo("Asia/Tokyo")
REMEMBERED_DAYS = 4
"""Computed days that are kept: a player asks for the same night a few times."""


@dataclass(frozen=True, slots=True)
class _Lived:
    """A day of the person, and what it did to the home."""

    events: list[HomeEvent]
    loads: list[DatedLoad]


class SimulatedHome:
    """A home that lives by its seed; history and live are the same life."""

    def __init__(
        self,
        seed: int,
        *,
        zone: ZoneInfo = TOKYO,
        flat: Flat | None = None,
        habits: Habits | None = None,
    ) -> None:
        """Furnish the home; what is not given follows from the seed."""
        self.seed, self.zone = seed, zone
        self.flat = default_flat() if flat is None else flat
        self.habits = habits_of(seed) if habits is None else habits
        self.person = Person(seed=seed, habits=self.habits, zone=zone)
        self._base_load = BaseLoad(seed=seed, base_w=self.habits.base_w)
        self._days: dict[date, _Lived] = {}

    @property
    def devices(self) -> tuple[Sensor, ...]:
        """All sensors of the home."""
        return self.flat.sensors

    def states_before(self, instant: datetime) -> Mapping[str, float]:
        """Return nothing: in a simulated life nothing stands open or lit for long."""
        del instant
        return {}

    def events(self, begin: datetime, end: datetime) -> list[HomeEvent]:
        """Return all that happens in `begin <= at < end` (aware, UTC), in order of time."""
        if end <= begin:
            return []
        found = [*self._resident_events(begin, end), *self._metered(begin, end, attended=True)]
        found.extend(self._temperatures(begin, end))
        found.extend(heartbeats(self.devices, self.seed, begin, end))
        return sorted(found, key=in_order)

    def unattended(self, begin: datetime, end: datetime, *, since: datetime) -> list[HomeEvent]:
        """Return base load, temperature and heartbeats: the home without its resident."""
        del since  # the base load is known, it need not be learned
        if end <= begin:
            return []
        found = [*self._metered(begin, end, attended=False), *self._temperatures(begin, end)]
        found.extend(heartbeats(self.devices, self.seed, begin, end))
        return sorted(found, key=in_order)

    def _resident_events(self, begin: datetime, end: datetime) -> Iterator[HomeEvent]:
        for day in self._dates(begin, end):
            for event in self._lived(day).events:
                if begin <= event.at < end:
                    yield event

    def _metered(self, begin: datetime, end: datetime, *, attended: bool) -> Iterator[HomeEvent]:
        meter = self.flat.find(SensorKind.METER)
        if meter is None:
            return
        for at in reading_times(begin, end):
            watts = self._base_load.mean_w(to_ms(at))
            if attended:
                watts += mean_load_w(self._loads_around(at), to_ms(at))
            yield HomeEvent(
                at=at,
                device=meter.name,
                quantity=Quantity.POWER,
                value=round(watts, 1),
                resident_made=False,
            )

    def _loads_around(self, at: datetime) -> Iterator[DatedLoad]:
        for day in self._dates(at, at):
            yield from self._lived(day).loads

    def _temperatures(self, begin: datetime, end: datetime) -> Iterator[HomeEvent]:
        """Yield a slow wave over the day, read each half-hour, five minutes after the meter."""
        sensor = self.flat.find(SensorKind.TEMPERATURE)
        if sensor is None:
            return
        late = timedelta(minutes=5)
        for at in reading_times(begin - late, end - late):
            day_share = to_ms(at) / 86_400_000 % 1.0
            wobble = crc32(f"{self.seed}|{at}".encode()) % 40 / 100
            yield HomeEvent(
                at=at + late,
                device=sensor.name,
                quantity=Quantity.TEMPERATURE,
                value=round(20.5 + 1.8 * math.sin(math.tau * day_share) + wobble, 2),
                resident_made=False,
            )

    def _dates(self, begin: datetime, end: datetime) -> Iterator[date]:
        """Yield the dates whose days, waking to waking, can touch the stretch."""
        day = begin.astimezone(self.zone).date() - timedelta(days=1)
        last = end.astimezone(self.zone).date()
        while day <= last:
            yield day
            day += timedelta(days=1)

    def _lived(self, date_: date) -> _Lived:
        if date_ not in self._days:
            if len(self._days) >= REMEMBERED_DAYS:
                del self._days[next(iter(self._days))]
            self._days[date_] = self._live(date_)
        return self._days[date_]

    def _live(self, date_: date) -> _Lived:
        day = self.person.day(date_)
        chance = Random(f"{self.seed}|sensors|{date_}")
        return _Lived(
            sensed(day, self.flat, self.habits, chance),
            [
                (to_ms(day.at(load.begin_s)), to_ms(day.at(load.end_s)), load.watts)
                for load in day.loads
            ],
        )


def fleet(count: int, *, seed: int = 0, zone: ZoneInfo = TOKYO) -> tuple[SimulatedHome, ...]:
    """Return `count` homes of different characters; the same seed gives the same homes."""
    return tuple(SimulatedHome(seed + number, zone=zone) for number in range(count))
