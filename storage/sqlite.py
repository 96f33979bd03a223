"""How a bare SQLite file of ours is opened: durable, one writer, readers that cannot write."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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


def file_identity(path: Path) -> tuple[int, int]:
    """Return what tells a file from any other that may take its name."""
    found = path.stat()
    return found.st_dev, found.st_ino


def require_same_file(path: Path, identity: tuple[int, int]) -> None:
    """Refuse to go on in a file that lost its name: nobody would ever find what is written there.

    Raises:
        sqlite3.DatabaseError: The file was deleted or replaced since `identity` was taken.
    """
    try:
        is_same = file_identity(path) == identity
    except FileNotFoundError:
        is_same = False
    if not is_same:
        msg = "the file was deleted or replaced while it was in use"
        raise sqlite3.DatabaseError(msg)


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
