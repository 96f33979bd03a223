"""What a home is to a player: its devices, and what happens there in any stretch of time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Protocol
from zlib import crc32

from devices.simulators.event import HomeEvent
from devices.simulators.flat import Sensor
from domain.moments import from_ms, to_ms
from domain.quantity import Quantity


class Source(Protocol):
    """A home, simulated or recorded. Asking twice for the same time gives the same events."""

    @property
    def devices(self) -> tuple[Sensor, ...]:
        """All sensors of the home."""

    @property
    def seed(self) -> int:
        """What sets the phases of heartbeats, the link quality and the batteries."""

    def states_before(self, instant: datetime) -> Mapping[str, float]:
        """Return what doors, openings and lamps showed just before, by device; absent is 0."""

    def events(self, begin: datetime, end: datetime) -> Iterable[HomeEvent]:
        """Return what happens in `begin <= at < end`, heartbeats included, in order of time."""

    def unattended(self, begin: datetime, end: datetime, *, since: datetime) -> Iterable[HomeEvent]:
        """Return what the home does by itself in `begin <= at < end`, in order of time.

        Args:
            begin: First instant; not before `since`.
            end: The instant after the last.
            since: From when on nobody acts: only what was before may be learned from.
        """


def heartbeats(
    devices: Iterable[Sensor], seed: int, begin: datetime, end: datetime
) -> Iterator[HomeEvent]:
    """Yield each device's sign of life in `begin <= at < end`, device by device.

    The phase is the device's own and follows from the seed, whatever the stretch that is asked for.
    """
    begin_ms, end_ms = to_ms(begin), to_ms(end)
    for device in devices:
        every_ms = device.heartbeat // timedelta(milliseconds=1)
        phase_ms = crc32(f"{seed}|{device.name}".encode()) % every_ms
        first_ms = begin_ms + (phase_ms - begin_ms) % every_ms
        for at_ms in range(first_ms, end_ms, every_ms):
            yield HomeEvent(
                at=from_ms(at_ms),
                device=device.name,
                quantity=Quantity.LINK_QUALITY,
                value=float(link_quality(seed, device.name, at_ms)),
                resident_made=False,
            )


def link_quality(seed: int, device: str, at_ms: int) -> int:
    """Return how well a device is heard at an instant: its own level, a little up and down."""
    level = 70 + crc32(f"{seed}|{device}|level".encode()) % 120
    return level + crc32(f"{device}|{at_ms}".encode()) % 21 - 10
