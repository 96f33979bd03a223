"""Which records the journal still holds, so that readings older than the journal can be told."""

from __future__ import annotations

import sqlite3
from collections import defaultdict

from storage.journal.coverage import Coverage, decode_intervals


def span(connection: sqlite3.Connection, *, up_to_position: int) -> dict[str, Coverage]:
    """Return the sequence numbers that entries up to a position brought.

    Returns:
        By stream, written as `gateway/lane/epoch`.
    """
    found: dict[str, Coverage] = defaultdict(Coverage)
    rows = connection.execute(
        "SELECT s.gateway || '/' || s.lane || '/' || s.epoch, e.fresh"
        " FROM envelope e JOIN stream s ON s.id = e.stream"
        " WHERE e.position <= ? ORDER BY e.position",
        (up_to_position,),
    )
    for stream, fresh in rows:
        for low, high in decode_intervals(fresh):
            found[stream] = found[stream].add(low, high)
    return dict(found)
