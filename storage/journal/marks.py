"""Up to which instant everything of one stream has arrived: complete marks, and those that wait.

A mark says "up to this instant my newest record is this". It counts from the moment at which
all records up to that one have arrived, in whatever order they and the marks come.
"""

from __future__ import annotations

import msgspec

MOST_WAITING = 60
"""An hour of heartbeats behind one hole. With more, the oldest instant is forgotten: the
watermark then moves later, never too early."""

Mark = tuple[int, int]
"""Sequence number of the newest record, and the instant in milliseconds since 1970."""


class Marks(msgspec.Struct, frozen=True):
    """The marks of one gateway, lane and epoch."""

    complete_ms: int | None = None
    """The greatest instant whose records have all arrived; None: not known of any."""
    waiting: tuple[Mark, ...] = ()
    """By sequence number; a later one always has a later instant, or it would say nothing."""

    def reach(self, contiguous: int, mark: Mark | None = None) -> Marks:
        """Return the marks after all of 1..contiguous has arrived, with one more where given."""
        if mark is not None and not self.waiting and mark[0] <= contiguous:  # nearly always
            known = self.complete_ms
            return self if known is not None and known >= mark[1] else Marks(mark[1])
        waiting = self.waiting if mark is None else _useful([*self.waiting, mark])
        done = [as_of_ms for last_seq, as_of_ms in waiting if last_seq <= contiguous]
        known_ms = [] if self.complete_ms is None else [self.complete_ms]
        return Marks(max(done + known_ms, default=None), waiting[len(done) :])

    def encode_waiting(self) -> bytes:
        """Return the waiting marks as JSON, for one column."""
        return msgspec.json.encode(self.waiting)

    @classmethod
    def decode(cls, complete_ms: int | None, waiting: bytes) -> Marks:
        """Return the marks that were stored."""
        return cls(complete_ms, msgspec.json.decode(waiting, type=tuple[Mark, ...]))


def _useful(marks: list[Mark]) -> tuple[Mark, ...]:
    """Return the marks that say something beside the others, at most `MOST_WAITING`."""
    useful: list[Mark] = []
    for mark in sorted(marks, key=lambda mark: (-mark[1], mark)):
        if not useful or mark[0] < useful[-1][0]:
            useful.append(mark)
    return tuple(reversed(useful[:MOST_WAITING]))
