"""Bare SQLite files and signals: whole or not at all, owner-only, readers that cannot write."""

import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.clock import VirtualClock
from domain.moments import from_ms
from storage.signals import LocalSignals, Log
from storage.sqlite import open_reader, open_writer, transaction

SCHEMA = """
CREATE TABLE IF NOT EXISTS one (id INTEGER PRIMARY KEY);
CREATE TABLE IF NOT EXISTS two (one INTEGER REFERENCES one DEFERRABLE INITIALLY DEFERRED);
"""


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Return a writer."""
    connection = open_writer(tmp_path / "file.db", SCHEMA)
    yield connection
    connection.close()


def count(connection: sqlite3.Connection) -> int:
    """Return the number of rows."""
    return int(connection.execute("SELECT count(*) FROM one").fetchone()[0])


def test_the_file_is_its_owners_and_durable(writer: sqlite3.Connection, tmp_path: Path) -> None:
    """0600, WAL, FULL."""
    assert stat.S_IMODE((tmp_path / "file.db").stat().st_mode) == 0o600
    assert writer.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert writer.execute("PRAGMA synchronous").fetchone() == (2,)


def test_a_block_that_raises_leaves_nothing(writer: sqlite3.Connection) -> None:
    """And the next block works."""
    with pytest.raises(ZeroDivisionError), transaction(writer):  # noqa: PT012 (the block is tested)
        writer.execute("INSERT INTO one VALUES (1)")
        raise ZeroDivisionError
    with transaction(writer):
        writer.execute("INSERT INTO one VALUES (2)")

    assert writer.execute("SELECT id FROM one").fetchall() == [(2,)]


def test_a_commit_that_fails_leaves_nothing_and_blocks_nothing(writer: sqlite3.Connection) -> None:
    """A full disk or a broken promise at the commit: rolled back, and the writer goes on."""
    writer.execute("PRAGMA foreign_keys=ON")
    with pytest.raises(sqlite3.IntegrityError), transaction(writer):  # noqa: PT012 (the block is tested)
        writer.execute("INSERT INTO one VALUES (1)")
        writer.execute("INSERT INTO two VALUES (99)")
    with transaction(writer):
        writer.execute("INSERT INTO one VALUES (2)")

    assert count(writer) == 1


def test_an_error_that_ended_the_transaction_is_not_hidden(writer: sqlite3.Connection) -> None:
    """SQLite may roll back by itself; the first error is the one that is told."""
    with pytest.raises(ZeroDivisionError), transaction(writer):  # noqa: PT012 (the block is tested)
        writer.execute("ROLLBACK")
        raise ZeroDivisionError


def test_a_reader_sees_what_is_committed_and_cannot_write(
    writer: sqlite3.Connection, tmp_path: Path
) -> None:
    """Neither a half-done block nor an own change."""
    reader = open_reader(tmp_path / "file.db")
    with transaction(writer):
        writer.execute("INSERT INTO one VALUES (1)")
        assert count(reader) == 0
    assert count(reader) == 1
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.execute("INSERT INTO one VALUES (2)")
    reader.close()


async def test_a_signal_reaches_who_asked_for_its_log_only() -> None:
    """From then on, until it is unsubscribed; unsubscribing twice is harmless."""
    signals, clock = LocalSignals(), VirtualClock(from_ms(0))
    signals.notify(Log.CASE)
    both, other = signals.subscribe(Log.CASE, Log.FINDING), signals.subscribe(Log.JOURNAL)
    assert not await both.wait(clock, timeout_s=0.001)

    for log in (Log.CASE, Log.FINDING):
        signals.notify(log)
        assert await both.wait(clock)
    assert not await other.wait(clock, timeout_s=0.001)

    signals.unsubscribe(both)
    signals.unsubscribe(both)
    signals.notify(Log.CASE)
    assert not await both.wait(clock, timeout_s=0.001)
