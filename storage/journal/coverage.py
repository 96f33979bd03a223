"""Which sequence numbers of one epoch have arrived: a contiguous start and islands beyond it."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec


@dataclass(frozen=True, slots=True)
class Coverage:
    """Covered sequence numbers of one gateway, lane and epoch."""

    contiguous: int = 0
    """All of 1..contiguous has arrived; 0: nothing yet."""
    islands: tuple[tuple[int, int], ...] = ()
    """Closed intervals beyond a hole: sorted, disjoint, not touching."""

    def add(self, first: int, last: int) -> Coverage:
        """Return the coverage with first..last added; an empty interval changes nothing."""
        if last < first:
            return self
        merged: list[tuple[int, int]] = []
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
        if last < first or last <= self.contiguous:
            return True
        return any(low <= first and last <= high for low, high in self.islands)

    def touches(self, first: int, last: int) -> bool:
        """Tell whether any number of first..last has arrived."""
        if last < first:
            return False
        return first <= self.contiguous or any(
            low <= last and first <= high for low, high in self.islands
        )

    def encode_islands(self) -> bytes:
        """Return the islands as JSON, for one column."""
        return msgspec.json.encode(self.islands)

    @classmethod
    def decode(cls, contiguous: int, islands: bytes) -> Coverage:
        """Return the coverage that was stored."""
        return cls(contiguous, msgspec.json.decode(islands, type=tuple[tuple[int, int], ...]))
