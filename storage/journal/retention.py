"""How long the journal keeps envelopes: what all have read and what is old goes, step by step.

The counters of the streams stay for ever, so that a record that comes again is still known. Which
numbers went is kept as intervals: mostly one per stream. Freed pages are used again.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from domain.moments import from_ms, to_ms
from storage.journal.coverage import (
    Coverage,
    Interval,
    decode_intervals,
    encode_intervals,
)

KEPT = timedelta(days=30)
"""How long envelopes are kept at least; asked for with the design."""
STEP = 1_000
"""Most envelopes deleted in one transaction: admission waits for it, so it is short."""
MOST_SHARE = 0.2
"""A step that finds more than this share of the journal due at once is refused: a daily round
finds about 1/30 due, and a clock that jumped ahead finds everything due. Chosen, not measured."""
LATEST = 100
"""How many of the newest entries are looked at to tell when somebody was heard last."""
FEW = 10_000
"""With fewer envelopes due the share says nothing: a small journal may go whole."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS pruned (stream INTEGER PRIMARY KEY, intervals BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS quarantine_age ON quarantine (received_ms) WHERE first_seq IS NOT NULL;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What pruning would find; read with a handful of look-ups, however long the journal is."""

    positions: tuple[int, ...]
    """The oldest entries in a row that are old enough and that all have read, at most `STEP`."""
    newest_received_at: datetime | None
    """Among the `LATEST` entries; None when the journal is empty."""
    is_much: bool
    """Whether more than `MOST_SHARE` of the journal, and more than a `FEW`, are old enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """What one step did."""

    entries: int = 0
    quarantined: int = 0
    refused: str | None = None
    """Why nothing was deleted although something is due: a person has to look."""

    @property
    def is_done(self) -> bool:
        """Whether another step would find nothing, or may not delete it."""
        return self.refused is not None or self.entries + self.quarantined == 0


def due(connection: sqlite3.Connection, *, before: datetime, up_to_position: int) -> Due:
    """Look at the oldest entries: a run from the start on, never past one that is still young."""
    rows = connection.execute(
        "SELECT position, received_ms FROM envelope WHERE position <= ? ORDER BY position LIMIT ?",
        (up_to_position, STEP),
    ).fetchall()
    old = takewhile(lambda row: row[1] < to_ms(before), rows)
    first, last = connection.execute("SELECT min(position), max(position) FROM envelope").fetchone()
    # Records that were given back keep their old time, so one entry alone says little.
    newest = connection.execute(
        "SELECT max(received_ms) FROM"
        " (SELECT received_ms FROM envelope ORDER BY position DESC LIMIT ?)",
        (LATEST,),
    ).fetchone()[0]
    much = None if first is None else first + max(FEW, int(MOST_SHARE * (last - first)))
    at_much = None if much is None or much > last else _received_at(connection, much)
    return Due(
        positions=tuple(position for position, _ in old),
        newest_received_at=None if newest is None else from_ms(newest),
        is_much=at_much is not None and at_much < before,
    )


def refusal(found: Due, *, now: datetime, kept: timedelta) -> str | None:
    """Say why nothing may be deleted although it looks old; None when it may. No I/O.

    A clock that jumped ahead makes everything old at once; so what is due has to be a small share,
    and somebody has to have been heard lately.
    """
    if not found.positions or found.newest_received_at is None:
        return None
    silent = now - found.newest_received_at
    if silent >= kept:
        return f"nothing was received for {silent.days} days: is the clock right?"
    if found.is_much:
        return f"more than {MOST_SHARE:.0%} would go at once: is the clock right?"
    return None


def prune(
    connection: sqlite3.Connection,
    *,
    now: datetime,
    up_to_position: int,
    kept: timedelta = KEPT,
    approved: bool = False,
) -> Pruned:
    """Delete one bounded step of what is due, in the caller's transaction.

    Args:
        connection: The journal's writer.
        now: The present instant.
        up_to_position: The smallest cursor of all who follow the journal.
        kept: How long envelopes and signed quarantined records are kept at least.
        approved: Whether a person has said that a large deletion is right.

    Returns:
        What went; call again until `is_done`, at most some steps at a time.
    """
    before = now - kept
    found = due(connection, before=before, up_to_position=up_to_position)
    why_not = None if approved else refusal(found, now=now, kept=kept)
    if why_not is not None:
        return Pruned(refused=why_not)
    entries = _prune_entries(connection, found.positions)
    items = _prune_quarantine(connection, before, up_to_position) if not entries else 0
    return Pruned(entries=entries, quarantined=items)


def pruned_numbers(connection: sqlite3.Connection) -> dict[int, tuple[Interval, ...]]:
    """Return which sequence numbers went, by the id of the stream."""
    rows = connection.execute("SELECT stream, intervals FROM pruned").fetchall()
    return {stream: decode_intervals(intervals) for stream, intervals in rows}


def _received_at(connection: sqlite3.Connection, position: int | None) -> datetime | None:
    row = connection.execute(
        "SELECT received_ms FROM envelope WHERE position >= ? ORDER BY position LIMIT 1",
        (position,),
    ).fetchone()
    return None if row is None else from_ms(row[0])


def _prune_entries(connection: sqlite3.Connection, positions: tuple[int, ...]) -> int:
    if not positions:
        return 0
    rows = connection.execute(
        "SELECT stream, fresh FROM envelope WHERE position <= ?", (positions[-1],)
    ).fetchall()
    numbers: dict[int, list[Interval]] = defaultdict(list)
    for stream, fresh in rows:
        numbers[stream] += decode_intervals(fresh)
    _remember(connection, numbers)
    connection.execute("DELETE FROM envelope WHERE position <= ?", (positions[-1],))
    connection.execute("DELETE FROM urgent WHERE position <= ?", (positions[-1],))
    connection.execute("UPDATE retry SET position = NULL WHERE position <= ?", (positions[-1],))
    return len(rows)


def _prune_quarantine(connection: sqlite3.Connection, before: datetime, up_to_position: int) -> int:
    """Forget signed records that are older than all envelopes: they could not go back any more."""
    row = connection.execute(
        "SELECT received_ms FROM envelope ORDER BY position LIMIT 1"
    ).fetchone()
    if row is None or up_to_position == 0:
        return 0
    rows = connection.execute(
        "SELECT q.id, s.id, q.first_seq, q.last_seq FROM quarantine q LEFT JOIN stream s"
        " ON s.gateway = q.gateway AND s.lane = q.lane AND s.epoch = q.epoch"
        " WHERE q.first_seq IS NOT NULL AND q.received_ms < ? ORDER BY q.received_ms LIMIT ?",
        (min(to_ms(before), row[0]), STEP),
    ).fetchall()
    numbers: dict[int, list[Interval]] = defaultdict(list)
    for _, stream, first, last in rows:
        if stream is not None:
            numbers[stream].append((first, last))
    _remember(connection, numbers)
    connection.executemany("DELETE FROM quarantine WHERE id = ?", [(row[0],) for row in rows])
    connection.executemany("DELETE FROM retry WHERE item = ?", [(row[0],) for row in rows])
    return len(rows)


def _remember(connection: sqlite3.Connection, numbers: dict[int, list[Interval]]) -> None:
    for stream, intervals in numbers.items():
        row = connection.execute(
            "SELECT intervals FROM pruned WHERE stream = ?", (stream,)
        ).fetchone()
        known = Coverage(0, () if row is None else decode_intervals(row[0]))
        for low, high in intervals:
            known = known.add(low, high)
        gone = ((1, known.contiguous),) if known.contiguous else ()
        connection.execute(
            "INSERT OR REPLACE INTO pruned VALUES (?, ?)",
            (stream, encode_intervals((*gone, *known.islands))),
        )
