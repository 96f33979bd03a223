"""A reading: one value of one quantity of one sensor at one instant, and who it is for ever."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.ids import GatewayId, SensorId
from domain.quantity import Lane, Quantity, is_activity


class ClockQuality(StrEnum):
    """How far the gateway's time of a record can be trusted."""

    SYNCED = "synced"
    """The gateway's clock was set when it happened."""
    CORRECTED = "corrected"
    """Worked out later from boot id and monotonic time."""
    UNKNOWN = "unknown"
    """Cannot be told: booked at the time of receipt, never counted as activity."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class RecordId:
    """The identity of a record: a second arrival with the same identity changes nothing."""

    gateway: GatewayId
    lane: Lane
    epoch: str
    """One life of the gateway's counters; random, made by the gateway."""
    seq: int
    """1, 2, 3 ... within lane and epoch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One value at one instant. States are 0.0 or 1.0; other values are in the quantity's unit."""

    sensor: SensorId
    quantity: Quantity
    value: float
    observed_at: datetime
    """When it happened in the home; aware, UTC, whole milliseconds."""

    def __post_init__(self) -> None:
        """Refuse a naive time."""
        if self.observed_at.tzinfo is None:
            msg = f"observed_at {self.observed_at} has no time zone"
            raise ValueError(msg)

    @property
    def is_activity(self) -> bool:
        """Whether only a living person in the home makes this happen."""
        return is_activity(self.quantity, self.value)
