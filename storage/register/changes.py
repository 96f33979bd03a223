"""What a batch of the journal changes; merging is the same in any order and any grouping."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from domain.ids import GatewayId, HomeId, SensorId
from domain.quantity import Lane

T = TypeVar("T", datetime, "Level")


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneChange:
    """What a batch of the journal says about one lane of a gateway."""

    gateway: GatewayId
    lane: Lane
    epoch: str
    heard_at: datetime
    """Receipt of the newest envelope."""
    watermark: datetime | None
    """Up to when everything has arrived; None when the batch does not move it."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Level:
    """A value that is shown, and when it was true; the newest one is shown."""

    at: datetime
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorChange:
    """What a batch says about one sensor; None: nothing."""

    sensor: SensorId
    home: HomeId
    """Where it was when it was heard last."""
    heard_at: datetime
    activity_at: datetime | None = None
    battery: Level | None = None
    """Percent."""
    link: Level | None = None

    def merged(self, other: SensorChange) -> SensorChange:
        """Return both as one."""
        newest = max(self, other, key=lambda change: (change.heard_at, change.home))
        return SensorChange(
            sensor=self.sensor,
            home=newest.home,
            heard_at=newest.heard_at,
            activity_at=_later(self.activity_at, other.activity_at),
            battery=_later(self.battery, other.battery),
            link=_later(self.link, other.link),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """One activity of a home."""

    at: datetime
    sensor: SensorId
    arrived_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeChange:
    """What a batch says about one home."""

    home: HomeId
    position: int
    """Journal position of the newest envelope of this home in the batch."""
    heard_at: datetime
    last: Activity | None
    """The newest activity of the batch."""
    previous_at: datetime | None = None
    """The instant of the activity before it, as far as the batch knows."""

    def merged(self, other: HomeChange) -> HomeChange:
        """Return both as one; of two activities in one millisecond the greater sensor id wins."""
        lasts = [last for last in (self.last, other.last) if last is not None]
        last = max(lasts, key=_newness, default=None)
        instants = [*(each.at for each in lasts), self.previous_at, other.previous_at]
        before = [at for at in instants if at is not None and last is not None and at < last.at]
        return HomeChange(
            home=self.home,
            position=max(self.position, other.position),
            heard_at=max(self.heard_at, other.heard_at),
            last=last,
            previous_at=max(before, default=None),
        )


def _newness(activity: Activity) -> tuple[datetime, SensorId, float]:
    return activity.at, activity.sensor, -activity.arrived_at.timestamp()


def _later(one: T | None, other: T | None) -> T | None:
    if one is None or other is None:
        return one or other
    return max(one, other)
