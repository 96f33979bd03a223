"""The outbox's file: its tables, how it is opened, and what is done with a damaged one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from domain.errors import Problem
from domain.ids import new_id

BUSY_TIMEOUT_S = 30.0
"""Longest wait for another process, such as a copy being taken."""
SCHEMA_VERSION = 1
_FILE_MODE = 0o600
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")

_SCHEMA = (
    # epoch TEXT, seen_ms INTEGER: up to when everything that happened is in here
    "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT",
    """CREATE TABLE IF NOT EXISTS position (
        lane TEXT PRIMARY KEY, last_seq INTEGER NOT NULL, receipted_seq INTEGER NOT NULL
    ) STRICT""",
    # boot and mono_ms tell the records of one run of the machine apart, should its clock be wrong
    """CREATE TABLE IF NOT EXISTS record (
        lane TEXT NOT NULL, epoch TEXT NOT NULL, seq INTEGER NOT NULL,
        clock TEXT NOT NULL, boot TEXT NOT NULL, mono_ms INTEGER NOT NULL,
        observed_ms INTEGER NOT NULL, sensor TEXT NOT NULL, quantity TEXT NOT NULL,
        value REAL NOT NULL, body BLOB NOT NULL,
        PRIMARY KEY (lane, epoch, seq)
    ) STRICT, WITHOUT ROWID""",
    # by time first, so that it grows at its end
    """CREATE UNIQUE INDEX IF NOT EXISTS record_frame
        ON record (observed_ms, sensor, quantity, value)""",
    # up to where the receipts reached at some instants, for the seven days that records are kept
    """CREATE TABLE IF NOT EXISTS mark (
        lane TEXT NOT NULL, epoch TEXT NOT NULL, seq INTEGER NOT NULL, at_ms INTEGER NOT NULL
    ) STRICT""",
    "CREATE TABLE IF NOT EXISTS state (device TEXT PRIMARY KEY, state BLOB NOT NULL) STRICT",
    """CREATE TABLE IF NOT EXISTS quarantine (
        id INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, topic TEXT NOT NULL,
        payload BLOB NOT NULL, code TEXT NOT NULL, place TEXT NOT NULL, found TEXT NOT NULL,
        allowed TEXT NOT NULL, remedy TEXT NOT NULL
    ) STRICT""",
    """CREATE TABLE IF NOT EXISTS quarantine_count (
        code TEXT PRIMARY KEY, times INTEGER NOT NULL
    ) STRICT""",
    f"PRAGMA user_version = {SCHEMA_VERSION}",
)


def open_file(path: Path) -> tuple[sqlite3.Connection, Problem | None]:
    """Open or make the file, readable by its owner only.

    Returns:
        The connection, and the problem when a damaged file was set aside and a new one begun.

    Raises:
        sqlite3.OperationalError: The file cannot be made, or another process writes to it.
    """
    try:
        return _connect(path), None
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError as error:
        problem = _set_aside(path, str(error))
        return _connect(path), problem


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Commit all or nothing. Takes the write lock at once: a reader that turns writer is refused.

    Raises:
        sqlite3.OperationalError: Locked, or the disk is full; nothing was changed.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def boot_id() -> str:
    """Return what names this run of the machine; a random name where the system has none."""
    try:
        return _BOOT_ID.read_text("ascii").strip()
    except OSError:
        return new_id()


def _connect(path: Path) -> sqlite3.Connection:
    path.touch(mode=_FILE_MODE, exist_ok=True)
    connection = sqlite3.connect(
        path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        _check(connection)
        with transaction(connection):
            for statement in _SCHEMA:
                connection.execute(statement)
    except BaseException:
        connection.close()
        raise
    return connection


def _check(connection: sqlite3.Connection) -> None:
    (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise sqlite3.DatabaseError(found)


def _set_aside(path: Path, reason: str) -> Problem:
    """Rename the file and its WAL, so that a person can still save the good part."""
    kept = path.with_name(f"{path.name}.damaged-{new_id()}")
    for suffix in ("", "-wal", "-shm"):
        source = path.with_name(path.name + suffix)
        if source.exists():
            source.rename(kept.with_name(kept.name + suffix))
    return Problem(
        code="GTW-001",
        where=path.name,
        found=f"the outbox is damaged: {reason}",
        allowed="a sound SQLite file",
        do=f"look at the card and its power; the old file is kept as {kept.name}",
    )
