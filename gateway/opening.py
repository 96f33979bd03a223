"""Opening the outbox whatever happened to it; what a damaged file holds goes into a new one."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from domain.errors import Problem
from domain.ids import new_id
from gateway.outbox_file import (
    FILE_MODE,
    connect,
    is_damage,
    is_full,
    remove_reserve,
    transaction,
)
from gateway.pages import Row
from gateway.salvage import Saved, is_header_sound, is_log_damaged, salvage

MOST_SET_ASIDE = 3
"""Damaged files that are kept for a person to look at; a dying card must not fill itself."""
INSERTED_AT_ONCE = 500
_LOCK, _SUSPECT, _SAVING, _SAVED = ".lock", ".suspect", ".saving", ".saved"
_FILES = ("-shm", "-wal", "")
"""The main file last: while it is there, the others are its own."""


class Lock:
    """The lock file of an outbox; let go at the latest when nobody knows it any more."""

    def __init__(self, path: Path) -> None:
        """Take it.

        Raises:
            BlockingIOError: Somebody has it.
        """
        self._number: int | None = os.open(path, os.O_RDWR | os.O_CREAT, FILE_MODE)
        try:
            fcntl.flock(self._number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        """Let it go; a second time is harmless."""
        if self._number is not None:
            os.close(self._number)
            self._number = None

    def __del__(self) -> None:
        self.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenFile:
    """An open outbox."""

    path: Path
    connection: sqlite3.Connection
    damage: Problem | None
    """Set when a damaged file was set aside."""
    lock: Lock | None
    """Held while it is open; None when another has it open, who then looks after the file."""

    def close(self) -> None:
        """Close the file; a second time is harmless."""
        self.connection.close()
        if self.lock is not None:
            self.lock.close()


def open_file(path: Path) -> OpenFile:
    """Open or make the file.

    When it was damaged, what could be read of it is in a new one, the records without a receipt in
    a new epoch, so that none is taken for another one of the same number. A file that somebody else
    has open is opened as it is: what is being written is not looked through for damage.

    Raises:
        sqlite3.OperationalError: The file cannot be made, the disk is full even without the
            reserve, or another process writes to it.
        sqlite3.DatabaseError: It is damaged, and somebody else has it open.
    """
    lock = _lock(path)
    try:
        connection, damage = (connect(path), None) if lock is None else _open_alone(path)
    except BaseException:
        if lock is not None:
            lock.close()
        raise
    return OpenFile(path=path, connection=connection, damage=damage, lock=lock)


def _lock(path: Path) -> Lock | None:
    """Take the lock; None when somebody has it, or the disk has not even room for a name."""
    try:
        return Lock(_beside(path, _LOCK))
    except OSError:
        return None


def _open_alone(path: Path) -> tuple[sqlite3.Connection, Problem | None]:
    if not _beside(path, _SAVED).exists():
        reason = _foreseen_damage(path)
        if reason is None:
            try:
                return _connect_with_room(path), None
            except sqlite3.DatabaseError as error:
                if not is_damage(error):
                    raise
                reason = str(error)
        _save(path, reason)
    return _take_saved(path)


def suspect(path: Path) -> None:
    """Have the file looked through at the next opening: damage was met while it was in use."""
    with suppress(OSError):
        _beside(path, _SUSPECT).touch()


def _foreseen_damage(path: Path) -> str | None:
    """Tell what SQLite would not tell, or would mend by throwing away."""
    log = path.with_name(f"{path.name}-wal")
    if _beside(path, _SUSPECT).exists():
        return "damage was met while it was in use"
    if path.exists() and not is_header_sound(path):
        return "its first bytes are not those of an outbox"
    if log.exists() and is_log_damaged(log.read_bytes()):
        return "its write-ahead log is damaged"
    return None


def _connect_with_room(path: Path) -> sqlite3.Connection:
    try:
        return connect(path)
    except sqlite3.OperationalError as error:
        is_short = is_full(error) or getattr(error, "sqlite_errorcode", 0) & 0xFF in _NO_ROOM
        if is_short and remove_reserve(path):
            return connect(path)
        raise


_NO_ROOM = frozenset({sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN})
"""What SQLite says when it cannot make its shared-memory file on a full disk."""


def _save(path: Path, reason: str) -> None:
    """Write what can be read into a file beside it, which gets its name when it is whole."""
    _beside(path, _SUSPECT).touch()
    remove_reserve(path)
    saving = _beside(path, _SAVING)
    for suffix in _FILES:
        saving.with_name(saving.name + suffix).unlink(missing_ok=True)
    connection = connect(saving)
    try:
        count, is_all = _take_over(connection, salvage(path))
        what = "all that could be read" if is_all else "what the disk has room for"
        found = f"the outbox is damaged: {reason}; {count} records saved, {what}"
        with transaction(connection):
            connection.execute("INSERT INTO meta VALUES ('damage', ?)", (found,))
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
    saving.rename(_beside(path, _SAVED))


def _take_saved(path: Path) -> tuple[sqlite3.Connection, Problem]:
    """Set the damaged file aside and put the saved one in its place; may be begun again."""
    aside = _set_aside(path)
    _beside(path, _SAVED).rename(path)
    connection = connect(path)
    (found,) = connection.execute("SELECT value FROM meta WHERE name = 'damage'").fetchone()
    connection.execute("DELETE FROM meta WHERE name = 'damage'")
    _beside(path, _SUSPECT).unlink(missing_ok=True)
    return connection, Problem(
        code="GTW-001",
        where=path.name,
        found=str(found),
        allowed="a sound SQLite file",
        do=f"look at the card and its power; the old file is kept as {aside.name}",
    )


def _set_aside(path: Path) -> Path:
    """Rename the file and its log; the oldest of those set aside before make room."""
    old = [one for one in path.parent.glob(f"{path.name}.damaged-*") if _is_main(one)]
    old.sort(key=lambda one: one.stat().st_mtime)
    for one in old[: max(0, len(old) - MOST_SET_ASIDE + 1)]:
        for suffix in _FILES:
            one.with_name(one.name + suffix).unlink(missing_ok=True)
    aside = _beside(path, f".damaged-{new_id()}")
    for suffix in _FILES:
        source = path.with_name(path.name + suffix)
        if source.exists():
            source.rename(aside.with_name(aside.name + suffix))
    return aside


def _is_main(path: Path) -> bool:
    return not path.name.endswith(("-wal", "-shm"))


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _take_over(connection: sqlite3.Connection, saved: Saved) -> tuple[int, bool]:
    """Write what was saved, most needed first; returns how many records, and whether all."""
    epoch = new_id()
    last: dict[object, int] = {}
    owed: list[Row] = []
    for lane, _, _, *rest in saved.unreceipted():
        last[lane] = last.get(lane, 0) + 1
        owed.append((lane, epoch, last[lane], *rest))
    count = 0
    try:
        with transaction(connection):
            connection.execute("INSERT INTO meta VALUES ('epoch', ?)", (epoch,))
            connection.execute("INSERT INTO meta VALUES ('seen_ms', 0)")
            connection.executemany("INSERT INTO state VALUES (?, ?)", saved.states.items())
        # The urgent lane sorts last by name and matters most.
        rows = sorted(owed, key=lambda row: row[0] != "urgent") + saved.history()
        for start in range(0, len(rows), INSERTED_AT_ONCE):
            with transaction(connection):
                count += sum(
                    _insert(connection, row) for row in rows[start : start + INSERTED_AT_ONCE]
                )
                _count_up(connection, epoch)
        with transaction(connection):
            connection.executemany("INSERT INTO mark VALUES (?, ?, ?, ?)", list(saved.marks))
    except sqlite3.OperationalError as error:
        if not is_full(error):
            raise
        return count, False
    return count, True


def _insert(connection: sqlite3.Connection, row: Row) -> int:
    marks = ", ".join("?" for _ in row)
    return connection.execute(f"INSERT OR IGNORE INTO record VALUES ({marks})", row).rowcount  # noqa: S608


def _count_up(connection: sqlite3.Connection, epoch: str) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO position SELECT lane, max(seq), 0, 0 FROM record"
        " WHERE epoch = ? GROUP BY lane",
        (epoch,),
    )
