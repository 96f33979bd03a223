"""Quarantine: what could not be used, with its reason; counted exactly, kept within a bound."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.errors import Problem
from domain.ids import GatewayId
from domain.moments import from_ms, to_ms
from domain.quantity import Lane

MOST_UNPLACED = 10_000
"""Most messages kept that nobody signed for; older ones go, so that a stranger who floods us
with garbage cannot fill the disk. Counts go on."""
UNPLACED_BYTES = 2_000
"""How much of such a message is kept: enough to see what it was. 10,000 of them are 20 MB."""
TEXT_CHARACTERS = 300
"""Longest topic or finding that is kept."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS quarantine (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    received_ms INTEGER NOT NULL, topic TEXT NOT NULL, gateway TEXT, lane TEXT, epoch TEXT,
    first_seq INTEGER, last_seq INTEGER, code TEXT NOT NULL, place TEXT NOT NULL,
    found TEXT NOT NULL, allowed TEXT NOT NULL, do TEXT NOT NULL, payload BLOB NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS quarantine_once
    ON quarantine (gateway, lane, epoch, first_seq, code) WHERE first_seq IS NOT NULL;
CREATE INDEX IF NOT EXISTS quarantine_unplaced ON quarantine (id) WHERE first_seq IS NULL;
CREATE TABLE IF NOT EXISTS quarantine_count (code TEXT PRIMARY KEY, count INTEGER NOT NULL);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """Something that could not be used, kept with its reason."""

    received_at: datetime
    topic: str
    problem: Problem
    payload: bytes
    gateway: GatewayId | None = None
    lane: Lane | None = None
    epoch: str | None = None
    first_seq: int | None = None
    """None: it has no place in a sequence. With a place it is kept once for each code."""
    last_seq: int | None = None

    @property
    def is_whole(self) -> bool:
        """Whether all of its payload was kept; of what nobody signed for only the start is."""
        return self.first_seq is not None or len(self.payload) < UNPLACED_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An item of the quarantine with its number, and what came of the last retry."""

    id: int
    item: Quarantined
    retried_at: datetime | None = None
    """None: nobody has tried it again."""
    retried_code: str | None = None
    """The code that kept it here then."""


def keep(connection: sqlite3.Connection, items: Sequence[Quarantined]) -> int:
    """Keep items, in the caller's transaction.

    Returns:
        How many were new.
    """
    new = 0
    for item in items:
        if _insert(connection, item):
            count(connection, item.problem.code)
            new += 1
    return new


def count(connection: sqlite3.Connection, code: str, times: int = 1) -> None:
    """Count `times` more of `code`, in the caller's transaction."""
    connection.execute(
        "INSERT INTO quarantine_count VALUES (?, ?)"
        " ON CONFLICT (code) DO UPDATE SET count = count + excluded.count",
        (code, times),
    )


def prune(connection: sqlite3.Connection) -> None:
    """Forget the oldest messages without a place beyond `MOST_UNPLACED`."""
    connection.execute(
        "DELETE FROM quarantine WHERE first_seq IS NULL AND id <= (SELECT id FROM quarantine"
        " WHERE first_seq IS NULL ORDER BY id DESC LIMIT 1 OFFSET ?)",
        (MOST_UNPLACED,),
    )


def counts(connection: sqlite3.Connection) -> dict[str, int]:
    """Return how much there ever was, by code."""
    return dict(connection.execute("SELECT code, count FROM quarantine_count").fetchall())


def counts_now(connection: sqlite3.Connection) -> dict[str, int]:
    """Return how many items there are at present, by code."""
    return dict(
        connection.execute("SELECT code, count(*) FROM quarantine GROUP BY code").fetchall()
    )


def newest(connection: sqlite3.Connection, *, limit: int) -> list[Quarantined]:
    """Return the newest items, newest first, at most `limit`."""
    return [kept.item for kept in items(connection, limit=limit)]


def items(
    connection: sqlite3.Connection,
    *,
    limit: int,
    code: str | None = None,
    gateway: str | None = None,
) -> list[Kept]:
    """Return the newest items, newest first, at most `limit`, of one code or gateway if given.

    A gateway's items are those that it signed and those that came on its topics.
    """
    rows = connection.execute(
        f"{_SELECT} WHERE (?1 IS NULL OR q.code = ?1)"
        " AND (?2 IS NULL OR q.gateway = ?2 OR (q.gateway IS NULL AND q.topic LIKE ?3 ESCAPE '!'))"
        " ORDER BY q.id DESC LIMIT ?4",
        (code, gateway, f"mimamori/%/{_literal(gateway or '')}/%", limit),
    )
    return [_kept(row) for row in rows]


def item(connection: sqlite3.Connection, number: int) -> Kept | None:
    """Return one item by its number, None when it is not there (any more)."""
    row = connection.execute(f"{_SELECT} WHERE q.id = ?", (number,)).fetchone()
    return None if row is None else _kept(row)


def _insert(connection: sqlite3.Connection, item: Quarantined) -> bool:
    payload = item.payload[:UNPLACED_BYTES] if item.first_seq is None else item.payload
    cursor = connection.execute(
        "INSERT INTO quarantine (received_ms, topic, gateway, lane, epoch,"
        " first_seq, last_seq, code, place, found, allowed, do, payload)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (gateway, lane, epoch, first_seq, code) WHERE first_seq IS NOT NULL"
        " DO NOTHING",
        (
            to_ms(item.received_at),
            _storable(item.topic),
            item.gateway,
            item.lane,
            item.epoch,
            item.first_seq,
            item.last_seq,
            item.problem.code,
            _storable(item.problem.where),
            _storable(item.problem.found),
            item.problem.allowed,
            item.problem.do,
            payload,
        ),
    )
    return cursor.rowcount == 1


def _storable(text: str) -> str:
    """Return text that SQLite takes and a page can show: cut, a lone surrogate escaped."""
    cut = text if len(text) <= TEXT_CHARACTERS else text[: TEXT_CHARACTERS - 1] + "…"
    return cut.encode("utf-8", "backslashreplace").decode()


_SELECT = """
SELECT q.received_ms, q.topic, q.gateway, q.lane, q.epoch, q.first_seq, q.last_seq, q.code,
    q.place, q.found, q.allowed, q.do, q.payload, q.id, r.retried_ms, r.code
FROM quarantine q LEFT JOIN retry r ON r.item = q.id
"""


def _literal(text: str) -> str:
    """Return text that stands for itself in a LIKE pattern."""
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def _kept(row: tuple[Any, ...]) -> Kept:
    return Kept(
        id=row[13],
        item=_quarantined(row),
        retried_at=None if row[14] is None else from_ms(row[14]),
        retried_code=row[15],
    )


def _quarantined(row: tuple[Any, ...]) -> Quarantined:
    return Quarantined(
        received_at=from_ms(row[0]),
        topic=row[1],
        gateway=row[2],
        lane=row[3] and Lane(row[3]),
        epoch=row[4],
        first_seq=row[5],
        last_seq=row[6],
        problem=Problem(code=row[7], where=row[8], found=row[9], allowed=row[10], do=row[11]),
        payload=row[12],
    )
