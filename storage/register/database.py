"""The way into the register: one writer connection, many readers, each in threads of their own.

SQLite before 3.51.3 can corrupt a write-ahead log that several connections write and checkpoint;
so all writes of a process go through one connection in one thread. Work is a function that takes a
connection and never commits: `write` commits it whole, or rolls it back whole.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import QueuePool, StaticPool

from storage.register.migration import migrate
from storage.sqlite import unusable

T = TypeVar("T")

BUSY_TIMEOUT_MS = 10_000
"""How long a connection waits for the file's lock before it gives up."""
READERS = 4
"""Reader threads; pages and services share them."""
UNUSABLE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOTADB,
    }
)
"""What SQLite says of a file or a disk; whatever else it says is a defect of the work."""


class Register:
    """An open register. Close it, or use it as `with Register.open(path) as register`."""

    def __init__(self, path: Path, writer: Engine, readers: Engine) -> None:
        """Take two engines over the same database; use `open`."""
        self._path, self._writer, self._readers = path, writer, readers
        self._write_thread = ThreadPoolExecutor(1, thread_name_prefix="register-writer")
        self._read_threads = ThreadPoolExecutor(READERS, thread_name_prefix="register-reader")

    @classmethod
    def open(cls, path: Path) -> Register:
        """Open the SQLite register at `path`, making or migrating it; owner-only file."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        writer = _sqlite(path, "BEGIN IMMEDIATE", pool=StaticPool)
        migrate(writer)
        return cls(path, writer, _sqlite(path, "BEGIN", pool=QueuePool))

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Do `work` in one transaction, after all work asked for before it.

        Returns when it is committed with `synchronous=FULL`. An exception of `work` rolls back
        and is raised here.

        Raises:
            TransientError: STO-001 the file is locked or the disk is full; nothing was changed.
            PermanentError: STO-002 the file is damaged; nothing was changed.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._write_thread, self._write, work)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Do `work` on one consistent snapshot; a write inside it fails.

        Raises:
            TransientError: STO-001 the file is locked or cannot be read now.
            PermanentError: STO-002 the file is damaged.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._read_threads, self._read, work)

    def write_now(self, work: Callable[[Connection], T]) -> T:
        """Do as `write` does, from code that has no event loop; waits for the writer thread."""
        return self._write_thread.submit(self._write, work).result()

    def read_now(self, work: Callable[[Connection], T]) -> T:
        """Do as `read` does, from code that has no event loop."""
        return self._read(work)

    def close(self) -> None:
        """Finish what was begun and close all connections."""
        self._write_thread.shutdown()
        self._read_threads.shutdown()
        self._readers.dispose()
        self._writer.dispose()

    def flush_log(self) -> None:
        """Move the write-ahead log into the file and empty it, as far as no reader needs it.

        What was overwritten in the file would otherwise be in the log until it is used again.
        """

        def work() -> None:
            raw = self._writer.raw_connection()
            try:
                raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                raw.close()

        self._write_thread.submit(work).result()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Close."""
        self.close()

    def _write(self, work: Callable[[Connection], T]) -> T:
        with _told(self._path), self._writer.begin() as connection:
            return work(connection)

    def _read(self, work: Callable[[Connection], T]) -> T:
        with _told(self._path), self._readers.connect() as connection:
            return work(connection)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Say by its code what a file or a disk cannot do; defects of the work pass as they are."""
    try:
        yield
    except DatabaseError as error:
        # The low byte; the rest says where in SQLite it was. Errors of Python's own have none.
        found = error.orig
        if getattr(found, "sqlite_errorcode", 0) & 0xFF in UNUSABLE and found is not None:
            raise unusable(path, found) from error
        raise


def _sqlite(path: Path, begin: str, *, pool: type[StaticPool | QueuePool]) -> Engine:
    options: dict[str, Any] = {} if pool is StaticPool else {"pool_size": READERS}
    engine = create_engine(
        f"sqlite:///{path}",
        poolclass=pool,
        hide_parameters=True,  # or an error's text would carry residents' data into the log
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000},
        **options,
    )

    @event.listens_for(engine, "connect")
    def _prepare(dbapi_connection: Any, record: object) -> None:
        del record
        dbapi_connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            dbapi_connection.execute(f"PRAGMA {pragma}")
        if begin == "BEGIN":
            dbapi_connection.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.execute(text(begin))

    return engine
