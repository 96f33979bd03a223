"""What receipts do to the outbox: how far the server is, what may be forgotten, new epochs."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.moments import to_ms
from domain.quantity import Lane

KEPT_AFTER_RECEIPT = timedelta(days=7)
"""A restored server asks again for at most this long; decided with the design."""
MARK_EACH = timedelta(hours=1)
"""How finely the age of a receipt is remembered; finer would only be more rows."""
PRUNED_AT_ONCE = 2_000
"""Most records forgotten in one step, so that a step never holds up the hearing."""
_PRUNE = """
    DELETE FROM record WHERE lane = ? AND epoch = ? AND seq <= ? AND seq IN (
        SELECT seq FROM record WHERE lane = ? AND epoch = ? AND seq <= ?
        ORDER BY seq LIMIT ?
    )
"""
_PRUNE_MARKS = "DELETE FROM mark WHERE lane = ? AND epoch = ? AND at_ms <= ?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """How far one lane is in the present epoch; 0 is before the first record."""

    last_seq: int
    receipted_seq: int
    ready_seq: int
    """Newest that may be sent: those behind it wait for the clock to be set."""


class ReceiptEffect(StrEnum):
    """What a receipt did."""

    ADVANCED = "advanced"
    KNOWN = "known"
    LOWERED = "lowered"
    """The server was restored: send again from there."""
    NEW_EPOCH = "new_epoch"
    """The server knows numbers that we never gave (a restored card): counted anew."""
    FOREIGN = "foreign"
    """Of another epoch; no effect."""


def book(
    connection: sqlite3.Connection, lane: Lane, epoch: str, seq: int, *, now: datetime
) -> None:
    """Book how far the server is, in the caller's transaction."""
    connection.execute(
        "UPDATE position SET receipted_seq = ? WHERE lane = ?", (max(seq, 0), lane.value)
    )
    connection.execute(
        "INSERT INTO mark SELECT ?, ?, ?, ? WHERE NOT EXISTS"
        " (SELECT 1 FROM mark WHERE lane = ? AND epoch = ? AND at_ms > ?)",
        (lane.value, epoch, seq, to_ms(now), lane.value, epoch, to_ms(now - MARK_EACH)),
    )


def begin_epoch(
    connection: sqlite3.Connection, *, old: str, new: str, receipted: Mapping[Lane, int]
) -> None:
    """Give what is not receipted the numbers 1, 2, 3 ... of a new epoch, in the transaction."""
    for lane, seq in receipted.items():
        connection.execute(
            "UPDATE record SET epoch = ?, seq = seq - ? WHERE lane = ? AND epoch = ? AND seq > ?",
            (new, seq, lane.value, old, seq),
        )
    connection.execute(
        "UPDATE position SET last_seq = last_seq - receipted_seq, receipted_seq = 0,"
        " released_seq = max(released_seq - receipted_seq, 0)"
    )
    connection.execute("UPDATE meta SET value = ? WHERE name = 'epoch'", (new,))


def forget(
    connection: sqlite3.Connection, *, epoch: str, receipted: Mapping[Lane, int], now: datetime
) -> int:
    """Forget one bounded step of what was receipted long ago, in the caller's transaction.

    Returns:
        How many records were forgotten.
    """
    due_ms = to_ms(now - KEPT_AFTER_RECEIPT)
    forgotten = 0
    for lane, one_epoch, seq in _old_marks(connection, due_ms):
        safe = min(seq, receipted[Lane(lane)]) if one_epoch == epoch else seq
        bounds = (lane, one_epoch, safe) * 2
        step = connection.execute(_PRUNE, (*bounds, PRUNED_AT_ONCE)).rowcount
        forgotten += step
        if not step:
            connection.execute(_PRUNE_MARKS, (lane, one_epoch, due_ms))
    return forgotten


def may_forget(connection: sqlite3.Connection, *, now: datetime) -> bool:
    """Tell whether a receipt is old enough, so that nothing is written for nothing."""
    return bool(_old_marks(connection, to_ms(now - KEPT_AFTER_RECEIPT)))


def _old_marks(connection: sqlite3.Connection, due_ms: int) -> list[tuple[str, str, int]]:
    return connection.execute(
        "SELECT lane, epoch, max(seq) FROM mark WHERE at_ms <= ? GROUP BY lane, epoch", (due_ms,)
    ).fetchall()
