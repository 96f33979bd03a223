"""Up to which instant everything of one stream has arrived: complete marks, and those that wait.

A mark says "up to this instant my newest record is this". It counts from the moment at which
all records up to that one have arrived, in whatever order they and the marks come.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

MOST_WAITING = 60
"""An hour of heartbeats behind one hole. With more, the oldest instant is forgotten: the
watermark then moves later, never too early."""

Mark = tuple[int, int]
"""Sequence number of the newest record, and the instant in milliseconds since 1970."""


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of one gateway, lane and epoch."""

    complete_ms: int | None = None
    """The greatest instant whose records have all arrived; None: not known of any."""
    waiting: tuple[Mark, ...] = ()
    """By sequence number; a later one always has a later instant, or it would say nothing."""

    def add(self, last_seq: int, as_of_ms: int) -> Marks:
        """Return the marks with one more, which waits until `settle` finds it complete."""
        if not self.waiting:
            return Marks(self.complete_ms, ((last_seq, as_of_ms),))  # nearly always
        useful: list[Mark] = []
        for mark in sorted(
            [*self.waiting, (last_seq, as_of_ms)], key=lambda mark: (-mark[1], mark)
        ):
            if not useful or mark[0] < useful[-1][0]:
                useful.append(mark)
        return Marks(self.complete_ms, tuple(reversed(useful[:MOST_WAITING])))

    def settle(self, contiguous: int) -> Marks:
        """Return the marks after all of 1..contiguous has arrived."""
        done = [as_of_ms for last_seq, as_of_ms in self.waiting if last_seq <= contiguous]
        if not done:
            return self
        known = [] if self.complete_ms is None else [self.complete_ms]
        return Marks(max(done + known), self.waiting[len(done) :])

    def encode_waiting(self) -> bytes:
        """Return the waiting marks as JSON, for one column."""
        return msgspec.json.encode(self.waiting)

    @classmethod
    def decode(cls, complete_ms: int | None, waiting: bytes) -> Marks:
        """Return the marks that were stored."""
        return cls(complete_ms, msgspec.json.decode(waiting, type=tuple[Mark, ...]))
