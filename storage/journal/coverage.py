"""Which sequence numbers of one epoch have arrived: a contiguous start and islands beyond it."""

from __future__ import annotations

import msgspec

Interval = tuple[int, int]
"""First and last sequence number, both included."""


class Coverage(msgspec.Struct, frozen=True):
    """Covered sequence numbers of one gateway, lane and epoch."""

    contiguous: int = 0
    """All of 1..contiguous has arrived; 0: nothing yet."""
    islands: tuple[Interval, ...] = ()
    """Closed intervals beyond a hole: sorted, disjoint, not touching."""

    def add(self, first: int, last: int) -> Coverage:
        """Return the coverage with first..last added; an empty interval changes nothing."""
        if last < first:
            return self
        if not self.islands and first <= self.contiguous + 1:
            return self if last <= self.contiguous else Coverage(last)  # nearly always
        merged: list[Interval] = []
        for low, high in sorted([*self.islands, (first, last)]):
            if merged and low <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(merged[-1][1], high))
            else:
                merged.append((low, high))
        contiguous = self.contiguous
        while merged and merged[0][0] <= contiguous + 1:
            contiguous = max(contiguous, merged.pop(0)[1])
        return Coverage(contiguous, tuple(merged))

    def covers(self, first: int, last: int) -> bool:
        """Tell whether all of first..last has arrived; true for an empty interval."""
        return not self.missing(first, last)

    def touches(self, first: int, last: int) -> bool:
        """Tell whether any number of first..last has arrived."""
        return self.missing(first, last) != ((first, last),) and last >= first

    def missing(self, first: int, last: int) -> tuple[Interval, ...]:
        """Return what of first..last has not arrived, in order; empty for an empty interval."""
        if first > self.contiguous and not self.islands:
            return ((first, last),) if first <= last else ()  # nearly always
        gaps: list[Interval] = []
        start = max(first, self.contiguous + 1)
        for low, high in self.islands:
            if start > last or low > last:
                break
            if start < low:
                gaps.append((start, low - 1))
            start = max(start, high + 1)
        if start <= last:
            gaps.append((start, last))
        return tuple(gaps)

    def encode_islands(self) -> bytes:
        """Return the islands as JSON, for one column."""
        return encode_intervals(self.islands)

    @classmethod
    def decode(cls, contiguous: int, islands: bytes) -> Coverage:
        """Return the coverage that was stored."""
        return cls(contiguous, decode_intervals(islands))


def encode_intervals(intervals: tuple[Interval, ...]) -> bytes:
    """Return intervals as JSON, for one column."""
    return _encoder.encode(intervals)


def decode_intervals(raw: bytes) -> tuple[Interval, ...]:
    """Return the intervals that were stored."""
    return _decoder.decode(raw)


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(tuple[Interval, ...])
