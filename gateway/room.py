"""Making room in a full outbox, in the order of what can best be spared.

First history that the server has, then repeated motion, measurements, power, motion. Doors,
openings and help are never dropped, nor is what stands for dropped records: a number that is not
kept any more is named by the gap marker that `gateway.runs` puts in its place, so that the set
dropped is the set named.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from domain.quantity import Quantity
from gateway.outbox_file import (
    free_pages,
    is_full,
    make_reserve,
    remove_reserve,
    transaction,
    used_bytes,
)

DROPPED_AT_ONCE = 2_000
"""Most records dropped in one commit at the limit, so that a step never holds up the hearing."""
DROPPED_WHEN_FULL = 50
"""The same while the disk is full: it has to fit into what the reserve gave."""
KEPT_AT_ONCE_WHEN_SHORT = 100
"""Most readings of one commit while there is little room: far less than `FREE_PAGES` hold."""
STEPS_WHEN_FULL = 40
STEPS_BEFORE_WORK = 10
FREE_PAGES = 32
"""Pages inside the file that are kept free on a full disk, for some 400 readings; a greater batch
is made room for on its way."""

T = TypeVar("T")


class Spared(StrEnum):
    """What is dropped, in this order."""

    HISTORY = "history"
    """Receipted: only a server that was restored would ask for it."""
    REPEATED_MOTION = "repeated_motion"
    """A movement of a sensor whose movement before it is kept, with nothing between."""
    MEASUREMENT = "measurement"
    POWER = "power"
    MOTION = "motion"
    DAMAGED = "damaged"
    """Not by choice: its own bytes contradict each other."""


_KINDS: dict[Spared, tuple[Quantity, ...]] = {
    Spared.MEASUREMENT: (
        Quantity.TEMPERATURE,
        Quantity.HUMIDITY,
        Quantity.ILLUMINANCE,
        Quantity.LINK_QUALITY,
        Quantity.BATTERY,
    ),
    # A lamp tells what its meter tells.
    Spared.POWER: (Quantity.POWER, Quantity.ENERGY, Quantity.LIGHT),
    Spared.MOTION: (Quantity.MOTION,),
}
_HISTORY = """
    DELETE FROM record WHERE (lane, epoch, seq) IN (
        SELECT record.lane, record.epoch, record.seq FROM record
        JOIN position ON position.lane = record.lane
        WHERE record.epoch <> ?1 OR record.seq <= position.receipted_seq
        ORDER BY record.epoch = ?1, record.lane, record.seq LIMIT ?2
    )
"""
_REPEATED = """
    DELETE FROM record WHERE lane = 'normal' AND epoch = ?1 AND seq IN (
        SELECT seq FROM (
            SELECT seq, value, lag(value) OVER (PARTITION BY sensor ORDER BY seq) AS before
            FROM record WHERE lane = 'normal' AND epoch = ?1 AND quantity = 'motion'
        ) WHERE value = 1.0 AND before = 1.0 ORDER BY seq LIMIT ?2
    )
"""
_OF_KIND = """
    DELETE FROM record WHERE lane = 'normal' AND epoch = ?1 AND seq IN (
        SELECT seq FROM record WHERE lane = 'normal' AND epoch = ?1 AND quantity IN ({marks})
        ORDER BY seq LIMIT ?2
    )
"""


class Room:
    """The room that one outbox has: a limit of its own, and what the disk gives."""

    def __init__(self, connection: sqlite3.Connection, path: Path, *, most_bytes: int) -> None:
        """Keep a reserve beside the file, as far as there is room for one."""
        self._is_disk_full = not make_reserve(path)
        self.is_short = self._is_disk_full
        """Whether the disk is full or the limit reached."""
        self._connection, self._path, self._most_bytes = connection, path, most_bytes

    def keep(self, epoch: str) -> None:
        """Drop some bounded steps when the file holds more than it should, or the disk is full.

        A file on a full disk must not grow: what the reserve gave would be used up by new records,
        and nothing could be dropped any more. So room inside the file is made for them.
        """
        if used_bytes(self._connection) > self._most_bytes:
            self.is_short = True
            drop_step(self._connection, epoch=epoch, most=DROPPED_AT_ONCE)
        elif self._is_disk_full:
            for _ in range(STEPS_BEFORE_WORK):
                if free_pages(self._connection) >= FREE_PAGES or not self._drop(epoch):
                    break
                self._write_back()

    def parts(self, given: tuple[T, ...]) -> list[tuple[T, ...]]:
        """Return what goes into one commit each, at least one part: all, or little when short."""
        most = KEPT_AT_ONCE_WHEN_SHORT if self.is_short else max(1, len(given))
        cut = [given[start : start + most] for start in range(0, len(given), most)]
        return cut or [()]

    def give(self, work: Callable[[], T], epoch: str) -> T:
        """Do `work`; when the disk is full, make room and do it once more.

        Raises:
            sqlite3.OperationalError: There is no room and nothing that may be dropped.
        """
        try:
            return work()
        except sqlite3.OperationalError as error:
            if not is_full(error):
                raise
        self.is_short = self._is_disk_full = True
        remove_reserve(self._path)
        for _ in range(STEPS_WHEN_FULL):
            # Written back at once, so that the log never outgrows what it has already.
            self._write_back()
            try:
                return work()
            except sqlite3.OperationalError as error:
                if not is_full(error):
                    raise
            if not self._drop(epoch):
                break
        self._write_back()
        return work()

    def _drop(self, epoch: str) -> bool:
        """Drop one small step; False when nothing may be dropped, or there is no room for it."""
        try:
            return drop_step(self._connection, epoch=epoch, most=DROPPED_WHEN_FULL)[1] > 0
        except sqlite3.OperationalError as error:
            if not is_full(error):
                raise
            return False

    def refill(self) -> None:
        """Look whether there is room again."""
        if self.is_short:
            is_below = used_bytes(self._connection) <= self._most_bytes
            self._is_disk_full = not make_reserve(self._path)
            self.is_short = self._is_disk_full or not is_below

    def _write_back(self) -> None:
        """Have the log begin anew; on a full disk as far as that goes."""
        try:
            self._connection.execute("PRAGMA wal_checkpoint(RESTART)")
        except sqlite3.OperationalError as error:
            if not is_full(error):
                raise


def drop_step(connection: sqlite3.Connection, *, epoch: str, most: int) -> tuple[Spared, int]:
    """Drop the oldest of what can best be spared, in one commit.

    Args:
        connection: The outbox.
        epoch: The present one.
        most: Most records dropped.

    Returns:
        What was dropped and how many records; 0 when nothing is left that may be dropped.
    """
    for spared in (Spared.HISTORY, Spared.REPEATED_MOTION, *_KINDS):
        with transaction(connection):
            count = _drop(connection, spared, epoch, most)
            if count:
                note(connection, spared, count)
        if count:
            return spared, count
    return Spared.MOTION, 0


def note(connection: sqlite3.Connection, spared: Spared, count: int) -> None:
    """Count what was dropped, in the caller's transaction."""
    connection.execute(
        "INSERT INTO dropped VALUES (?, ?)"
        " ON CONFLICT DO UPDATE SET times = times + excluded.times",
        (spared.value, count),
    )


def dropped(connection: sqlite3.Connection) -> dict[Spared, int]:
    """Return how many records of each kind were dropped since the file was made."""
    rows = connection.execute("SELECT what, times FROM dropped")
    return {Spared(what): times for what, times in rows}


def _drop(connection: sqlite3.Connection, spared: Spared, epoch: str, most: int) -> int:
    if spared is Spared.HISTORY:
        return connection.execute(_HISTORY, (epoch, most)).rowcount
    if spared is Spared.REPEATED_MOTION:
        return connection.execute(_REPEATED, (epoch, most)).rowcount
    kinds = _KINDS[spared]
    marks = ", ".join(f"?{number}" for number in range(3, 3 + len(kinds)))
    return connection.execute(_OF_KIND.replace("{marks}", marks), (epoch, most, *kinds)).rowcount
