"""Whether a database file is whole: its pages, its order, its indexes; not whether values are true.

What a gateway signed can be checked against its signature all the same, see `mimamori verify`.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from storage.sqlite import BUSY_TIMEOUT_S, unusable

AT_START_BYTES = 256 * 1024 * 1024
"""A larger file is checked while it is in use: these take half a second, which a start can bear."""


def require_whole(path: Path, *, most_bytes: int | None = None) -> None:
    """Refuse a damaged file; one that is not there is whole. Reads all of it, changes no content.

    Args:
        path: A SQLite file that others may be using.
        most_bytes: A larger file is passed over; None: none is.

    Raises:
        PermanentError: STO-002, it is damaged.
        TransientError: STO-001, it cannot be read now.
    """
    if not path.exists() or (most_bytes is not None and path.stat().st_size > most_bytes):
        return
    try:
        found = _quick_check(path)
    except sqlite3.DatabaseError as error:
        raise unusable(path, error) from error
    if found != "ok":
        raise unusable(path, sqlite3.DatabaseError(found))


def _quick_check(path: Path) -> str:
    # Not read-only: after a power cut the log has to be read first, which needs a file beside it.
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
    try:
        connection.execute("PRAGMA query_only=ON")
        return str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    finally:
        connection.close()
