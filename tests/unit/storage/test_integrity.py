"""Whether a file of the stores is whole."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from cli.integrity import run_integrity
from domain.clock import RealClock
from domain.errors import PermanentError
from storage.files import files
from storage.integrity import require_whole
from storage.stores import Stores


def damage(path: Path) -> None:
    """Fill a file with rows and write over its middle."""
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE rows (a INTEGER PRIMARY KEY, b TEXT)")
    connection.executemany("INSERT INTO rows (b) VALUES (?)", [("x" * 200,)] * 2_000)
    connection.commit()
    connection.close()
    raw = bytearray(path.read_bytes())
    middle = 4_096 * (len(raw) // 4_096 // 2)
    raw[middle : middle + 100] = b"\xff" * 100
    path.write_bytes(raw)


def test_a_damaged_file_is_refused_by_name(tmp_path: Path) -> None:
    """The error names the file and says what to do."""
    path = tmp_path / "journal.db"
    damage(path)

    with pytest.raises(PermanentError, match=r"STO-002 journal\.db"):
        require_whole(path)


def test_no_file_is_no_damage_and_a_large_one_waits(tmp_path: Path) -> None:
    """A new city has none; a start does not read gigabytes."""
    path = tmp_path / "journal.db"
    require_whole(path)
    damage(path)

    require_whole(path, most_bytes=1_000)


def test_stores_are_not_opened_over_a_damaged_file(tmp_path: Path) -> None:
    """It is refused before anything is written into it."""
    damage(files(tmp_path)[1])

    with pytest.raises(PermanentError, match="STO-002"):
        Stores.open(tmp_path)


async def test_the_daily_look_finds_what_was_damaged_in_use(tmp_path: Path) -> None:
    """The service ends with the error, for the supervisor to tell people."""
    damage(files(tmp_path)[2])

    with pytest.raises(PermanentError, match="STO-002"):
        await asyncio.wait_for(run_integrity(tmp_path, RealClock()), 30)
