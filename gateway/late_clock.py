"""Correcting the times of records that were heard before the clock was set.

A machine without a battery-backed clock begins in 1970 or at its last shutdown. How long ago a
record was heard is known all the same, by the monotonic clock of the same boot; so its true time
can be told once the clock is set. What was given out already may not change: the same number
with another content would be a contradiction.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from domain.moments import from_ms, to_ms
from domain.quantity import Lane
from domain.reading import Reading
from messaging.senml import decode_record, encode_reading

LONGEST_HELD = timedelta(minutes=10)
"""So long a record waits for the clock to be set before it is sent with an unknown time: a line
that carries envelopes brings the time within a minute or two, and a home must not be dark for
long because a time server is away. Urgent records never wait."""
_FREE = """
    SELECT record.seq, record.lane, record.mono_ms, record.booked_ms, record.body FROM record
    JOIN position ON position.lane = record.lane
    WHERE record.clock = 'unknown' AND record.boot = ?1 AND record.epoch = ?2
        AND record.seq > position.released_seq
"""
_HELD = """
    SELECT min(record.seq) FROM record JOIN position ON position.lane = record.lane
    WHERE record.clock = 'unknown' AND record.boot = ?1 AND record.epoch = ?2
        AND record.lane = ?3 AND record.seq > position.released_seq AND record.mono_ms > ?4
"""
_CORRECT = """
    UPDATE OR IGNORE record SET clock = 'corrected', observed_ms = ?, body = ?
    WHERE lane = ? AND epoch = ? AND seq = ?
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockSet:
    """The instant that a trusted clock showed at a monotonic instant of this boot."""

    now: datetime
    mono_ms: int

    def corrected(self, reading: Reading, *, booked_ms: int, mono_ms: int) -> Reading:
        """Return the reading at its true time.

        Args:
            reading: As it was booked.
            booked_ms: What our wrong clock showed ...
            mono_ms: ... at this monotonic instant, when it was booked.
        """
        true_ms = to_ms(self.now) - (self.mono_ms - mono_ms)
        shift = timedelta(milliseconds=true_ms - booked_ms)
        return replace(reading, observed_at=reading.observed_at + shift)


def first_held(
    connection: sqlite3.Connection, *, boot: str, epoch: str, mono_ms: int
) -> int | None:
    """Return the first normal record that still waits for the clock; None when none does."""
    due_ms = mono_ms - LONGEST_HELD // timedelta(milliseconds=1)
    row = connection.execute(_HELD, (boot, epoch, Lane.NORMAL.value, due_ms)).fetchone()
    return None if row[0] is None else int(row[0])


def correct(connection: sqlite3.Connection, clock: ClockSet, *, boot: str, epoch: str) -> int:
    """Correct what was heard in this boot and not given out yet, in the caller's transaction.

    Returns:
        How many records were corrected.
    """
    rows = connection.execute(_FREE, (boot, epoch)).fetchall()
    corrected = 0
    for seq, lane, mono_ms, booked_ms, body in rows:
        reading = decode_record(body, where="outbox")
        if not isinstance(reading, Reading):
            continue
        true = clock.corrected(reading, booked_ms=booked_ms, mono_ms=mono_ms)
        row = (to_ms(true.observed_at), encode_reading(true), lane, epoch, seq)
        corrected += connection.execute(_CORRECT, row).rowcount
    return corrected


def remember(connection: sqlite3.Connection, clock: ClockSet, *, boot: str) -> None:
    """Keep what is known of the time for a later run in this boot, in the transaction."""
    value = f"{boot} {to_ms(clock.now) - clock.mono_ms}"
    connection.execute(
        "INSERT INTO meta VALUES ('clock', ?) ON CONFLICT DO UPDATE SET value = excluded.value",
        (value,),
    )


def recall(connection: sqlite3.Connection, *, boot: str, mono_ms: int) -> ClockSet | None:
    """Return what time it is by what an earlier run of this boot kept; None: nothing."""
    row = connection.execute("SELECT value FROM meta WHERE name = 'clock'").fetchone()
    known_boot, _, offset_ms = ("" if row is None else str(row[0])).rpartition(" ")
    if not boot or known_boot != boot:
        return None
    return ClockSet(now=from_ms(int(offset_ms) + mono_ms), mono_ms=mono_ms)


def release(connection: sqlite3.Connection, lane: Lane, seq: int) -> None:
    """Remember that records up to `seq` may have been given out, in the caller's transaction."""
    connection.execute(
        "UPDATE position SET released_seq = max(released_seq, ?) WHERE lane = ?",
        (seq, lane.value),
    )
