"""What any store of readings can do; one contract suite holds each adapter to it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.ids import HomeId, SensorId
from domain.reading import ClockQuality, Reading, RecordId


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedReading:
    """A reading with its identity and the home it happened in."""

    id: RecordId
    """Part of the point's identity: two presses in one millisecond are two points."""
    home: HomeId
    reading: Reading
    quality: ClockQuality
    received_at: datetime

    @property
    def is_activity(self) -> bool:
        """Whether it proves that somebody lives: never with an unknown time."""
        return self.reading.is_activity and self.quality is not ClockQuality.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveMinute:
    """A minute with activity; what the routine is learned from."""

    at: datetime
    """The last activity inside the minute; aware, UTC."""
    is_entrance: bool
    """Whether that last activity was at the entrance, or one in the same millisecond was."""


class Readings(Protocol):
    """A store of readings. All methods block; call them in a thread. Instants are aware, UTC."""

    def write(self, batch: Sequence[PlacedReading]) -> None:
        """Store a batch durably, whole or not at all; what is there already changes nothing.

        A value that is not a number is refused with the whole batch: nothing may be lost unseen.
        """

    def activity_by_hour(
        self, home: HomeId, since: datetime, until: datetime
    ) -> Mapping[datetime, int]:
        """Return the count of activities for each UTC hour in [since, until) that has any."""

    def seen_by_hour(self, home: HomeId, since: datetime, until: datetime) -> set[datetime]:
        """Return the UTC hours in [since, until) in which anything at all was observed."""

    def active_minutes(
        self,
        home: HomeId,
        since: datetime,
        until: datetime,
        *,
        entrances: Collection[SensorId],
    ) -> list[ActiveMinute]:
        """Return the active minutes in [since, until), oldest first."""

    def of_home(self, home: HomeId, since: datetime, until: datetime) -> Iterator[PlacedReading]:
        """Iterate over all readings in [since, until), oldest first."""

    def close(self) -> None:
        """Close; nothing may be called afterwards."""
