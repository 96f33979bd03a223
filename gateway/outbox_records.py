"""The rows of the outbox: how a reading is written, and how it is read back or found damaged."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from domain.errors import InputError
from domain.moments import to_ms
from domain.quantity import SPECS, Lane
from domain.reading import ClockQuality, Reading
from gateway import room
from gateway.outbox_file import transaction
from gateway.room import Spared
from gateway.runs import Kept
from messaging.senml import decode_record, encode_reading

_INSERT = """
    INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (observed_ms, sensor, quantity, value) DO NOTHING
"""
_READ = """
    SELECT seq, clock, observed_ms, sensor, quantity, value, body FROM record
    WHERE lane = ? AND epoch = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """How a reading was heard."""

    clock: ClockQuality
    boot: str
    mono_ms: int
    now: datetime


def write(
    connection: sqlite3.Connection, reading: Reading, *, epoch: str, seq: int, booked: Booked
) -> bool:
    """Write one reading; False when it is here already and took no number."""
    row = (
        SPECS[reading.quantity].lane.value,
        epoch,
        seq,
        booked.clock.value,
        booked.boot,
        booked.mono_ms,
        to_ms(reading.observed_at),
        reading.sensor,
        reading.quantity.value,
        reading.value,
        encode_reading(reading),
        to_ms(booked.now),
    )
    return connection.execute(_INSERT, row).rowcount > 0


def read(
    connection: sqlite3.Connection, lane: Lane, epoch: str, *, after: int, until: int, most: int
) -> tuple[list[Kept], bool]:
    """Return the first rows behind `after`, and whether these are all up to `until`.

    A row whose bytes contradict its columns was damaged on the card: nobody can tell which is
    true. It is counted and removed, and a gap marker will name its number.

    Raises:
        sqlite3.DatabaseError: The file is damaged.
    """
    raw = connection.execute(_READ, (lane.value, epoch, after, until, most)).fetchall()
    is_all = most > 0 and len(raw) < most
    rows, damaged, before = [], [], after
    for seq, clock, *columns, body in raw:
        if not isinstance(seq, int) or not before < seq <= until:
            raise sqlite3.DatabaseError("records in a wrong order")
        before = seq
        if is_sound(clock, columns, body):
            rows.append(Kept(seq=seq, clock=ClockQuality(clock), body=body))
        else:
            damaged.append(seq)
    if damaged:
        with transaction(connection):
            connection.executemany(
                "DELETE FROM record WHERE lane = ? AND epoch = ? AND seq = ?",
                [(lane.value, epoch, seq) for seq in damaged],
            )
            room.note(connection, Spared.DAMAGED, len(damaged))
    return rows, is_all


def is_sound(clock: object, columns: list[object], body: object) -> bool:
    """Tell whether a row's body says what its columns say."""
    if clock not in _QUALITIES or not isinstance(body, bytes):
        return False
    try:
        reading = decode_record(body, where="outbox")
    except InputError:
        return False
    return isinstance(reading, Reading) and columns == [
        to_ms(reading.observed_at),
        reading.sensor,
        reading.quantity.value,
        reading.value,
    ]


def last_kept(connection: sqlite3.Connection, lane: Lane, epoch: str) -> int:
    """Return the greatest number that is kept of an epoch; 0: none."""
    row = connection.execute(
        "SELECT max(seq) FROM record WHERE lane = ? AND epoch = ?", (lane.value, epoch)
    ).fetchone()
    return int(row[0] or 0)


_QUALITIES = frozenset(quality.value for quality in ClockQuality)
