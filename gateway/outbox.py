"""The outbox: what a gateway has heard and may not forget, in one SQLite file (WAL, FULL).

One connection, used by one thread at a time (`gateway.keeper`). What `append` returned from is safe
against a power cut. Sequence numbers are given here and nowhere else.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Self

from domain.errors import Problem
from domain.ids import new_id
from domain.moments import from_ms, to_ms
from domain.quantity import SPECS, Lane
from domain.reading import ClockQuality, Reading
from gateway.outbox_file import boot_id, open_file, transaction
from messaging.senml import GapMarker, encode_gap, encode_reading

KEPT_AFTER_RECEIPT = timedelta(days=7)
"""A restored server asks again for at most this long; decided with the design."""
MARK_EACH = timedelta(hours=1)
"""How finely the age of a receipt is remembered; finer would only be more rows."""
PRUNED_AT_ONCE = 2_000
"""Most records forgotten in one step, so that a step never holds up the hearing."""
MOST_QUARANTINED = 1_000
"""The newest are kept; a mad device must not fill the card."""
QUARANTINED_BYTES = 4_096
"""How much of a bad message is kept."""
MAX_RUN_BYTES = 60_000
"""Records of one envelope; leaves room for header and signature under `messaging.MAX_BYTES`."""


class ReceiptEffect(StrEnum):
    """What a receipt did."""

    ADVANCED = "advanced"
    KNOWN = "known"
    LOWERED = "lowered"
    """The server was restored: send again from there."""
    NEW_EPOCH = "new_epoch"
    """The server knows numbers that we never gave (a restored card): counted anew."""
    FOREIGN = "foreign"
    """Of another epoch; no effect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """How far one lane is in the present epoch; 0 is before the first record."""

    last_seq: int
    receipted_seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What goes into one envelope: a contiguous run of one lane and one clock quality."""

    lane: Lane
    epoch: str
    first_seq: int
    end_seq: int
    """`first_seq - 1` when there is nothing to send."""
    records: tuple[bytes, ...]
    clock: ClockQuality
    last_seq: int
    """Newest record of the lane ..."""
    seen_until: datetime
    """... and up to when that is all that happened; read together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """A message of the home that could not be used."""

    topic: str
    payload: bytes
    problem: Problem


class Outbox:
    """The open file. Not safe for two threads at once."""

    def __init__(self, connection: sqlite3.Connection, *, epoch: str, boot: str) -> None:
        """Use `open`."""
        self._connection = connection
        self._epoch = epoch
        self._boot = boot
        self._positions = self._load_positions()

    @classmethod
    def open(cls, path: Path, *, now: datetime) -> Self:
        """Open or make the file (mode 0600); a damaged one is set aside and said so.

        Args:
            path: The SQLite file; its folder must exist.
            now: Up to when a new outbox claims to know its home: nothing came before it.

        Raises:
            sqlite3.OperationalError: The file cannot be made, or another process writes to it.
        """
        connection, damage = open_file(path)
        with transaction(connection):
            connection.execute("INSERT OR IGNORE INTO meta VALUES ('epoch', ?)", (new_id(),))
            connection.execute("INSERT OR IGNORE INTO meta VALUES ('seen_ms', ?)", (to_ms(now),))
            connection.executemany(
                "INSERT OR IGNORE INTO position VALUES (?, 0, 0)", [(lane,) for lane in Lane]
            )
        row = connection.execute("SELECT value FROM meta WHERE name = 'epoch'").fetchone()
        outbox = cls(connection, epoch=str(row[0]), boot=boot_id())
        if damage is not None:
            lost = Quarantined(topic="", payload=b"", problem=damage)
            outbox.append((), now=now, quarantined=[lost])
        return outbox

    @property
    def epoch(self) -> str:
        """The present life of the counters."""
        return self._epoch

    def position(self, lane: Lane) -> Position:
        """Return how far a lane is; may be called from any thread."""
        return self._positions[lane]

    def unreceipted(self) -> int:
        """Count the records that are not yet safe elsewhere; may be called from any thread."""
        positions = self._positions.values()
        return sum(position.last_seq - position.receipted_seq for position in positions)

    def append(
        self,
        readings: Iterable[Reading],
        *,
        now: datetime,
        states: Mapping[str, bytes] | None = None,
        quarantined: Sequence[Quarantined] = (),
        seen_until: datetime | None = None,
        clock: ClockQuality = ClockQuality.SYNCED,
        mono_ms: int = 0,
    ) -> int:
        """Keep everything in one commit; a reading that is here already is passed over.

        Args:
            readings: In the order in which they get their sequence numbers; any number.
            now: When they are booked; aware, UTC.
            states: New last states of devices, by name.
            quarantined: Messages that could not be used.
            seen_until: All that happened in the home until then is in this call or was before.
            clock: How far `observed_at` can be trusted.
            mono_ms: Milliseconds of the machine's monotonic clock, for a later correction.

        Returns:
            How many readings are new. They survive a power cut from now on.
        """
        booked = (clock.value, self._boot, mono_ms)
        with self._change() as connection:
            last = {lane: position.last_seq for lane, position in self._positions.items()}
            before = sum(last.values())
            for reading in readings:
                self._insert(connection, reading, last, booked)
            connection.executemany(
                "UPDATE position SET last_seq = ? WHERE lane = ?",
                [(seq, lane) for lane, seq in last.items()],
            )
            connection.executemany(
                "INSERT INTO state VALUES (?, ?) ON CONFLICT DO UPDATE SET state = excluded.state",
                list((states or {}).items()),
            )
            if seen_until is not None:
                connection.execute(
                    "UPDATE meta SET value = ? WHERE name = 'seen_ms'", (to_ms(seen_until),)
                )
            _quarantine(connection, quarantined, now)
        return sum(last.values()) - before

    def run_after(self, lane: Lane, seq: int, *, most: int) -> Run:
        """Return the records that follow `seq`, at most `most` (0: only how far the lane is).

        Numbers that were forgotten long ago stand as one gap marker at the head.
        """
        position = self._positions[lane]
        rows = self._connection.execute(
            "SELECT seq, clock, body FROM record WHERE lane = ? AND epoch = ? AND seq > ?"
            " ORDER BY seq LIMIT ?",
            (lane, self._epoch, seq, most),
        ).fetchall()
        clock = ClockQuality(rows[0][1]) if rows else ClockQuality.SYNCED
        records: list[bytes] = []
        next_kept = rows[0][0] if rows else position.last_seq + 1
        if most and next_kept > seq + 1:
            records.append(encode_gap(GapMarker(first_seq=seq + 1, last_seq=next_kept - 1)))
            end_seq = next_kept - 1
        else:
            end_seq = seq
        room = MAX_RUN_BYTES
        for row_seq, row_clock, body in rows[: most - len(records)]:
            room -= len(body) + 1
            if row_clock != clock or room < 0:
                break
            records.append(body)
            end_seq = row_seq
        return Run(
            lane=lane,
            epoch=self._epoch,
            first_seq=seq + 1,
            end_seq=end_seq,
            records=tuple(records),
            clock=clock,
            last_seq=position.last_seq,
            seen_until=from_ms(self._seen_ms()),
        )

    def receipt(self, lane: Lane, epoch: str, seq: int, *, now: datetime) -> ReceiptEffect:
        """Book the server's word that all up to `seq` is safe there; a repeat is harmless."""
        position = self._positions[lane]
        if epoch != self._epoch:
            return ReceiptEffect.FOREIGN
        if seq > position.last_seq:
            self.new_epoch()
            return ReceiptEffect.NEW_EPOCH
        if seq == position.receipted_seq:
            return ReceiptEffect.KNOWN
        with self._change() as connection:
            connection.execute(
                "UPDATE position SET receipted_seq = ? WHERE lane = ?", (max(seq, 0), lane)
            )
            connection.execute(
                "INSERT INTO mark SELECT ?, ?, ?, ? WHERE NOT EXISTS"
                " (SELECT 1 FROM mark WHERE lane = ? AND epoch = ? AND at_ms > ?)",
                (lane, epoch, seq, to_ms(now), lane, epoch, to_ms(now - MARK_EACH)),
            )
        return ReceiptEffect.ADVANCED if seq > position.receipted_seq else ReceiptEffect.LOWERED

    def new_epoch(self) -> str:
        """Begin to count anew: what is not receipted is 1, 2, 3 ... of a new epoch."""
        epoch = new_id()
        with self._change() as connection:
            for lane, position in self._positions.items():
                connection.execute(
                    "UPDATE record SET epoch = ?, seq = seq - ?"
                    " WHERE lane = ? AND epoch = ? AND seq > ?",
                    (epoch, position.receipted_seq, lane, self._epoch, position.receipted_seq),
                )
            connection.execute(
                "UPDATE position SET last_seq = last_seq - receipted_seq, receipted_seq = 0"
            )
            connection.execute("UPDATE meta SET value = ? WHERE name = 'epoch'", (epoch,))
        self._epoch = epoch
        return epoch

    def prune(self, *, now: datetime) -> int:
        """Forget one bounded step of records whose receipt is older than `KEPT_AFTER_RECEIPT`.

        Returns:
            How many were forgotten; call again while it is not 0.
        """
        due_ms = to_ms(now - KEPT_AFTER_RECEIPT)
        marks = self._connection.execute(
            "SELECT lane, epoch, max(seq) FROM mark WHERE at_ms <= ? GROUP BY lane, epoch",
            (due_ms,),
        ).fetchall()
        forgotten = 0
        if not marks:
            return 0
        with self._change() as connection:
            for lane, epoch, seq in marks:
                receipted = self._positions[Lane(lane)].receipted_seq
                safe = min(seq, receipted) if epoch == self._epoch else seq
                step = connection.execute(
                    _PRUNE, (*(lane, epoch, safe) * 2, PRUNED_AT_ONCE)
                ).rowcount
                forgotten += step
                if not step:
                    connection.execute(_PRUNE_MARKS, (lane, epoch, due_ms))
        return forgotten

    def states(self) -> dict[str, bytes]:
        """Return the last state of each device, by name."""
        return dict(self._connection.execute("SELECT device, state FROM state"))

    def quarantined(self) -> list[Quarantined]:
        """Return the newest bad messages, oldest first."""
        rows = self._connection.execute(
            "SELECT topic, payload, code, place, found, allowed, remedy FROM quarantine ORDER BY id"
        )
        return [
            Quarantined(
                topic=topic,
                payload=payload,
                problem=Problem(code=code, where=where, found=found, allowed=allowed, do=do),
            )
            for topic, payload, code, where, found, allowed, do in rows
        ]

    def quarantine_counts(self) -> dict[str, int]:
        """Return how often each code was booked since the file was made."""
        return dict(self._connection.execute("SELECT code, times FROM quarantine_count"))

    def close(self) -> None:
        """Close the file; a second time is harmless."""
        self._connection.close()

    def _insert(
        self,
        connection: sqlite3.Connection,
        reading: Reading,
        last: dict[Lane, int],
        booked: tuple[str, str, int],
    ) -> None:
        lane = SPECS[reading.quantity].lane
        row = (
            lane.value,
            self._epoch,
            last[lane] + 1,
            *booked,
            to_ms(reading.observed_at),
            reading.sensor,
            reading.quantity.value,
            reading.value,
            encode_reading(reading),
        )
        if connection.execute(_INSERT, row).rowcount:
            last[lane] += 1

    def _seen_ms(self) -> int:
        row = self._connection.execute("SELECT value FROM meta WHERE name = 'seen_ms'").fetchone()
        return int(row[0])

    def _load_positions(self) -> dict[Lane, Position]:
        rows = self._connection.execute("SELECT lane, last_seq, receipted_seq FROM position")
        return {
            Lane(lane): Position(last_seq=last, receipted_seq=receipted)
            for lane, last, receipted in rows
        }

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        with transaction(self._connection) as connection:
            yield connection
        self._positions = self._load_positions()


_INSERT = """
    INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (observed_ms, sensor, quantity, value) DO NOTHING
"""
_PRUNE = """
    DELETE FROM record WHERE lane = ? AND epoch = ? AND seq <= ? AND seq IN (
        SELECT seq FROM record WHERE lane = ? AND epoch = ? AND seq <= ?
        ORDER BY seq LIMIT ?
    )
"""
_PRUNE_MARKS = "DELETE FROM mark WHERE lane = ? AND epoch = ? AND at_ms <= ?"


def _quarantine(
    connection: sqlite3.Connection, quarantined: Sequence[Quarantined], now: datetime
) -> None:
    for bad in quarantined:
        problem = bad.problem
        connection.execute(
            "INSERT INTO quarantine"
            " (at_ms, topic, payload, code, place, found, allowed, remedy)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                to_ms(now),
                bad.topic,
                bad.payload[:QUARANTINED_BYTES],
                problem.code,
                problem.where,
                problem.found,
                problem.allowed,
                problem.do,
            ),
        )
        connection.execute(
            "INSERT INTO quarantine_count VALUES (?, 1)"
            " ON CONFLICT DO UPDATE SET times = times + 1",
            (problem.code,),
        )
    if quarantined:
        connection.execute(
            "DELETE FROM quarantine WHERE id <= (SELECT max(id) FROM quarantine) - ?",
            (MOST_QUARANTINED,),
        )
