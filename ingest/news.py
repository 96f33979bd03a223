"""What a batch tells of one sensor or home, gathered reading by reading; pure, and cheap.

Gathering is the merging of `storage.register.changes`, one reading at a time: the order of the
readings does not matter. Instants are milliseconds since 1970.
"""

from __future__ import annotations

from dataclasses import dataclass

from domain.ids import HomeId, SensorId
from domain.moments import from_ms
from domain.quantity import Quantity
from storage.readings.port import PlacedReading
from storage.register.changes import Activity, HomeChange, Level, SensorChange


@dataclass(slots=True)
class SensorNews:
    """What was heard of one sensor."""

    newest: tuple[int, HomeId]
    """When it was heard last, and where it was then."""
    active_ms: int = 0
    """0: no activity."""
    battery: tuple[int, float] | None = None
    """When, and percent."""
    link: tuple[int, float] | None = None

    def take(self, placed: PlacedReading) -> None:
        """Add a reading of this sensor."""
        at_ms, quantity = placed.observed_ms, placed.quantity
        if at_ms >= self.newest[0]:
            self.newest = max(self.newest, (at_ms, placed.home))
        if placed.is_activity:
            self.active_ms = max(self.active_ms, at_ms)
        elif quantity is Quantity.BATTERY:
            self.battery = max(self.battery or (0, 0.0), (at_ms, placed.value))
        elif quantity is Quantity.LINK_QUALITY:
            self.link = max(self.link or (0, 0.0), (at_ms, placed.value))

    def change(self, sensor: SensorId) -> SensorChange:
        """Return it as the register takes it."""
        heard_ms, home = self.newest
        return SensorChange(
            sensor=sensor,
            home=home,
            heard_at=from_ms(heard_ms),
            activity_at=from_ms(self.active_ms) if self.active_ms else None,
            battery=_level(self.battery),
            link=_level(self.link),
        )


@dataclass(slots=True)
class HomeNews:
    """What was heard of one home."""

    position: int = 0
    heard_ms: int = 0
    last: tuple[int, SensorId, int] | None = None
    """The newest activity: when, which sensor, and when it arrived, negative: of two in one
    millisecond the greater sensor id wins, then the one that came first."""
    previous_ms: int = 0
    """The activity before it; 0: none."""

    def hear(self, position: int, heard_ms: int) -> None:
        """Take note of an entry of this home, and of when the home spoke."""
        self.position = max(self.position, position)
        self.heard_ms = max(self.heard_ms, heard_ms)

    def live(self, placed: PlacedReading) -> None:
        """Add an activity."""
        at_ms, last = placed.observed_ms, self.last
        new = (at_ms, placed.sensor, -placed.received_ms)
        if last is None:
            self.last = new
            return
        if at_ms > last[0]:
            self.previous_ms = last[0]
        elif self.previous_ms < at_ms < last[0]:
            self.previous_ms = at_ms
        self.last = max(last, new)

    def change(self, home: HomeId) -> HomeChange:
        """Return it as the register takes it."""
        last = None
        if self.last is not None:
            at_ms, sensor, arrived_ms = self.last
            last = Activity(at=from_ms(at_ms), sensor=sensor, arrived_at=from_ms(-arrived_ms))
        return HomeChange(
            home=home,
            position=self.position,
            heard_at=from_ms(self.heard_ms),
            last=last,
            previous_at=from_ms(self.previous_ms) if self.previous_ms else None,
        )


def _level(level: tuple[int, float] | None) -> Level | None:
    return None if level is None else Level(at=from_ms(level[0]), value=level[1])
