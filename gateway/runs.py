"""What goes into one envelope: records and gap markers without a hole. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.quantity import Lane
from domain.reading import ClockQuality
from messaging.senml import GapMarker, encode_gap

MAX_RUN_BYTES = 60_000
"""Records of one envelope; leaves room for header and signature under `messaging.MAX_BYTES`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What goes into one envelope: a contiguous run of one lane and one clock quality."""

    lane: Lane
    epoch: str
    first_seq: int
    end_seq: int
    """`first_seq - 1` when there is nothing to send."""
    records: tuple[bytes, ...]
    clock: ClockQuality
    last_seq: int
    """Newest record of the lane ..."""
    seen_until: datetime
    """... and up to when that is all that happened; read together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One record as it is kept."""

    seq: int
    clock: ClockQuality
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """The part of a run that comes from the records."""

    end_seq: int
    records: tuple[bytes, ...]
    clock: ClockQuality | None
    """None when there is no record but gap markers."""


def pack(rows: Sequence[Kept], *, after: int, until: int, most: int, is_all: bool) -> Pack:
    """Return the run that follows `after`: what is missing between the rows stands as gap markers.

    Args:
        rows: What is kept of `after + 1` to `until`, in order, the first of it.
        after: The number before the first.
        until: Last number that may be covered.
        most: Most records, gap markers counted.
        is_all: Whether no row but these is kept up to `until`; if so, what follows them is a gap.
    """
    records: list[bytes] = []
    clock: ClockQuality | None = None
    end, room = after, MAX_RUN_BYTES
    for row in rows:
        gap = _gap(end, row.seq - 1)
        needed = sum(len(raw) + 1 for raw in (*gap, row.body))
        changes = clock is not None and row.clock is not clock
        if changes or room < needed or len(records) + len(gap) + 1 > most:
            # The gap alone may still go: it has no clock.
            if gap and len(records) < most and room >= len(gap[0]) + 1:
                records += gap
                end = row.seq - 1
            return Pack(end_seq=end, records=tuple(records), clock=clock)
        records += (*gap, row.body)
        clock, end, room = row.clock, row.seq, room - needed
    if is_all and end < until and len(records) < most:
        records += _gap(end, until)
        end = until
    return Pack(end_seq=end, records=tuple(records), clock=clock)


def _gap(end: int, before: int) -> list[bytes]:
    """Return the marker for the numbers behind `end` up to `before`; none when there are none."""
    if before <= end:
        return []
    return [encode_gap(GapMarker(first_seq=end + 1, last_seq=before))]
