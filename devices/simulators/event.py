"""One thing that physically happens in a home, whether or not any system ever hears of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from domain.quantity import Quantity

MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeEvent:
    """What one device observes at one instant.

    An event of quantity `LINK_QUALITY` is a heartbeat: the device only says that it is there.
    """

    at: datetime
    """Aware, UTC, whole milliseconds."""
    device: str
    """The device's friendly name."""
    quantity: Quantity
    value: float
    """States are 0.0 or 1.0; other values are in the quantity's unit."""
    resident_made: bool
    """Whether it vanishes when the resident can no longer act."""

    def __post_init__(self) -> None:
        """Refuse a time that is not UTC or not whole milliseconds."""
        if self.at.tzinfo is not UTC and self.at.utcoffset() != timedelta():
            msg = f"{self.at} is not an aware UTC datetime"
            raise ValueError(msg)
        if self.at.microsecond % 1000:
            msg = f"{self.at} is not a whole millisecond"
            raise ValueError(msg)


def in_order(event: HomeEvent) -> tuple[datetime, str, str]:
    """Return the key by which the events of one home are sorted."""
    return (event.at, event.device, event.quantity)
