"""Readings of homes that all live by one routine, made up hour by hour."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from domain.ids import HomeId, SensorId
from storage.readings.port import ActiveMinute, PlacedReading


@dataclass(slots=True)
class SeededReadings:
    """Readings of homes that all live by one routine; the dark home is not heard in places."""

    now: Callable[[], datetime]
    silent_since: dict[HomeId, datetime] = field(default_factory=dict)
    dark_since: dict[HomeId, datetime] = field(default_factory=dict)

    def activity_by_hour(
        self, home: HomeId, since: datetime, until: datetime
    ) -> Mapping[datetime, int]:
        """Return more activity at breakfast and dinner than in between, none at night."""
        end = min(until, self.now(), self.silent_since.get(home, until))
        counts = {hour: _usual(hour) for hour in _hours(since, end)}
        heard = self.seen_by_hour(home, since, until)
        return {hour: count for hour, count in counts.items() if count and hour in heard}

    def seen_by_hour(self, home: HomeId, since: datetime, until: datetime) -> set[datetime]:
        """Return all hours but those of one lost day and a few lost hours."""
        end = min(until, self.now(), self.dark_since.get(home, until))
        lost_day = (self.now() - timedelta(days=12)).date()
        return {
            hour for hour in _hours(since, end) if not (hour.date() == lost_day and hour.hour < 9)
        }

    def write(self, batch: Sequence[PlacedReading]) -> None:
        """Take nothing."""
        raise NotImplementedError

    def active_minutes(
        self,
        home: HomeId,
        since: datetime,
        until: datetime,
        *,
        entrances: Collection[SensorId],
    ) -> list[ActiveMinute]:
        """Tell nothing."""
        raise NotImplementedError

    def of_home(self, home: HomeId, since: datetime, until: datetime) -> Iterator[PlacedReading]:
        """Tell nothing."""
        raise NotImplementedError

    def close(self) -> None:
        """Do nothing."""


def _hours(since: datetime, until: datetime) -> Iterator[datetime]:
    hour = since.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    while hour < until:
        yield hour
        hour += timedelta(hours=1)


def _usual(hour: datetime) -> int:
    local = (hour.hour + 9) % 24
    base = {6: 4, 7: 22, 8: 14, 9: 6, 10: 5, 12: 18, 13: 4, 15: 5, 17: 9, 18: 24, 19: 10, 20: 6}
    if local == 2 and hour.day % 3 == 0:
        return 2
    return base.get(local, 0) + (hour.day * 7 + local) % 4 * (local in base)
