"""The two clocks of the machine beside each other: by how much the wall clock was set."""

from __future__ import annotations

from datetime import timedelta

from domain.clock import Clock

NOTICED_FROM = timedelta(seconds=1)
"""Less than this is the clock being slewed."""


class ClockWatch:
    """Compares the two clocks of the machine since the last look."""

    def __init__(self, clock: Clock) -> None:
        """Begin now."""
        self._clock = clock
        self._now, self._now_s = clock.now(), clock.monotonic()

    def look(self) -> timedelta:
        """Return by how much the clock was set since the last look; zero where that is not known.

        Above zero: ahead, or the machine was suspended.
        """
        now, now_s = self._clock.now(), self._clock.monotonic()
        step = (now - self._now) - timedelta(seconds=now_s - self._now_s)
        self._now, self._now_s = now, now_s
        if not self._clock.keeps_pace or abs(step) < NOTICED_FROM:
            return timedelta()
        return step
