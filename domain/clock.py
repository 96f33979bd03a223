"""What time it is, and how to wait: the only module that reads real time.

Services hold a `Clock`. A `RealClock` reads the machine, a `ScaledClock` runs a demonstration
faster than life, a `VirtualClock` is pushed by tests and replays. Time-outs of networks, leases
and watchdogs are real in all three: `Clock.monotonic` and `pause`.
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import itertools
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

REARM_S = 30.0
"""Longest single real wait of a timer: a suspended or stepped host is noticed within it."""

SWEEP_FROM = 64
"""Fewer remembered calls than this are not worth sweeping."""


class Timer(Protocol):
    """A call that was asked for and can be taken back."""

    def cancel(self) -> None:
        """Take the call back; harmless when it was made or cancelled before."""


class Clock(Protocol):
    """Time as a service sees it."""

    keeps_pace: bool
    """Whether `now` and `monotonic` run alike, so that a difference means: the clock was set."""

    def now(self) -> datetime:
        """Return the present instant; aware, UTC."""

    def monotonic(self) -> float:
        """Return real seconds that never step back, for time-outs, leases and watchdogs."""

    def call_at(self, instant: datetime, call: Callable[[], None], *, lazy: bool = False) -> Timer:
        """Call `call` once in the running event loop, as soon as `now()` is at or past `instant`.

        Args:
            instant: When; aware, UTC. An instant in the past calls at the next turn of the loop.
            call: Takes nothing, must not block or raise.
            lazy: The caller only wants to be called *now and then* (a heartbeat): a virtual clock
                may jump over it and then calls once.
        """


class RealClock:
    """The machine's time."""

    keeps_pace = True

    def now(self) -> datetime:
        """Return the wall clock, UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return the machine's monotonic seconds."""
        return time.monotonic()

    def call_at(self, instant: datetime, call: Callable[[], None], *, lazy: bool = False) -> Timer:
        """Call at a wall-clock instant; looked at again at least each `REARM_S`."""
        del lazy
        return _RunningTimer(self, instant, call, lambda: 1.0)


class ScaledClock:
    """Time that starts at a chosen instant and runs `speed` times as fast as life."""

    keeps_pace = False

    def __init__(self, start: datetime, *, speed: float) -> None:
        """Start at `start` (aware, UTC) with `speed` > 0."""
        _require_aware(start)
        self._origin = start
        self._origin_mono = time.monotonic()
        self._speed = _positive(speed)
        self._timers: set[_RunningTimer] = set()

    @property
    def speed(self) -> float:
        """How many seconds pass in one real second."""
        return self._speed

    def set_speed(self, speed: float) -> None:
        """Run at another speed from now on; time itself does not jump."""
        self._origin, self._origin_mono = self.now(), time.monotonic()
        self._speed = _positive(speed)
        for timer in tuple(self._timers):
            timer.rearm()

    def now(self) -> datetime:
        """Return the scaled instant, UTC."""
        elapsed_s = (time.monotonic() - self._origin_mono) * self._speed
        return self._origin + timedelta(seconds=elapsed_s)

    def monotonic(self) -> float:
        """Return the machine's monotonic seconds, not scaled."""
        return time.monotonic()

    def call_at(self, instant: datetime, call: Callable[[], None], *, lazy: bool = False) -> Timer:
        """Call at a scaled instant."""
        del lazy
        timer = _RunningTimer(self, instant, call, lambda: self._speed, self._timers)
        self._timers.add(timer)
        return timer


class VirtualClock:
    """Time that stands still until it is pushed."""

    keeps_pace = False

    def __init__(self, start: datetime) -> None:
        """Stand at `start`; aware, UTC."""
        _require_aware(start)
        self._now = start
        self._order = itertools.count()
        self._heap: list[tuple[datetime, int, _VirtualTimer]] = []
        self._swept_length = 0

    def now(self) -> datetime:
        """Return the instant last pushed to."""
        return self._now

    def monotonic(self) -> float:
        """Return the machine's monotonic seconds: time-outs stay real."""
        return time.monotonic()

    def call_at(self, instant: datetime, call: Callable[[], None], *, lazy: bool = False) -> Timer:
        """Remember the call; `push` makes it. One in the past is made at the next loop turn."""
        timer = _VirtualTimer(call, lazy=lazy)
        if instant <= self._now:
            asyncio.get_running_loop().call_soon(timer.fire)
        else:
            heapq.heappush(self._heap, (instant, next(self._order), timer))
            self._sweep()
        return timer

    def next_wake(self) -> datetime | None:
        """Return the earliest instant that somebody waits for exactly; lazy waits do not count."""
        due = [at for at, _, timer in self._heap if timer.waiting and not timer.lazy]
        return min(due, default=None)

    def show(self, to: datetime) -> None:
        """Show `to` from now on, but make no call yet: what happens until then can be told first.

        Raises:
            ValueError: `to` lies before now.
        """
        if to < self._now:
            msg = f"the clock stands at {self._now} and cannot go back to {to}"
            raise ValueError(msg)
        self._now = to

    def push(self, to: datetime) -> None:
        """Move on to `to` and make every call that is due by then, earliest first.

        Raises:
            ValueError: `to` lies before now.
        """
        self.show(to)
        while self._heap and self._heap[0][0] <= to:
            heapq.heappop(self._heap)[2].fire()

    def _sweep(self) -> None:
        """Forget cancelled calls: each nudge leaves one, at a deadline that may be hours away."""
        if len(self._heap) > 2 * self._swept_length + SWEEP_FROM:
            self._heap = [item for item in self._heap if item[2].waiting]
            heapq.heapify(self._heap)
            self._swept_length = len(self._heap)


class Nudge:
    """A reason to look again: shortens a wait and never replaces the looking.

    Set from any thread; waited for in one event loop. Setting it while nobody waits is remembered
    once.
    """

    def __init__(self) -> None:
        """Start without a reason."""
        self._event = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._has_reason = False

    def set(self) -> None:
        """Wake whoever waits; from any thread."""
        # First the reason, then the look at the loop; `wait` does it the other way round. So one
        # of the two always sees the other, without a lock.
        self._has_reason = True
        loop = self._loop
        if loop is None:
            return  # the first wait will see the reason
        if loop is _running_loop():
            self._event.set()
        else:
            with contextlib.suppress(RuntimeError):  # the loop closes: nobody waits any more
                loop.call_soon_threadsafe(self._event.set)

    async def wait(
        self,
        clock: Clock,
        *,
        until: datetime | None = None,
        lazy: bool = False,
        timeout_s: float = REARM_S,
    ) -> bool:
        """Wait for a nudge, for `until` on the clock, or for `timeout_s` real seconds.

        Returns:
            True when nudged or `until` came; False after the time-out. The reason is used up.
        """
        self._loop = asyncio.get_running_loop()
        if self._has_reason:
            self._event.set()
        timer = None if until is None else clock.call_at(until, self._event.set, lazy=lazy)
        try:
            async with asyncio.timeout(timeout_s):
                await self._event.wait()
        except TimeoutError:
            return False
        finally:
            if timer is not None:
                timer.cancel()
        self._has_reason = False
        self._event.clear()
        return True


async def sleep_until(clock: Clock, instant: datetime, *, lazy: bool = False) -> None:
    """Sleep until the clock shows `instant`, however long that takes in real time."""
    nudge = Nudge()
    while clock.now() < instant:
        await nudge.wait(clock, until=instant, lazy=lazy)


async def pause(seconds: float) -> None:
    """Wait real seconds; for network back-off only, never for something that has an instant."""
    await asyncio.sleep(seconds)


class _RunningTimer:
    """A timer over the event loop's own, looked at again so that steps of time are noticed."""

    def __init__(
        self,
        clock: Clock,
        instant: datetime,
        call: Callable[[], None],
        speed: Callable[[], float],
        registry: set[_RunningTimer] | None = None,
    ) -> None:
        self._clock, self._instant, self._call, self._speed = clock, instant, call, speed
        self._registry = registry
        self._loop = asyncio.get_running_loop()
        self._handle: asyncio.TimerHandle | None = None
        self.rearm()

    def rearm(self) -> None:
        """Compute the real wait anew."""
        if self._handle is not None:
            self._handle.cancel()
        left_s = (self._instant - self._clock.now()).total_seconds() / self._speed()
        self._handle = self._loop.call_later(max(0.0, min(left_s, REARM_S)), self._turn)

    def cancel(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
        if self._registry is not None:
            self._registry.discard(self)

    def _turn(self) -> None:
        if self._clock.now() < self._instant:
            self.rearm()
            return
        self.cancel()
        self._call()


class _VirtualTimer:
    """One remembered call of a virtual clock."""

    def __init__(self, call: Callable[[], None], *, lazy: bool) -> None:
        self._call, self.lazy, self.waiting = call, lazy, True

    def cancel(self) -> None:
        self.waiting = False

    def fire(self) -> None:
        if self.waiting:
            self.waiting = False
            self._call()


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _positive(speed: float) -> float:
    if not speed > 0:
        msg = f"speed is {speed}; it must be above 0"
        raise ValueError(msg)
    return speed


def _require_aware(instant: datetime) -> None:
    if instant.tzinfo is None:
        msg = f"{instant} has no time zone; pass an aware UTC datetime"
        raise ValueError(msg)
