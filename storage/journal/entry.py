"""One admitted envelope as the journal's readers see it, and how it is read."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Any

import msgspec

from domain.ids import GatewayId
from domain.moments import from_ms
from domain.quantity import Lane
from storage.journal.coverage import Interval, decode_intervals

AFTER = """
SELECT e.position, s.gateway, s.lane, s.epoch, e.fresh, e.watermark_ms, e.received_ms, e.body
FROM envelope e JOIN stream s ON s.id = e.stream
WHERE e.position > ? ORDER BY e.position LIMIT ?
"""
URGENT_AFTER = """
SELECT e.position, s.gateway, s.lane, s.epoch, e.fresh, e.watermark_ms, e.received_ms, e.body
FROM urgent u JOIN envelope e ON e.position = u.position JOIN stream s ON s.id = e.stream
WHERE u.position > ? ORDER BY u.position LIMIT ?
"""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One admitted envelope."""

    position: int
    gateway: GatewayId
    lane: Lane
    epoch: str
    fresh: tuple[Interval, ...]
    """The sequence numbers that came with this entry for the first time: only they count."""
    watermark: datetime | None
    """With this entry, everything of this lane and epoch up to here had arrived."""
    received_at: datetime
    body: bytes
    """Header line and pack line, as they were signed."""

    def is_fresh(self, seq: int) -> bool:
        """Tell whether a record came for the first time with this entry."""
        for low, high in self.fresh:  # noqa: SIM110 (it is asked of every reading)
            if low <= seq <= high:
                return True
        return False


def entries_after(
    connection: sqlite3.Connection, position: int, *, limit: int, most_bytes: int | None = None
) -> list[Entry]:
    """Return entries behind `position`, oldest first; see `Journal.after`."""
    entries: list[Entry] = []
    size = 0
    for row in connection.execute(AFTER, (position, limit)):
        size += len(row[7])
        if entries and most_bytes is not None and size > most_bytes:
            break
        entries.append(read_entry(row))
    return entries


def read_entry(row: tuple[Any, ...]) -> Entry:
    """Return a row of `AFTER` or `URGENT_AFTER` as an entry."""
    return Entry(
        position=row[0],
        gateway=GatewayId(row[1]),
        lane=Lane(row[2]),
        epoch=row[3],
        fresh=decode_intervals(row[4]),
        watermark=None if row[5] is None else from_ms(row[5]),
        received_at=from_ms(row[6]),
        body=row[7],
    )
