"""The journal in SQLite: envelopes, coverage and quarantine in one file with one writer."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from domain.errors import Problem
from domain.ids import GatewayId
from domain.moments import from_ms, to_ms
from domain.quantity import Lane
from storage.journal.coverage import Coverage
from storage.sqlite import open_reader, open_writer, transaction

SCHEMA = """
CREATE TABLE IF NOT EXISTS stream (
    id INTEGER PRIMARY KEY,
    gateway TEXT NOT NULL, lane TEXT NOT NULL, epoch TEXT NOT NULL,
    contiguous INTEGER NOT NULL, islands BLOB NOT NULL,
    opened_ms INTEGER NOT NULL, closed_ms INTEGER,
    UNIQUE (gateway, lane, epoch));
CREATE TABLE IF NOT EXISTS envelope (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    stream INTEGER NOT NULL REFERENCES stream, first_seq INTEGER NOT NULL,
    end_seq INTEGER NOT NULL, contiguous INTEGER NOT NULL,
    received_ms INTEGER NOT NULL, digests BLOB NOT NULL, body BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS envelope_by_seq ON envelope (stream, end_seq)
    WHERE end_seq >= first_seq;
CREATE TABLE IF NOT EXISTS quarantine (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    received_ms INTEGER NOT NULL, topic TEXT NOT NULL, gateway TEXT, lane TEXT, epoch TEXT,
    first_seq INTEGER, last_seq INTEGER, code TEXT NOT NULL, place TEXT NOT NULL,
    found TEXT NOT NULL, allowed TEXT NOT NULL, do TEXT NOT NULL, payload BLOB NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS quarantine_once
    ON quarantine (gateway, lane, epoch, first_seq, code) WHERE first_seq IS NOT NULL;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One admitted envelope."""

    position: int
    gateway: GatewayId
    lane: Lane
    epoch: str
    contiguous: int
    """All records 1..contiguous of this lane and epoch were in the journal with this entry."""
    received_at: datetime
    body: bytes
    """Header line and pack line, as they were signed."""


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


@dataclass(slots=True, kw_only=True)
class Stream:
    """The counters of one gateway, lane and epoch, as the writer holds them in memory."""

    id: int
    epoch: str
    coverage: Coverage
    is_open: bool
    is_dirty: bool = False


class Journal:
    """An open journal. One writer at a time; reading is free."""

    def __init__(self, path: Path) -> None:
        """Open or make the journal at `path`."""
        self._path = path
        self._writer = open_writer(path, SCHEMA)
        self._lock = threading.Lock()
        self._streams: dict[tuple[GatewayId, Lane], dict[str, Stream]] = {}
        self._local = threading.local()
        self._readers: list[sqlite3.Connection] = []

    @contextmanager
    def admission(self) -> Iterator[Admission]:
        """Open one transaction for a batch: durable at its end, as if never when it fails."""
        with self._lock:
            try:
                with transaction(self._writer):
                    batch = Admission(self._writer, self._streams)
                    yield batch
                    batch.flush()
            except BaseException:
                self._streams.clear()
                raise

    def after(self, position: int, *, limit: int = 500) -> list[Entry]:
        """Return entries behind `position`, oldest first, at most `limit`."""
        rows = self._reader().execute(
            "SELECT e.position, s.gateway, s.lane, s.epoch, e.contiguous, e.received_ms, e.body"
            " FROM envelope e JOIN stream s ON s.id = e.stream"
            " WHERE e.position > ? ORDER BY e.position LIMIT ?",
            (position, limit),
        )
        return [
            Entry(
                position=row[0],
                gateway=GatewayId(row[1]),
                lane=Lane(row[2]),
                epoch=row[3],
                contiguous=row[4],
                received_at=from_ms(row[5]),
                body=row[6],
            )
            for row in rows
        ]

    def head(self) -> int:
        """Return the newest position; 0 when the journal is empty."""
        row = self._reader().execute("SELECT coalesce(max(position), 0) FROM envelope").fetchone()
        return int(row[0])

    def quarantine_counts(self) -> dict[str, int]:
        """Return how much is in quarantine, by code."""
        rows = self._reader().execute("SELECT code, count(*) FROM quarantine GROUP BY code")
        return {code: int(count) for code, count in rows}

    def quarantined(self, *, limit: int = 100) -> list[Quarantined]:
        """Return the newest quarantined items, newest first, at most `limit`."""
        rows = self._reader().execute(
            "SELECT received_ms, topic, gateway, lane, epoch, first_seq, last_seq, code, place,"
            " found, allowed, do, payload FROM quarantine ORDER BY id DESC LIMIT ?",
            (limit,),
        )
        return [_quarantined(row) for row in rows]

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            self._writer.close()
            for reader in self._readers:
                reader.close()

    def _reader(self) -> sqlite3.Connection:
        reader: sqlite3.Connection | None = getattr(self._local, "reader", None)
        if reader is None:
            reader = self._local.reader = open_reader(self._path)
            self._readers.append(reader)
        return reader


class Admission:
    """One transaction of the journal's writer."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        streams: dict[tuple[GatewayId, Lane], dict[str, Stream]],
    ) -> None:
        """Work on an open transaction; `streams` is the writer's memory of the counters."""
        self._connection, self._streams = connection, streams

    def streams(self, gateway: GatewayId, lane: Lane) -> dict[str, Stream]:
        """Return the streams of one gateway and lane by epoch."""
        known = self._streams.get((gateway, lane))
        if known is None:
            rows = self._connection.execute(
                "SELECT id, epoch, contiguous, islands, closed_ms IS NULL FROM stream"
                " WHERE gateway = ? AND lane = ?",
                (gateway, lane),
            )
            known = self._streams[gateway, lane] = {
                row[1]: Stream(
                    id=row[0],
                    epoch=row[1],
                    coverage=Coverage.decode(row[2], row[3]),
                    is_open=bool(row[4]),
                )
                for row in rows
            }
        return known

    def open_stream(self, gateway: GatewayId, lane: Lane, epoch: str, *, now: datetime) -> Stream:
        """Begin a new epoch; the one before it is closed for ever."""
        known = self.streams(gateway, lane)
        for other in known.values():
            if other.is_open:
                other.is_open, other.is_dirty = False, False
                self._write_counters(other)
                self._connection.execute(
                    "UPDATE stream SET closed_ms = ? WHERE id = ?", (to_ms(now), other.id)
                )
        cursor = self._connection.execute(
            "INSERT INTO stream (gateway, lane, epoch, contiguous, islands, opened_ms)"
            " VALUES (?, ?, ?, 0, ?, ?)",
            (gateway, lane, epoch, Coverage().encode_islands(), to_ms(now)),
        )
        stream = Stream(
            id=int(cursor.lastrowid or 0), epoch=epoch, coverage=Coverage(), is_open=True
        )
        known[epoch] = stream
        return stream

    def digests(self, stream: Stream, first: int, last: int) -> list[tuple[int, int, bytes]]:
        """Return (first_seq, end_seq, digests) of the entries that touch first..last."""
        rows = self._connection.execute(
            "SELECT first_seq, end_seq, digests FROM envelope"
            " WHERE stream = ? AND end_seq >= ? AND first_seq <= ? AND end_seq >= first_seq",
            (stream.id, first, last),
        )
        return [(int(row[0]), int(row[1]), bytes(row[2])) for row in rows]

    def append(
        self,
        stream: Stream,
        *,
        first: int,
        end: int,
        digests: bytes,
        body: bytes,
        received_at: datetime,
    ) -> None:
        """Append one envelope and count its records as covered."""
        if end >= first:
            stream.coverage = stream.coverage.add(first, end)
            stream.is_dirty = True
        self._connection.execute(
            "INSERT INTO envelope"
            " (stream, first_seq, end_seq, contiguous, received_ms, digests, body)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                stream.id,
                first,
                end,
                stream.coverage.contiguous,
                to_ms(received_at),
                digests,
                body,
            ),
        )

    def cover(self, stream: Stream, first: int, end: int) -> None:
        """Count records as covered that are kept in quarantine only."""
        stream.coverage = stream.coverage.add(first, end)
        stream.is_dirty = True

    def quarantine(self, items: Sequence[Quarantined]) -> int:
        """Keep items with their reasons; one with a place in a sequence is kept once per code.

        Returns:
            How many were new.
        """
        new = 0
        for item in items:
            new += self._connection.execute(
                "INSERT OR IGNORE INTO quarantine (received_ms, topic, gateway, lane, epoch,"
                " first_seq, last_seq, code, place, found, allowed, do, payload)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
                    item.payload,
                ),
            ).rowcount
        return new

    def flush(self) -> None:
        """Write the counters that changed; called at the end of the transaction."""
        for known in self._streams.values():
            for stream in known.values():
                if stream.is_dirty:
                    self._write_counters(stream)
                    stream.is_dirty = False

    def _write_counters(self, stream: Stream) -> None:
        self._connection.execute(
            "UPDATE stream SET contiguous = ?, islands = ? WHERE id = ?",
            (stream.coverage.contiguous, stream.coverage.encode_islands(), stream.id),
        )


def _storable(text: str) -> str:
    """Return text that SQLite takes: a lone surrogate is escaped."""
    return text.encode("utf-8", "backslashreplace").decode()


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
