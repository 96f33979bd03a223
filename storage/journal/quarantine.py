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


def newest(connection: sqlite3.Connection, *, limit: int) -> list[Quarantined]:
    """Return the newest items, newest first, at most `limit`."""
    rows = connection.execute(
        "SELECT received_ms, topic, gateway, lane, epoch, first_seq, last_seq, code, place,"
        " found, allowed, do, payload FROM quarantine ORDER BY id DESC LIMIT ?",
        (limit,),
    )
    return [_quarantined(row) for row in rows]


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
