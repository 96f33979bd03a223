"""A store of readings in memory that keeps the contract of the port: the plain meaning of it."""

import math
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from domain.ids import HomeId, SensorId
from storage.readings.port import ActiveMinute, PlacedReading

_Key = tuple[datetime, str, str, str, int]


class FakeReadings:
    """Readings in a dict."""

    def __init__(self) -> None:
        """Start empty."""
        self._homes: dict[HomeId, dict[_Key, PlacedReading]] = {}

    def write(self, batch: Sequence[PlacedReading]) -> None:
        """Store a batch; see `Readings.write`."""
        if any(math.isnan(placed.reading.value) for placed in batch):
            message = "a value is not a number"
            raise ValueError(message)
        for placed in batch:
            self._homes.setdefault(placed.home, {}).setdefault(_key(placed), placed)

    def activity_by_hour(
        self, home: HomeId, since: datetime, until: datetime
    ) -> Mapping[datetime, int]:
        """Count activities; see `Readings.activity_by_hour`."""
        active = (placed for placed in self.of_home(home, since, until) if placed.is_activity)
        return Counter(_hour(placed) for placed in active)

    def seen_by_hour(self, home: HomeId, since: datetime, until: datetime) -> set[datetime]:
        """Return the hours heard; see `Readings.seen_by_hour`."""
        return {_hour(placed) for placed in self.of_home(home, since, until)}

    def active_minutes(
        self,
        home: HomeId,
        since: datetime,
        until: datetime,
        *,
        entrances: Collection[SensorId],
    ) -> list[ActiveMinute]:
        """Return the active minutes; see `Readings.active_minutes`."""
        minutes: dict[datetime, ActiveMinute] = {}
        for placed in self.of_home(home, since, until):
            if placed.is_activity:
                at = placed.reading.observed_at
                minute = at.replace(second=0, microsecond=0)
                known = minutes.get(minute)
                is_beside = known is not None and known.at == at and known.is_entrance
                minutes[minute] = ActiveMinute(
                    at=at, is_entrance=is_beside or placed.reading.sensor in entrances
                )
        return list(minutes.values())

    def of_home(self, home: HomeId, since: datetime, until: datetime) -> Iterator[PlacedReading]:
        """Iterate over a home's readings; see `Readings.of_home`."""
        rows = self._homes.get(home, {})
        for key in sorted(rows):
            if since <= key[0] < until:
                yield rows[key]

    def close(self) -> None:
        """Nothing to close."""


def _key(placed: PlacedReading) -> _Key:
    reading, record = placed.reading, placed.id
    stream = f"{record.gateway}/{record.lane}/{record.epoch}"
    return reading.observed_at, reading.sensor, reading.quantity, stream, record.seq


def _hour(placed: PlacedReading) -> datetime:
    return placed.reading.observed_at.replace(minute=0, second=0, microsecond=0)
