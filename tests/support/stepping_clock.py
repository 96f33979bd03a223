"""A virtual clock that somebody sets: its monotonic seconds go on as if nothing had happened."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain.clock import VirtualClock


class SteppingClock(VirtualClock):
    """Virtual time with a wall clock that can be set, also back."""

    keeps_pace = True

    def __init__(self, start: datetime) -> None:
        """Stand at `start`, rightly set."""
        super().__init__(start)
        self._began, self._error = start, timedelta()

    def monotonic(self) -> float:
        """Return the virtual seconds since the start, whatever the clock shows."""
        return (self.now() - self._error - self._began).total_seconds() + 1000.0

    def step(self, by: timedelta) -> None:
        """Set the clock by so much; nobody is called for that."""
        self._error += by
        self._now += by
