"""The quarantine of a home: messages that could not be used, the newest kept, all counted."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.errors import Problem
from domain.moments import to_ms

MOST_QUARANTINED = 1_000
"""The newest are kept; a mad device must not fill the card."""
QUARANTINED_BYTES = 4_096
"""How much of a bad message is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """A message of the home that could not be used."""

    topic: str
    payload: bytes
    problem: Problem
    times: int = 1
    """How often the same came at once; one is kept, all are counted."""


def keep(connection: sqlite3.Connection, quarantined: Sequence[Quarantined], now: datetime) -> None:
    """Keep bad messages, in the caller's transaction."""
    for bad in quarantined:
        problem = bad.problem
        connection.execute(
            "INSERT INTO quarantine"
            " (at_ms, topic, payload, code, place, found, allowed, remedy)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                to_ms(now),
                bad.topic,
                bad.payload[:QUARANTINED_BYTES],
                problem.code,
                problem.where,
                problem.found,
                problem.allowed,
                problem.do,
            ),
        )
        connection.execute(
            "INSERT INTO quarantine_count VALUES (?, ?)"
            " ON CONFLICT DO UPDATE SET times = times + excluded.times",
            (problem.code, bad.times),
        )
    if quarantined:
        connection.execute(
            "DELETE FROM quarantine WHERE id <= (SELECT max(id) FROM quarantine) - ?",
            (MOST_QUARANTINED,),
        )


def kept(connection: sqlite3.Connection) -> list[Quarantined]:
    """Return the newest bad messages, oldest first."""
    rows = connection.execute(
        "SELECT topic, payload, code, place, found, allowed, remedy FROM quarantine ORDER BY id"
    )
    return [
        Quarantined(
            topic=topic,
            payload=payload,
            problem=Problem(code=code, where=where, found=found, allowed=allowed, do=do),
        )
        for topic, payload, code, where, found, allowed, do in rows
    ]


def counts(connection: sqlite3.Connection) -> dict[str, int]:
    """Return how often each code was booked since the file was made."""
    return dict(connection.execute("SELECT code, times FROM quarantine_count"))
