"""The time of a home whose machine may have no clock: trusted once set, then kept by itself.

A Raspberry Pi without a battery begins in 1970 or at its last shutdown, until a time server has
answered. Afterwards its clock may be stepped by hand or by mistake. So what we call now is an
anchor plus the monotonic seconds since; the anchor is moved only while the kernel says that its
clock is disciplined. The decision is pure; `HomeClock` reads the machine.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from domain.clock import RealClock
from domain.reading import ClockQuality
from gateway.late_clock import ClockSet

_UNSYNCHRONISED = 0x0040
"""STA_UNSYNC of the kernel's clock, see adjtimex(2). Also set when the clock was stepped by hand,
and after some nine hours without a time server."""
_WAS_SET = Path("/run/systemd/timesync/synchronized")
"""Made by systemd-timesyncd when the clock was first set in this boot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the machine says at one instant."""

    wall: datetime
    mono_s: float
    is_set: bool
    """Whether the wall clock is disciplined by a time server now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """An instant that time is counted from."""

    at: datetime
    mono_s: float
    quality: ClockQuality

    def now(self, mono_s: float) -> datetime:
        """Return what time it is at a monotonic instant."""
        return self.at + timedelta(seconds=mono_s - self.mono_s)


def first_anchor(seen: Seen, *, was_set: bool) -> Anchor:
    """Begin: trusted when the clock is disciplined now, or was earlier in this boot."""
    is_known = seen.is_set or was_set
    quality = ClockQuality.SYNCED if is_known else ClockQuality.UNKNOWN
    return Anchor(at=seen.wall, mono_s=seen.mono_s, quality=quality)


def next_anchor(anchor: Anchor, seen: Seen) -> Anchor:
    """Follow the wall clock while it is disciplined; otherwise go on by monotonic time.

    A clock that was set once stays trusted for this boot: a quartz errs by seconds a day, while
    a step of the wall clock may be hours.
    """
    if not seen.is_set:
        return anchor
    return Anchor(at=seen.wall, mono_s=seen.mono_s, quality=ClockQuality.SYNCED)


class HomeClock(RealClock):
    """The machine's time, as far as it can be trusted."""

    def __init__(
        self, *, is_set: Callable[[], bool] | None = None, was_set: Callable[[], bool] | None = None
    ) -> None:
        """Look at the machine.

        Args:
            is_set: Whether the wall clock is disciplined now; asks the kernel by default.
            was_set: Whether it was earlier in this boot; asks systemd-timesyncd by default.
        """
        self._is_set = is_disciplined if is_set is None else is_set
        was = _WAS_SET.exists if was_set is None else was_set
        self._anchor = first_anchor(self._see(), was_set=was())

    @property
    def quality(self) -> ClockQuality:
        """How far `now` can be trusted."""
        return self._anchor.quality

    def now(self) -> datetime:
        """Return the anchored instant, UTC."""
        return self._anchor.now(self.monotonic())

    def look(self) -> timedelta | None:
        """Look at the machine again; to be called now and then.

        Returns:
            How far time has moved because the clock has just become known; None otherwise.
        """
        before, seen = self._anchor, self._see()
        self._anchor = next_anchor(before, seen)
        if before.quality is self._anchor.quality:
            return None
        return self._anchor.at - before.now(seen.mono_s)

    def known(self) -> ClockSet | None:
        """Return what corrects earlier records of this boot; None while nothing is known."""
        if self.quality is ClockQuality.UNKNOWN:
            return None
        mono_s = self.monotonic()
        return ClockSet(now=self._anchor.now(mono_s), mono_ms=int(mono_s * 1000))

    def remember(self, clock: ClockSet) -> None:
        """Take over what an earlier run of the program knew in this boot of the machine."""
        if self.quality is ClockQuality.UNKNOWN:
            self._anchor = Anchor(
                at=clock.now, mono_s=clock.mono_ms / 1000, quality=ClockQuality.SYNCED
            )

    def _see(self) -> Seen:
        return Seen(wall=super().now(), mono_s=self.monotonic(), is_set=self._is_set())


class _Timex(ctypes.Structure):
    """struct timex of adjtimex(2), as far as `status`."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 256),
    )


def is_disciplined() -> bool:
    """Ask the kernel whether a time server keeps its clock; False where that cannot be asked.

    `modes` 0 only reads, which needs no privilege.
    """
    timex = _Timex()
    try:
        state = ctypes.CDLL(None).adjtimex(ctypes.byref(timex))
    except (OSError, AttributeError):
        return False
    return state >= 0 and not timex.status & _UNSYNCHRONISED
