"""Receipts first: while gateways press, the projector gives way to admission, for a while.

Both compute in one process, so one of them has to wait. A gateway with a receipt holds less and
sends what it hears next; what a home did may be known some seconds later. A press never waits.
"""

from __future__ import annotations

from domain.clock import Clock, pause

RUSH_MESSAGES = 200
"""A batch of so many messages means that more come than are being answered."""
MOST_WAIT_S = 20.0
"""Real time that the projector gives way before it takes its share again, until it has caught up;
inactivity is a matter of hours, and of a minute when it comes to telling it."""
_LOOK_EACH_S = 0.02


class Rush:
    """What admission and projector know of each other."""

    def __init__(self, clock: Clock) -> None:
        """Begin without one."""
        self._clock = clock
        self._is_on = False
        self._patient_until_s = 0.0
        self.calm()

    def admitted(self, messages: int) -> None:
        """Take note of how many messages admission found waiting."""
        self._is_on = messages >= RUSH_MESSAGES

    def calm(self) -> None:
        """Take note that the projector has caught up: it may give way again."""
        self._patient_until_s = self._clock.monotonic() + MOST_WAIT_S

    async def give_way(self) -> None:
        """Wait while there is a rush, as long as that may take."""
        while self._is_on and self._clock.monotonic() < self._patient_until_s:
            await pause(_LOOK_EACH_S)
