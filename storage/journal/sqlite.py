"""The journal in SQLite: envelopes, coverage and quarantine in one file with one writer."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from domain.ids import GatewayId
from domain.moments import to_ms
from domain.quantity import Lane
from storage.journal import quarantine, retention, retries
from storage.journal.coverage import Coverage, encode_intervals
from storage.journal.entry import URGENT_AFTER, Entry, entries_after, read_entry
from storage.journal.marks import Mark, Marks
from storage.journal.quarantine import Quarantined
from storage.sqlite import OwnFile, open_reader, open_writer, transaction, unusable
from storage.sqlite_rows import insert_rows

T = TypeVar("T")

SCHEMA = """
CREATE TABLE IF NOT EXISTS stream (
    id INTEGER PRIMARY KEY,
    gateway TEXT NOT NULL, lane TEXT NOT NULL, epoch TEXT NOT NULL,
    contiguous INTEGER NOT NULL, islands BLOB NOT NULL, mark_ms INTEGER, waiting BLOB NOT NULL,
    opened_ms INTEGER NOT NULL, closed_ms INTEGER,
    UNIQUE (gateway, lane, epoch));
CREATE TABLE IF NOT EXISTS envelope (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    stream INTEGER NOT NULL REFERENCES stream, first_seq INTEGER NOT NULL,
    end_seq INTEGER NOT NULL, fresh BLOB NOT NULL, watermark_ms INTEGER,
    received_ms INTEGER NOT NULL, body BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS envelope_by_seq ON envelope (stream, end_seq)
    WHERE end_seq >= first_seq;
CREATE TABLE IF NOT EXISTS urgent (position INTEGER PRIMARY KEY);
"""
# `urgent` names the entries of the urgent lane, so that a press is found behind any backlog. In a
# journal of a version that had no such table it begins with what comes from now on.

PAGE_BYTES = 16_384
"""An envelope of 20 readings has 1.7 KB: of pages of 4 KB a third stays empty. Measured: a third
less work a commit of many envelopes than with 4 KB."""

_INSERT = (
    "INSERT INTO envelope"
    " (position, stream, first_seq, end_seq, fresh, watermark_ms, received_ms, body)"
)
_NEWEST = """
SELECT max(coalesce((SELECT max(position) FROM envelope), 0),
           coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'envelope'), 0))
"""
_STREAMS = """
SELECT id, epoch, contiguous, islands, mark_ms, waiting, closed_ms IS NULL FROM stream
WHERE gateway = ? AND lane = ?
"""


@dataclass(slots=True, kw_only=True)
class Stream:
    """The counters of one gateway, lane and epoch, as the writer holds them in memory."""

    id: int
    lane: Lane
    epoch: str
    coverage: Coverage
    marks: Marks
    is_open: bool


class Journal:
    """An open journal. One writer at a time; reading is free."""

    def __init__(self, path: Path) -> None:
        """Open or make the journal at `path`."""
        self._path = path
        schema = SCHEMA + quarantine.SCHEMA + retries.SCHEMA + retention.SCHEMA
        self._writer = open_writer(path, schema, page_bytes=PAGE_BYTES)
        self._file = OwnFile(path)
        self._lock = threading.Lock()
        self._streams: dict[tuple[GatewayId, Lane], dict[str, Stream]] = {}
        self._local = threading.local()
        self._readers: list[sqlite3.Connection] = []

    @contextmanager
    def admission(self) -> Iterator[Admission]:
        """Open one transaction for a batch: durable at its end, as if never when it fails.

        Raises:
            TransientError: STO-001 the file is locked or the disk is full; try again.
            PermanentError: STO-002 the file is damaged, deleted or replaced.
        """
        with self._lock:
            try:
                with transaction(self._writer):
                    batch = Admission(self._writer, self._streams)
                    yield batch
                    batch.flush()
                    self._file.require()
            except BaseException as error:
                self._streams.clear()
                if type(error) in (sqlite3.OperationalError, sqlite3.DatabaseError):
                    raise unusable(self._path, error) from error
                raise

    def after(
        self, position: int, *, limit: int = 500, most_bytes: int | None = None
    ) -> list[Entry]:
        """Return entries behind `position`, oldest first, at most `limit`.

        `most_bytes` bounds their bodies together; one entry is returned in any case.
        """
        return entries_after(self._reader(), position, limit=limit, most_bytes=most_bytes)

    def urgent_after(self, position: int, *, limit: int = 500) -> list[Entry]:
        """Return entries of the urgent lane behind `position`, oldest first, at most `limit`."""
        return [read_entry(row) for row in self._reader().execute(URGENT_AFTER, (position, limit))]

    def keep_aside(self, items: Sequence[Quarantined]) -> int:
        """Put records of entries into quarantine, durably; a repeat changes nothing.

        Returns:
            How many were new.

        Raises:
            TransientError, PermanentError: As `admission`.
        """
        if not items:
            return 0
        with self.admission() as transaction:
            return transaction.quarantine(items)

    def count(self, code: str, times: int) -> None:
        """Count something remarkable that is not kept, durably."""
        with self.admission() as transaction:
            transaction.count(code, times)

    def head(self) -> int:
        """Return the newest position; 0 when the journal is empty."""
        row = self._reader().execute("SELECT coalesce(max(position), 0) FROM envelope").fetchone()
        return int(row[0])

    def quarantine_counts(self) -> dict[str, int]:
        """Return how much could not be used or was remarkable, ever, by code."""
        return quarantine.counts(self._reader())

    def quarantined(self, *, limit: int = 100) -> list[Quarantined]:
        """Return the newest quarantined items, newest first, at most `limit`."""
        return quarantine.newest(self._reader(), limit=limit)

    def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do `work` on this thread's connection, which can only read."""
        return work(self._reader())

    def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do `work` in one transaction of the writer, counters of streams apart; as `admission`."""
        with self._lock:
            try:
                with transaction(self._writer):
                    return work(self._writer)
            except (sqlite3.OperationalError, sqlite3.DatabaseError) as error:
                raise unusable(self._path, error) from error

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
        self._changed: dict[int, Stream] = {}
        self._rows: list[tuple[object, ...]] = []
        self._urgent: list[tuple[int]] = []
        self._position = int(connection.execute(_NEWEST).fetchone()[0])
        self._quarantined = 0

    def streams(self, gateway: GatewayId, lane: Lane) -> dict[str, Stream]:
        """Return the streams of one gateway and lane by epoch."""
        known = self._streams.get((gateway, lane))
        if known is None:
            rows = self._connection.execute(_STREAMS, (gateway, lane))
            known = self._streams[gateway, lane] = {
                row[1]: Stream(
                    id=row[0],
                    lane=lane,
                    epoch=row[1],
                    coverage=Coverage.decode(row[2], row[3]),
                    marks=Marks.decode(row[4], row[5]),
                    is_open=bool(row[6]),
                )
                for row in rows
            }
        return known

    def open_stream(self, gateway: GatewayId, lane: Lane, epoch: str, *, now: datetime) -> Stream:
        """Begin a new epoch; the one before it is closed for ever."""
        for other in self.streams(gateway, lane).values():
            self.close_stream(other, now=now)
        return self._add_stream(gateway, lane, epoch, now=now)

    def add_ended_stream(
        self, gateway: GatewayId, lane: Lane, epoch: str, *, now: datetime
    ) -> Stream:
        """Take note of an epoch that had ended before it was heard of; the present one goes on."""
        stream = self._add_stream(gateway, lane, epoch, now=now)
        self.close_stream(stream, now=now)
        return stream

    def _add_stream(self, gateway: GatewayId, lane: Lane, epoch: str, *, now: datetime) -> Stream:
        known = self.streams(gateway, lane)
        stream = Stream(
            id=0, lane=lane, epoch=epoch, coverage=Coverage(), marks=Marks(), is_open=True
        )
        cursor = self._connection.execute(
            "INSERT INTO stream (gateway, lane, epoch, contiguous, islands, waiting, opened_ms)"
            " VALUES (?, ?, ?, 0, ?, ?, ?)",
            (
                gateway,
                lane,
                epoch,
                stream.coverage.encode_islands(),
                stream.marks.encode_waiting(),
                to_ms(now),
            ),
        )
        stream.id = int(cursor.lastrowid or 0)
        known[epoch] = stream
        return stream

    def close_stream(self, stream: Stream, *, now: datetime) -> None:
        """Close an epoch for ever; harmless when it is closed."""
        if not stream.is_open:
            return
        stream.is_open = False
        self._connection.execute(
            "UPDATE stream SET closed_ms = ? WHERE id = ?", (to_ms(now), stream.id)
        )

    def bodies(self, stream: Stream, first: int, last: int) -> list[bytes]:
        """Return the bodies of the entries that hold any of first..last."""
        self._write_rows()
        rows = self._connection.execute(
            "SELECT body FROM envelope"
            " WHERE stream = ? AND end_seq >= ? AND first_seq <= ? AND end_seq >= first_seq",
            (stream.id, first, last),
        )
        return [bytes(row[0]) for row in rows]

    def mark(self, stream: Stream, mark: Mark) -> None:
        """Take note of a mark without records."""
        self._advance(stream, stream.coverage, mark)

    def cover(self, stream: Stream, first: int, end: int) -> None:
        """Count records as arrived, whether they are kept here or in quarantine only."""
        self._advance(stream, stream.coverage.add(first, end), None)

    def append(
        self,
        stream: Stream,
        *,
        first: int,
        end: int,
        body: bytes,
        received_at: datetime,
        mark: Mark | None = None,
    ) -> None:
        """Append one envelope, with what it says about time, and count its records as arrived."""
        coverage = stream.coverage
        fresh = coverage.missing(first, end)
        self._advance(stream, coverage.add(first, end), mark)
        self._position += 1
        self._rows.append(
            (
                self._position,
                stream.id,
                first,
                end,
                encode_intervals(fresh),
                stream.marks.complete_ms,
                to_ms(received_at),
                body,
            )
        )
        if stream.lane is Lane.URGENT:
            self._urgent.append((self._position,))

    def _advance(self, stream: Stream, coverage: Coverage, mark: Mark | None) -> None:
        stream.coverage = coverage
        stream.marks = stream.marks.reach(coverage.contiguous, mark)
        self._changed[stream.id] = stream

    def quarantine(self, items: Sequence[Quarantined]) -> int:
        """Keep items with their reasons; one with a place in a sequence is kept once per code.

        Returns:
            How many were new.
        """
        new = quarantine.keep(self._connection, items)
        self._quarantined += new
        return new

    def count(self, code: str, times: int = 1) -> None:
        """Count something remarkable that is not kept."""
        quarantine.count(self._connection, code, times)

    def flush(self) -> None:
        """Write the entries and the counters that changed; called at the end of the transaction."""
        self._write_rows()
        self._connection.executemany(
            "UPDATE stream SET contiguous = ?, islands = ?, mark_ms = ?, waiting = ? WHERE id = ?",
            [
                (
                    stream.coverage.contiguous,
                    stream.coverage.encode_islands(),
                    stream.marks.complete_ms,
                    stream.marks.encode_waiting(),
                    stream.id,
                )
                for stream in self._changed.values()
            ],
        )
        if self._quarantined:
            quarantine.prune(self._connection)

    def _write_rows(self) -> None:
        insert_rows(self._connection, _INSERT, self._rows)
        insert_rows(self._connection, "INSERT INTO urgent", self._urgent)
        self._rows, self._urgent = [], []
