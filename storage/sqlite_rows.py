"""Writing many rows at once: few statements, so that a thread gives up the interpreter rarely.

`executemany` leaves and takes the interpreter's lock once for each row; beside a busy thread each
of these may wait for milliseconds.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from itertools import chain

MOST_VALUES = 8_000
"""Bound values of one statement; SQLite takes 32,766, and more than this gains nothing."""


def insert_rows(
    connection: sqlite3.Connection,
    head: str,
    rows: Sequence[Sequence[object]],
    tail: str = "",
) -> None:
    """Insert rows of one width in the caller's transaction; none is fine.

    Args:
        connection: With an open transaction.
        head: Such as `INSERT INTO t (a, b)`; never made from outside data.
        rows: The values, in order.
        tail: Such as `ON CONFLICT (a) DO NOTHING`.
    """
    if not rows:
        return
    width = len(rows[0])
    step = MOST_VALUES // width
    whole = len(rows) - len(rows) % step
    for start in range(0, whole, step):
        _insert(connection, head, rows[start : start + step], tail)
    _insert_rest(connection, head, rows[whole:], tail)


def _insert_rest(
    connection: sqlite3.Connection, head: str, rows: Sequence[Sequence[object]], tail: str
) -> None:
    """Insert in runs of powers of two, so that few statements have to be prepared, ever."""
    start = 0
    while start < len(rows):
        length = 1 << ((len(rows) - start).bit_length() - 1)
        _insert(connection, head, rows[start : start + length], tail)
        start += length


def _insert(
    connection: sqlite3.Connection, head: str, rows: Sequence[Sequence[object]], tail: str
) -> None:
    one = f"({', '.join('?' * len(rows[0]))})"
    values = ", ".join([one] * len(rows))
    connection.execute(f"{head} VALUES {values} {tail}", list(chain.from_iterable(rows)))
