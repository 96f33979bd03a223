"""What a program that is recorded says of itself: marks, and fingerprints of its files."""

import hashlib
import json
import os
import sqlite3
import sys
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

OFTEN = "wal_autocheckpoint=100"
"""Checkpoints ten times as often as SQLite does by itself, so that many fall into a short run."""
Said = dict[str, Any]
"""One mark: JSON."""


class Marks:
    """Says what has been done, in a file that the trace shows."""

    def __init__(self, path: Path) -> None:
        """Open the file; children that are forked share it."""
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def say(self, **said: object) -> None:
        """Say something, in one write."""
        os.write(self._file, json.dumps(said).encode())


def read_marks(marks: Iterable[str]) -> list[Said]:
    """Return what was said."""
    return [json.loads(mark) for mark in marks]


def fingerprint(path: Path) -> str:
    """Return a digest of everything in a database file; equal only when all rows are equal."""
    digest = hashlib.sha256()
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        tables = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1"
        )
        for (table,) in tables.fetchall():
            rows = connection.execute(f'SELECT * FROM "{table}"').fetchall()  # noqa: S608 (its own name)
            digest.update(f"{table} {sorted(map(repr, rows))}".encode())
    finally:
        connection.close()
    return digest.hexdigest()[:16]


def is_sound(path: Path) -> bool:
    """Tell whether SQLite finds a database whole, tables and indexes."""
    connection = sqlite3.connect(path)
    try:
        return bool(connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)])
    finally:
        connection.close()


def in_a_process(work: Callable[[], None]) -> None:
    """Run `work` in a child of its own, which ends without any tidying up, as by a kill.

    Raises:
        RuntimeError: The child failed; its error was shown.
    """
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work()
            status = 0
        except Exception:  # noqa: BLE001 (a forked child must not run its parent's code)
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    _, status = os.waitpid(child, 0)
    if status:
        message = "a part of the workload failed"
        raise RuntimeError(message)
