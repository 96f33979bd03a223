"""What any store of readings can do; one contract suite holds each adapter to it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

import msgspec

from domain.ids import GatewayId, HomeId, SensorId
from domain.moments import from_ms, to_ms
from domain.quantity import Lane, Quantity
from domain.reading import ClockQuality, Reading, RecordId


class StreamId(NamedTuple):
    """Whose sequence numbers they are."""

    gateway: GatewayId
    lane: Lane
    epoch: str


class PlacedReading(msgspec.Struct, frozen=True, gc=False):
    """A reading with its identity and the home it happened in: a row of the store.

    Flat, with instants as milliseconds since 1970: there may be a hundred thousand in a second.
    """

    home: HomeId
    observed_ms: int
    sensor: SensorId
    quantity: Quantity
    stream: StreamId
    seq: int
    """With the stream part of the point's identity: two presses in one millisecond are two."""
    value: float
    is_activity: bool
    """Whether it proves that somebody lives: never with an unknown time."""
    quality: ClockQuality
    received_ms: int

    @classmethod
    def of(
        cls,
        reading: Reading,
        *,
        identity: RecordId,
        home: HomeId,
        quality: ClockQuality,
        received_at: datetime,
    ) -> PlacedReading:
        """Place a reading."""
        return cls(
            home=home,
            observed_ms=to_ms(reading.observed_at),
            sensor=reading.sensor,
            quantity=reading.quantity,
            stream=StreamId(identity.gateway, identity.lane, identity.epoch),
            seq=identity.seq,
            value=reading.value,
            is_activity=reading.is_activity and quality is not ClockQuality.UNKNOWN,
            quality=quality,
            received_ms=to_ms(received_at),
        )

    @property
    def id(self) -> RecordId:
        """Who it is for ever."""
        gateway, lane, epoch = self.stream
        return RecordId(gateway=gateway, lane=lane, epoch=epoch, seq=self.seq)

    @property
    def reading(self) -> Reading:
        """What was read."""
        return Reading(
            sensor=self.sensor,
            quantity=self.quantity,
            value=self.value,
            observed_at=from_ms(self.observed_ms),
        )

    @property
    def received_at(self) -> datetime:
        """When it came to us."""
        return from_ms(self.received_ms)


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
