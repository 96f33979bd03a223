"""What the machine can do without us: every figure is a ratio to one of these, of the same run."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import bare_paho, telegraf
from benchmarks.city import CONTROL_USER, City
from benchmarks.fleet import Fleets
from benchmarks.homes import STEP, BenchHome
from benchmarks.samples import percentile
from benchmarks.telling import Teller
from storage.sqlite import open_writer, transaction

ROWS_PER_COMMIT = 2_000
"""Most messages in one commit of ingest (ingest/config.py)."""
SYNCS = 200
SYNC_BYTES = 4096
_JOURNAL = "CREATE TABLE entry (position INTEGER PRIMARY KEY, body BLOB NOT NULL)"
_READINGS = """
CREATE TABLE reading (
    home INTEGER NOT NULL, observed_ms INTEGER NOT NULL, sensor INTEGER NOT NULL,
    quantity INTEGER NOT NULL, stream INTEGER NOT NULL, seq INTEGER NOT NULL,
    value REAL NOT NULL, is_activity INTEGER NOT NULL, quality INTEGER NOT NULL,
    received_ms INTEGER NOT NULL,
    PRIMARY KEY (home, observed_ms, sensor, quantity, stream, seq)
) WITHOUT ROWID
"""
_INSERT = "INSERT OR IGNORE INTO reading VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How much each control does."""

    homes: int
    messages: int
    """Drained and appended."""
    rows: int
    """Inserted into the clustered table."""


def measure(sizes: Sizes, tell: Teller) -> dict[str, float]:
    """Run all controls once; names are those of the report."""
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="mimamori-bench-") as name:
        folder = Path(name)
        tell.say("control: fsync")
        found |= _syncs(folder)
        with City(folder / "city", sizes.homes) as city:
            for size in (20, 1):
                tell.say(f"control: bare paho drain, envelopes of {size}")
                found[f"paho_drain_{size}_msg_per_s"] = _drain(city, sizes.messages, size)
            binary = telegraf.find()
            if binary is not None:
                tell.say("control: Telegraf, envelopes of 20")
                found["telegraf_20_msg_per_s"] = _telegraf(binary, city, sizes.messages)
        for size in (20, 1):
            tell.say(f"control: bare journal appends, envelopes of {size}")
            rate = _appends(folder / f"journal-{size}.db", city.homes, sizes.messages, size)
            found[f"sqlite_append_{size}_msg_per_s"] = rate
            found[f"sqlite_append_{size}_readings_per_s"] = rate * size
        for batch in (1_000, 10_000):
            tell.say(f"control: bare inserts into the readings table, {batch:,} a commit")
            rate = _inserts(folder / f"readings-{batch}.db", sizes, batch)
            found[f"clustered_insert_{batch}_per_s"] = rate
    return found


def _syncs(folder: Path) -> dict[str, float]:
    waits = []
    with (folder / "sync").open("wb") as file:
        for _ in range(SYNCS):
            file.write(os.urandom(SYNC_BYTES))
            file.flush()
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            waits.append((time.perf_counter() - began) * 1000)
    return {"fsync_p50_ms": percentile(waits, 0.5), "fsync_p99_ms": percentile(waits, 0.99)}


def _drain(city: City, messages: int, size: int) -> float:
    """Queue messages for a persistent session and let a bare paho take them."""
    sent = _queue(city, messages, size)
    return bare_paho.drain(city.broker.port, CONTROL_USER, sent)


def _telegraf(binary: str, city: City, messages: int) -> float:
    sent = _queue(city, messages, 20)
    folder, port = city.folder, city.broker.port
    return telegraf.drain(binary, folder, port=port, user=CONTROL_USER, messages=sent)


def _queue(city: City, messages: int, size: int) -> int:
    """Open a session, and have messages queued for it while its client is away."""
    bare_paho.open_session(city.broker.port, CONTROL_USER)
    fleets = Fleets(city.homes, city.broker.port)
    try:
        fleets.prepare(messages, size)
        fleets.start(has_window=False, needs_receipts=False)
        return fleets.outcome().messages
    finally:
        fleets.close()


def _appends(path: Path, homes: Sequence[BenchHome], messages: int, size: int) -> float:
    bodies = [
        (homes[number % len(homes)].envelope(number // len(homes) * size + 1, size),)
        for number in range(messages)
    ]
    connection = open_writer(path, _JOURNAL)
    try:
        began = time.perf_counter()
        for at in range(0, messages, ROWS_PER_COMMIT):
            with transaction(connection):
                connection.executemany(
                    "INSERT INTO entry (body) VALUES (?)", bodies[at : at + ROWS_PER_COMMIT]
                )
        return messages / (time.perf_counter() - began)
    finally:
        connection.close()


def _inserts(path: Path, sizes: Sizes, batch: int) -> float:
    """Insert as readings come: each home in order of time, 20 of a home in a row."""
    step_ms = round(STEP.total_seconds() * 1000)
    now_ms = 1_750_000_000_000
    rows = []
    for number in range(sizes.rows):
        run, at = divmod(number, 20)
        turn, home = divmod(run, sizes.homes)
        seq = turn * 20 + at
        rows.append(
            (
                home,
                now_ms + seq * step_ms,
                home * 8 + seq % 8,
                seq % 5,
                home,
                seq,
                1.0,
                1,
                0,
                now_ms,
            )
        )
    connection = open_writer(path, _READINGS)
    try:
        began = time.perf_counter()
        for start in range(0, len(rows), batch):
            with transaction(connection):
                connection.executemany(_INSERT, rows[start : start + batch])
        return len(rows) / (time.perf_counter() - began)
    finally:
        connection.close()
