"""Giving quarantined items back: a journal entry under the original identity, and a note of it.

The numbers of such records were counted as arrived long ago, so the counters stay as they are.
The entry holds the records as they would have been; all who follow the journal see it, today and
whenever it is projected again.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from domain.moments import from_ms, to_ms
from domain.quantity import Lane
from storage.journal.coverage import Coverage, Interval, decode_intervals, encode_intervals
from storage.journal.quarantine import Kept

SCHEMA = """
CREATE TABLE IF NOT EXISTS retry (
    item INTEGER PRIMARY KEY, retried_ms INTEGER NOT NULL, code TEXT, position INTEGER);
CREATE INDEX IF NOT EXISTS retry_position ON retry (position) WHERE position IS NOT NULL;
"""
# code: why it stayed; NULL when it went in. position: its entry, NULL when it needed none.


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """The envelope in which a record came first."""

    body: bytes
    received_at: datetime


def original(connection: sqlite3.Connection, kept: Kept, seq: int) -> Original | None:
    """Return the entry that brought `seq` of the item's stream; None when it is not kept."""
    for fresh, body, received_ms in _entries(connection, kept, seq, seq):
        if any(low <= seq <= high for low, high in decode_intervals(fresh)):
            return Original(body=body, received_at=from_ms(received_ms))
    return None


def in_journal(connection: sqlite3.Connection, kept: Kept, first: int, last: int) -> Coverage:
    """Return, as a coverage, which numbers of first..last entries of the item's stream brought."""
    found = Coverage()
    for fresh, _, _ in _entries(connection, kept, first, last):
        for low, high in decode_intervals(fresh):
            found = found.add(low, high)
    return found


def is_open(connection: sqlite3.Connection, gateway: str, lane: str, epoch: str) -> bool:
    """Tell whether an envelope of this epoch may come: none is known yet, or it is the open one."""
    rows = connection.execute(
        "SELECT epoch, closed_ms IS NULL FROM stream WHERE gateway = ? AND lane = ?",
        (gateway, lane),
    ).fetchall()
    return not rows or any(known == epoch and opened for known, opened in rows)


def give_back(
    connection: sqlite3.Connection,
    kept: Kept,
    *,
    fresh: tuple[Interval, ...],
    original: Original,
    now: datetime,
) -> int:
    """Append the item's records as an entry and take it out of the quarantine, as one.

    Args:
        connection: The journal's writer, in a transaction.
        kept: An item with a place in a sequence.
        fresh: Those of its numbers that count.
        original: Header and pack that hold the records, and when they really came.
        now: When it is done.

    Returns:
        The position of the new entry.
    """
    item = kept.item
    cursor = connection.execute(
        "INSERT INTO envelope (stream, first_seq, end_seq, fresh, watermark_ms, received_ms, body)"
        " SELECT id, ?, ?, ?, mark_ms, ?, ? FROM stream"
        " WHERE gateway = ? AND lane = ? AND epoch = ?",
        (
            item.first_seq,
            item.last_seq,
            encode_intervals(fresh),
            to_ms(original.received_at),
            original.body,
            item.gateway,
            item.lane,
            item.epoch,
        ),
    )
    position = int(cursor.lastrowid or 0)
    if item.lane is Lane.URGENT:
        connection.execute("INSERT INTO urgent VALUES (?)", (position,))
    settle(connection, kept, now=now, position=position)
    return position


def settle(
    connection: sqlite3.Connection, kept: Kept, *, now: datetime, position: int | None = None
) -> None:
    """Take an item out of the quarantine that has found its way in."""
    note(connection, kept, now=now, code=None, position=position)
    connection.execute("DELETE FROM quarantine WHERE id = ?", (kept.id,))


def note(
    connection: sqlite3.Connection,
    kept: Kept,
    *,
    now: datetime,
    code: str | None,
    position: int | None = None,
) -> None:
    """Mark an item as tried again; `code` says why it stays."""
    connection.execute(
        "INSERT OR REPLACE INTO retry VALUES (?, ?, ?, ?)", (kept.id, to_ms(now), code, position)
    )


def went_in(connection: sqlite3.Connection, number: int) -> bool:
    """Tell whether the item of this number was given back before."""
    row = connection.execute("SELECT code FROM retry WHERE item = ?", (number,)).fetchone()
    return row is not None and row[0] is None


def _entries(
    connection: sqlite3.Connection, kept: Kept, first: int, last: int
) -> list[tuple[bytes, bytes, int]]:
    item = kept.item
    return connection.execute(
        "SELECT e.fresh, e.body, e.received_ms FROM envelope e JOIN stream s ON s.id = e.stream"
        " WHERE s.gateway = ? AND s.lane = ? AND s.epoch = ? AND e.end_seq >= ?"
        " AND e.first_seq <= ? AND e.end_seq >= e.first_seq ORDER BY e.position",
        (item.gateway, item.lane, item.epoch, first, last),
    ).fetchall()
