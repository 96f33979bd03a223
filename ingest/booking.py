"""At which instant a reading is booked, and how far that is believed."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from domain.errors import Problem
from domain.moments import from_ms
from domain.reading import ClockQuality

AHEAD = timedelta(minutes=2)
"""How far ahead of the receipt a time may lie: clocks of homes and server differ a little."""
_AHEAD_MS = AHEAD // timedelta(milliseconds=1)


class Booking(NamedTuple):
    """The instants of one envelope's readings; milliseconds since 1970."""

    commissioned_ms: int
    """No reading can be older than this ..."""
    received_ms: int
    """... nor lie more than `AHEAD` behind this."""
    quality: ClockQuality
    """How far the gateway trusts its own clock."""

    @property
    def believed(self) -> range:
        """The instants at which a reading is booked at its own time.

        Another one is booked at the receipt with quality UNKNOWN and never counts as activity, for
        booking a backlog as "now" would hide a collapse.
        """
        if self.quality is ClockQuality.UNKNOWN:
            return range(0)
        return range(self.commissioned_ms, self.received_ms + _AHEAD_MS + 1)

    def impossible(self, observed_ms: int, *, where: str) -> Problem | None:
        """Return MQT-017 for a time that its gateway trusts and we cannot believe."""
        if self.quality is ClockQuality.UNKNOWN or observed_ms in self.believed:
            return None
        earliest, latest = from_ms(self.commissioned_ms), from_ms(self.received_ms) + AHEAD
        return Problem(
            code="MQT-017",
            where=where,
            found=f"time {from_ms(observed_ms).isoformat()}",
            allowed=f"{earliest.isoformat()} to {latest.isoformat()}",
            do="look at the gateway's clock; it is booked at the time of receipt, not as activity",
        )
