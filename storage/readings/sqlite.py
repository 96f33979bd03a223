"""Readings in SQLite: one clustered table in order of home and time, small integer keys."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from domain.ids import GatewayId, HomeId, SensorId
from domain.moments import from_ms, to_ms
from domain.quantity import Lane, Quantity
from domain.reading import ClockQuality
from storage.readings.port import ActiveMinute, PlacedReading, StreamId
from storage.sqlite import open_reader, open_writer, transaction
from storage.sqlite_rows import insert_rows

SCHEMA = """
CREATE TABLE IF NOT EXISTS word (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS reading (
    home INTEGER NOT NULL, observed_ms INTEGER NOT NULL, sensor INTEGER NOT NULL,
    quantity INTEGER NOT NULL, stream INTEGER NOT NULL, seq INTEGER NOT NULL,
    value REAL NOT NULL, is_activity INTEGER NOT NULL, quality INTEGER NOT NULL,
    received_ms INTEGER NOT NULL,
    PRIMARY KEY (home, observed_ms, sensor, quantity, stream, seq)
) WITHOUT ROWID;
"""
HOUR_MS = 3_600_000

# Not INSERT OR IGNORE, which would pass over a NaN (a NULL to SQLite) without a word.
_ONCE = "ON CONFLICT (home, observed_ms, sensor, quantity, stream, seq) DO NOTHING"
_ACTIVITY_BY_HOUR = """
SELECT observed_ms / 3600000, sum(is_activity) FROM reading
WHERE home = ? AND observed_ms >= ? AND observed_ms < ?
GROUP BY 1 HAVING sum(is_activity) > 0
"""
_SEEN_BY_HOUR = """
SELECT DISTINCT observed_ms / 3600000 FROM reading
WHERE home = ? AND observed_ms >= ? AND observed_ms < ?
"""
# The instant and, as its last bit, whether it was at an entrance: of two in one millisecond the
# entrance counts, in whatever order they were stored.
_ACTIVE_MINUTES = """
SELECT max(observed_ms * 2 + (sensor IN (SELECT value FROM json_each(?)))) FROM reading
WHERE home = ? AND observed_ms >= ? AND observed_ms < ? AND is_activity = 1
GROUP BY observed_ms / 60000 ORDER BY 1
"""
_OF_HOME = """
SELECT observed_ms, s.text, q.text, t.text, seq, value, is_activity, c.text, received_ms
FROM reading JOIN word s ON s.id = sensor JOIN word q ON q.id = quantity
JOIN word t ON t.id = stream JOIN word c ON c.id = quality
WHERE home = ? AND observed_ms >= ? AND observed_ms < ?
ORDER BY observed_ms, sensor, quantity, stream, seq
"""


class SqliteReadings:
    """The adapter of `Readings` over one SQLite file."""

    def __init__(self, path: Path) -> None:
        """Open or make the store at `path`."""
        self._path = path
        self._writer = open_writer(path, SCHEMA)
        self._lock = threading.Lock()
        self._local = threading.local()
        self._readers: list[sqlite3.Connection] = []
        rows = self._writer.execute("SELECT text, id FROM word")
        self._words: dict[str | StreamId, int] = dict(rows.fetchall())

    def write(self, batch: Sequence[PlacedReading]) -> None:
        """Store a batch; see `Readings.write`."""
        with self._lock:
            try:
                with transaction(self._writer):
                    # In the order of the table: its pages are then each looked for once.
                    rows = sorted([self._row(placed) for placed in batch])
                    insert_rows(self._writer, "INSERT INTO reading", rows, _ONCE)
            except BaseException:
                self._words = dict(self._writer.execute("SELECT text, id FROM word").fetchall())
                raise

    def activity_by_hour(
        self, home: HomeId, since: datetime, until: datetime
    ) -> Mapping[datetime, int]:
        """Count activities; see `Readings.activity_by_hour`."""
        rows = self._select(_ACTIVITY_BY_HOUR, home, since, until)
        return {from_ms(hour * HOUR_MS): int(count) for hour, count in rows}

    def seen_by_hour(self, home: HomeId, since: datetime, until: datetime) -> set[datetime]:
        """Return the hours heard; see `Readings.seen_by_hour`."""
        rows = self._select(_SEEN_BY_HOUR, home, since, until)
        return {from_ms(row[0] * HOUR_MS) for row in rows}

    def active_minutes(
        self,
        home: HomeId,
        since: datetime,
        until: datetime,
        *,
        entrances: Collection[SensorId],
    ) -> list[ActiveMinute]:
        """Return the active minutes; see `Readings.active_minutes`."""
        at_entrance = json.dumps(sorted(self._known(sensor) for sensor in entrances))
        rows = self._select(_ACTIVE_MINUTES, home, since, until, at_entrance)
        return [
            ActiveMinute(at=from_ms(marked // 2), is_entrance=marked % 2 == 1) for (marked,) in rows
        ]

    def of_home(self, home: HomeId, since: datetime, until: datetime) -> Iterator[PlacedReading]:
        """Iterate over a home's readings; see `Readings.of_home`."""
        rows = self._select(_OF_HOME, home, since, until)
        for (
            observed_ms,
            sensor,
            quantity,
            stream,
            seq,
            value,
            is_activity,
            quality,
            received,
        ) in rows:
            gateway, lane, epoch = stream.split("/")
            yield PlacedReading(
                home=home,
                observed_ms=observed_ms,
                sensor=SensorId(sensor),
                quantity=Quantity(quantity),
                stream=StreamId(GatewayId(gateway), Lane(lane), epoch),
                seq=seq,
                value=value,
                is_activity=bool(is_activity),
                quality=ClockQuality(quality),
                received_ms=received,
            )

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            self._writer.close()
            for reader in self._readers:
                reader.close()

    def _row(self, placed: PlacedReading) -> tuple[int | float, ...]:
        word = self._word
        return (
            word(placed.home),
            placed.observed_ms,
            word(placed.sensor),
            word(placed.quantity),
            word(placed.stream),
            placed.seq,
            placed.value,
            placed.is_activity,
            word(placed.quality),
            placed.received_ms,
        )

    def _word(self, word: str | StreamId) -> int:
        known = self._words.get(word)
        if known is None:
            text = str(word) if isinstance(word, str) else "/".join(word)
            row = self._writer.execute(
                "INSERT INTO word (text) VALUES (?)"
                " ON CONFLICT (text) DO UPDATE SET text = excluded.text RETURNING id",
                (text,),
            ).fetchone()
            known = self._words[word] = int(row[0])
        return known

    def _known(self, text: str) -> int:
        row = self._reader().execute("SELECT id FROM word WHERE text = ?", (text,)).fetchone()
        return -1 if row is None else int(row[0])

    def _select(
        self, sql: str, home: HomeId, since: datetime, until: datetime, *before: str
    ) -> sqlite3.Cursor:
        values = (*before, self._known(home), to_ms(since), to_ms(until))
        return self._reader().execute(sql, values)

    def _reader(self) -> sqlite3.Connection:
        reader: sqlite3.Connection | None = getattr(self._local, "reader", None)
        if reader is None:
            reader = self._local.reader = open_reader(self._path)
            self._readers.append(reader)
        return reader
