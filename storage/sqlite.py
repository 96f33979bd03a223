"""How a bare SQLite file of ours is opened: durable, one writer, readers that cannot write."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from domain.errors import PermanentError, Problem, TransientError

BUSY_TIMEOUT_S = 10.0
"""How long a connection waits for the file's lock before it gives up."""
DEFAULT_PAGE_BYTES = 4_096
"""SQLite's own default."""


def open_writer(
    path: Path, schema: str, *, page_bytes: int = DEFAULT_PAGE_BYTES
) -> sqlite3.Connection:
    """Open (or make, owner-only) a database for its one writer; usable from any one thread.

    `synchronous=FULL`: what was committed survives a power cut. Transactions are begun by hand.
    `page_bytes` counts for a new file only.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)
    connection = sqlite3.connect(
        path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
    )
    connection.execute(f"PRAGMA page_size={page_bytes}")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.executescript(schema)
    return connection


def open_reader(path: Path) -> sqlite3.Connection:
    """Open a connection that can only read; usable from any one thread."""
    connection = sqlite3.connect(
        f"file:{path}?mode=ro",
        uri=True,
        timeout=BUSY_TIMEOUT_S,
        isolation_level=None,
        check_same_thread=False,
    )
    connection.execute("PRAGMA query_only=ON")
    return connection


def settle_file(path: Path) -> None:
    """Move everything from the write-ahead log into the file itself; nobody else may have it open.

    Raises:
        sqlite3.DatabaseError: It is damaged, or somebody has it open.
    """
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
    try:
        connection.execute("PRAGMA synchronous=FULL")
        (mode,) = connection.execute("PRAGMA journal_mode=DELETE").fetchone()
        if mode != "delete":
            msg = f"{path.name} is in use"
            raise sqlite3.OperationalError(msg)
    finally:
        connection.close()


def swap_in(new: Path, old: Path) -> None:
    """Put a settled file in the place of another, durably; at any instant one of them is there.

    The old one has to be settled or set aside before: a log that it left behind would be taken for
    the new one's.
    """
    for log in (old.with_name(f"{old.name}-wal"), old.with_name(f"{old.name}-shm")):
        log.unlink(missing_ok=True)
    _sync(new)
    new.replace(old)
    _sync(old.parent)


def set_aside(path: Path, name: str) -> None:
    """Rename a file with its log, so that a person can look at it."""
    for suffix in ("-wal", "-shm", ""):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.replace(path.with_name(name + suffix))
    _sync(path.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class OwnFile:
    """The file that a name stood for when it was opened."""

    def __init__(self, path: Path) -> None:
        """Remember which file `path` names now; it must exist."""
        self._path = path
        self._identity = self._look()

    def require(self) -> None:
        """Refuse to go on when the file lost its name: nobody would find what is written there.

        Raises:
            sqlite3.DatabaseError: It was deleted or replaced.
        """
        try:
            is_same = self._look() == self._identity
        except FileNotFoundError:
            is_same = False
        if not is_same:
            msg = "the file was deleted or replaced while it was in use"
            raise sqlite3.DatabaseError(msg)

    def _look(self) -> tuple[int, int]:
        found = self._path.stat()
        return found.st_dev, found.st_ino


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Commit the block whole, or roll it back whole when it or the commit raises."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # SQLite ends a transaction by itself after some errors, such as a full disk.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def unusable(path: Path, error: BaseException) -> TransientError | PermanentError:
    """Return the error of a database that cannot be written: STO-001 or STO-002."""
    if isinstance(error, sqlite3.OperationalError):
        return TransientError(
            Problem(
                code="STO-001",
                where=path.name,
                found=str(error),
                allowed="a file that no other program locks, and room on the disk",
                do="end the other program or make room; nothing is lost, gateways send again",
            )
        )
    return PermanentError(
        Problem(
            code="STO-002",
            where=path.name,
            found=str(error),
            allowed="an undamaged database",
            do="stop the server and restore the newest backup; gateways send again",
        )
    )
