"""The outbox's file: its tables, how it is opened and brought up to date, its transactions."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from domain.ids import is_id, new_id
from domain.quantity import Lane

BUSY_TIMEOUT_S = 30.0
"""Longest wait for another process, such as a copy being taken."""
SCHEMA_VERSION = 2
RESERVE_BYTES = 512 * 1024
"""A file that is removed when the disk is full, for forgetting needs room too; measured: a step of
dropping writes at most 400 KB before it is written back."""
LOG_PAGES = 100
"""Pages of 4 KB after which the log is written back: what it holds must fit into the reserve, for
writing back a full log can make the file greater by as much."""
WELL_CHECKED_BYTES = 64 * 1024 * 1024
"""A file up to this (ten weeks of a home) is checked whole at opening, which takes a second or two
on a small computer; a greater one is looked through quickly."""
FILE_MODE = 0o600
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_OUTSIDE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_READONLY,
    }
)
"""Errors of the disk and of other processes; every other error at opening is damage."""
_FULL = frozenset({sqlite3.SQLITE_FULL})

_LANES = frozenset(lane.value for lane in Lane)

_VERSION_1 = (
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
)
_VERSION_2 = (
    # what our clock showed at mono_ms, for the correction of a clock that was wrong
    "ALTER TABLE record ADD COLUMN booked_ms INTEGER NOT NULL DEFAULT 0",
    # up to where records with an unknown time were given out: those may not change any more
    "ALTER TABLE position ADD COLUMN released_seq INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX record_unknown ON record (boot) WHERE clock = 'unknown'",
    "CREATE TABLE dropped (what TEXT PRIMARY KEY, times INTEGER NOT NULL) STRICT",
    "CREATE TABLE start (at_ms INTEGER NOT NULL, boot TEXT NOT NULL) STRICT",
)
_STEPS = (_VERSION_1, _VERSION_2)


def connect(path: Path) -> sqlite3.Connection:
    """Open or make the file, readable by its owner only, with the tables of today.

    Raises:
        sqlite3.OperationalError: The file cannot be made, the disk is full, or another process
            writes to it.
        sqlite3.DatabaseError: It is damaged; see `is_damage`.
    """
    path.touch(mode=FILE_MODE, exist_ok=True)
    connection = sqlite3.connect(
        path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
    )
    # A flipped bit in a text must not be an error: whoever reads it sees that it is none of ours.
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")
        _check(connection)
        _bring_up_to_date(connection)
        _check_counters(connection)
    except BaseException:
        connection.close()
        raise
    return connection


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


def is_damage(error: sqlite3.Error) -> bool:
    """Tell whether an error at opening or reading says that the file itself is broken."""
    code = getattr(error, "sqlite_errorcode", None)
    if not isinstance(error, sqlite3.DatabaseError):
        return False
    if code is None:  # our own check
        return True
    return code & 0xFF not in _OUTSIDE or code == sqlite3.SQLITE_IOERR_SHORT_READ


def is_full(error: sqlite3.Error) -> bool:
    """Tell whether an error says that the disk, or what the file may hold, is full."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _FULL


def used_bytes(connection: sqlite3.Connection) -> int:
    """Return how many bytes of the file hold something; what was freed inside it is not counted."""
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    return (int(pages) - free_pages(connection)) * int(size)


def free_pages(connection: sqlite3.Connection) -> int:
    """Return how many pages inside the file can be filled without making it greater."""
    (free,) = connection.execute("PRAGMA freelist_count").fetchone()
    return int(free)


def make_reserve(path: Path) -> bool:
    """Keep room for forgetting; False when there is none to keep."""
    reserve = _reserve(path)
    if reserve.exists() and reserve.stat().st_size >= RESERVE_BYTES:
        return True
    try:
        with reserve.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, RESERVE_BYTES)
    except OSError:
        remove_reserve(path)
        return False
    reserve.chmod(FILE_MODE)
    return True


def remove_reserve(path: Path) -> bool:
    """Give the kept room away; False when there was none."""
    try:
        _reserve(path).unlink()
    except OSError:
        return False
    return True


def boot_id() -> str:
    """Return what names this run of the machine; a random name where the system has none."""
    with suppress(OSError):
        return _BOOT_ID.read_text("ascii").strip()
    return new_id()


def _reserve(path: Path) -> Path:
    return path.with_name(f"{path.name}.reserve")


def _check(connection: sqlite3.Connection) -> None:
    """Look for damage; a quick look passes over keys in a wrong order, which hide records."""
    look = "integrity_check" if used_bytes(connection) <= WELL_CHECKED_BYTES else "quick_check"
    (found,) = connection.execute(f"PRAGMA {look}(1)").fetchone()
    if found != "ok":
        raise sqlite3.DatabaseError(found)


def _check_counters(connection: sqlite3.Connection) -> None:
    """Refuse counters that contradict the records: a number must never be given twice."""
    epoch = connection.execute("SELECT value FROM meta WHERE name = 'epoch'").fetchone()
    if epoch is None:
        return  # a new file
    newest = dict(
        connection.execute(
            "SELECT lane, max(seq) FROM record WHERE epoch = ? GROUP BY lane", epoch
        ).fetchall()
    )
    positions = connection.execute("SELECT lane, last_seq, receipted_seq FROM position").fetchall()
    is_whole = is_id(str(epoch[0])) and {row[0] for row in positions} <= _LANES
    for lane, last, receipted in positions:
        is_whole = is_whole and 0 <= receipted <= last and newest.get(lane, 0) <= last
    if not is_whole:
        raise sqlite3.DatabaseError("the counters contradict the records")


def _bring_up_to_date(connection: sqlite3.Connection) -> None:
    """Make what is missing: a file of an older program keeps all that it holds."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version >= SCHEMA_VERSION:
        return
    with transaction(connection):
        for step in _STEPS[version:]:
            for statement in step:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
