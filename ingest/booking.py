"""At which instant a reading is booked, and how far that is believed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from domain.errors import Problem
from domain.reading import ClockQuality, Reading

AHEAD = timedelta(minutes=2)
"""How far ahead of the receipt a time may lie: clocks of homes and server differ a little."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """A reading as it enters the store."""

    reading: Reading
    quality: ClockQuality
    problem: Problem | None
    """MQT-017 when its own time was impossible."""


def book(
    reading: Reading,
    *,
    quality: ClockQuality,
    received_at: datetime,
    commissioned_at: datetime,
    where: str,
) -> Booked:
    """Decide at which instant a reading is booked.

    A time before the gateway was commissioned or more than `AHEAD` after the receipt is impossible:
    such a reading is booked at the receipt with quality UNKNOWN and never counts as activity, for
    booking a backlog as "now" would hide a collapse.
    """
    if quality is ClockQuality.UNKNOWN:
        at_receipt = replace(reading, observed_at=received_at)
        return Booked(reading=at_receipt, quality=quality, problem=None)
    if commissioned_at <= reading.observed_at <= received_at + AHEAD:
        return Booked(reading=reading, quality=quality, problem=None)
    return Booked(
        reading=replace(reading, observed_at=received_at),
        quality=ClockQuality.UNKNOWN,
        problem=Problem(
            code="MQT-017",
            where=where,
            found=f"time {reading.observed_at.isoformat()}",
            allowed=f"{commissioned_at.isoformat()} to {(received_at + AHEAD).isoformat()}",
            do="look at the gateway's clock; it is booked at the time of receipt, not as activity",
        ),
    )
