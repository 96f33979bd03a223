"""How often program and machine have started: a reboot loop is seen by that."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from domain.moments import to_ms
from gateway.outbox_file import transaction

STARTS_KEPT = 100
"""More than that within the hours that are asked for is a loop in any case."""


def note_start(connection: sqlite3.Connection, *, boot: str, now: datetime) -> None:
    """Remember that the program has started in this boot of the machine."""
    with transaction(connection):
        connection.execute("INSERT INTO start VALUES (?, ?)", (to_ms(now), boot))
        connection.execute(
            "DELETE FROM start WHERE rowid <= (SELECT max(rowid) FROM start) - ?", (STARTS_KEPT,)
        )


def starts(connection: sqlite3.Connection, *, since: datetime) -> tuple[int, int]:
    """Return how often program and machine have started since then."""
    row = connection.execute(
        "SELECT count(*), count(DISTINCT boot) FROM start WHERE at_ms >= ?", (to_ms(since),)
    ).fetchone()
    return int(row[0]), int(row[1])
