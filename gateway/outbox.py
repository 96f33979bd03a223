"""The outbox: what a gateway has heard and may not forget, in one SQLite file (WAL, FULL).

One connection, used by one thread at a time (`gateway.keeper`). What `append` returned from is safe
against a power cut. Sequence numbers are given here and nowhere else.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Self

from domain.ids import new_id
from domain.moments import from_ms, to_ms
from domain.quantity import SPECS, Lane
from domain.reading import ClockQuality, Reading
from gateway import bad_messages, late_clock, outbox_records, receipts, room, starts
from gateway.bad_messages import Quarantined
from gateway.late_clock import ClockSet
from gateway.opening import OpenFile, open_file
from gateway.outbox_file import boot_id, transaction, used_bytes
from gateway.outbox_records import Booked
from gateway.receipts import Position, ReceiptEffect
from gateway.room import Room, Spared
from gateway.runs import Run, pack
from messaging.senml import NO_TIME

MOST_BYTES = 256 * 1024 * 1024
"""Where a file stops to grow if nothing else is set: about two years of a home that nobody hears
(2,000 readings a day of 180 bytes), and little on a card of 16 GB."""


class Outbox:
    """The open file. Not safe for two threads at once."""

    def __init__(self, file: OpenFile, *, boot: str, most_bytes: int) -> None:
        """Use `open`."""
        self._file, self._connection, self._boot = file, file.connection, boot
        self._room = Room(file.connection, file.path, most_bytes=most_bytes)
        self._epoch = self._meta("epoch")
        self._held_from: int | None = None
        self._positions: dict[Lane, Position] = {}
        self._hold(mono_ms=0)

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        now: datetime,
        most_bytes: int = MOST_BYTES,
        clock: ClockQuality = ClockQuality.SYNCED,
    ) -> Self:
        """Open or make the file (mode 0600).

        A damaged one is set aside, what can be read of it is taken over, and it is said so.

        Args:
            path: The SQLite file; its folder must exist.
            now: Up to when a new outbox claims to know its home: nothing came before it.
            most_bytes: What can be spared is dropped when the file holds more than this.
            clock: How far `now` can be trusted.

        Raises:
            sqlite3.OperationalError: The file cannot be made, the disk is full, or another process
                writes to it.
        """
        file = open_file(path)
        known = NO_TIME if clock is ClockQuality.UNKNOWN else now
        with transaction(file.connection) as connection:
            connection.execute("INSERT OR IGNORE INTO meta VALUES ('epoch', ?)", (new_id(),))
            connection.execute("INSERT OR IGNORE INTO meta VALUES ('seen_ms', ?)", (to_ms(known),))
            connection.executemany(
                "INSERT OR IGNORE INTO position VALUES (?, 0, 0, 0)", [(lane,) for lane in Lane]
            )
        outbox = cls(file, boot=boot_id(), most_bytes=most_bytes)
        if file.damage is not None:
            lost = Quarantined(topic="", payload=b"", problem=file.damage)
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

        When there is no room, what can best be spared is dropped first (`gateway.room`), and a
        large batch goes in parts: one that is cut off is given again, and is passed over then.

        Args:
            readings: In the order in which they get their sequence numbers; any number.
            now: When they are booked; aware, UTC.
            states: New last states of devices, by name.
            quarantined: Messages that could not be used.
            seen_until: All that happened in the home until then is in this call or was before;
                not believed while the clock is unknown.
            clock: How far `now` and `observed_at` can be trusted.
            mono_ms: Milliseconds of the machine's monotonic clock at `now`, for a later correction.

        Returns:
            How many readings are new. They survive a power cut from now on.

        Raises:
            sqlite3.OperationalError: There is no room and nothing that may be dropped.
        """
        given = tuple(readings)
        booked = Booked(clock=clock, boot=self._boot, mono_ms=mono_ms, now=now)
        *parts, rest = self._room.parts(given)
        new = sum(self._keep(part, booked, {}, (), None) for part in parts)
        return new + self._keep(rest, booked, states or {}, quarantined, seen_until)

    def _keep(
        self,
        given: tuple[Reading, ...],
        booked: Booked,
        states: Mapping[str, bytes],
        quarantined: Sequence[Quarantined],
        seen_until: datetime | None,
    ) -> int:
        """Keep a batch, or a part of one, in one commit; see `append`."""
        is_known = booked.clock is not ClockQuality.UNKNOWN
        self._room.keep(self._epoch)

        def work() -> int:
            with self._change() as connection:
                last = {lane: position.last_seq for lane, position in self._positions.items()}
                before = sum(last.values())
                for reading in given:
                    lane = SPECS[reading.quantity].lane
                    last[lane] += outbox_records.write(
                        connection, reading, epoch=self._epoch, seq=last[lane] + 1, booked=booked
                    )
                connection.executemany(
                    "UPDATE position SET last_seq = ? WHERE lane = ?",
                    [(seq, lane) for lane, seq in last.items()],
                )
                connection.executemany(
                    "INSERT INTO state VALUES (?, ?)"
                    " ON CONFLICT DO UPDATE SET state = excluded.state",
                    list(states.items()),
                )
                if seen_until is not None and is_known:
                    self._set_meta(connection, "seen_ms", to_ms(seen_until))
                bad_messages.keep(connection, quarantined, booked.now)
            return sum(last.values()) - before

        first = self._positions[Lane.NORMAL].last_seq + 1
        new = self._room.give(work, self._epoch)
        if (
            not is_known
            and self._held_from is None
            and self.position(Lane.NORMAL).last_seq >= first
        ):
            self._held_from = first
            self._positions = self._load_positions()
        return new

    def run_after(
        self,
        lane: Lane,
        seq: int,
        *,
        most: int,
        until: int | None = None,
        epoch: str | None = None,
    ) -> Run:
        """Return the records that follow `seq`; numbers that are not kept stand as gap markers.

        Args:
            lane: Of which lane.
            seq: The number before the first.
            most: Most records (0: only how far the lane is).
            until: Last number that may be covered, if not all that may be sent.
            epoch: An epoch that has ended; the run then claims nothing of the home.
        """
        position, is_past = self._positions[lane], epoch not in (None, self._epoch)
        one_epoch = epoch if epoch is not None and is_past else self._epoch
        last = position.last_seq
        if is_past:
            last = outbox_records.last_kept(self._connection, lane, one_epoch)
        ready = last if is_past else position.ready_seq
        limit = ready if until is None else min(until, ready)
        rows, is_all = outbox_records.read(
            self._connection, lane, one_epoch, after=seq, until=limit, most=most
        )
        run = pack(rows, after=seq, until=limit, most=most, is_all=is_all)
        if run.clock is ClockQuality.UNKNOWN and not is_past:
            with transaction(self._connection) as connection:
                late_clock.release(connection, lane, run.end_seq)
        return Run(
            lane=lane,
            epoch=one_epoch,
            first_seq=seq + 1,
            end_seq=run.end_seq,
            records=run.records,
            clock=run.clock or ClockQuality.SYNCED,
            last_seq=max(last, run.end_seq),
            seen_until=NO_TIME if is_past else from_ms(int(self._meta("seen_ms"))),
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

        def work() -> None:
            with self._change() as connection:
                receipts.book(connection, lane, epoch, seq, now=now)

        self._room.give(work, self._epoch)
        return ReceiptEffect.ADVANCED if seq > position.receipted_seq else ReceiptEffect.LOWERED

    def new_epoch(self) -> str:
        """Begin to count anew: what is not receipted is 1, 2, 3 ... of a new epoch."""
        epoch = new_id()

        def work() -> None:
            with self._change() as connection:
                receipts.begin_epoch(
                    connection, old=self._epoch, new=epoch, receipted=self._receipted()
                )

        held_after = self._positions[Lane.NORMAL].receipted_seq
        self._room.give(work, self._epoch)
        self._epoch = epoch
        if self._held_from is not None:
            self._held_from = max(self._held_from - held_after, 1)
        self._positions = self._load_positions()
        return epoch

    def set_clock(self, clock: ClockSet) -> int:
        """Correct what was heard in this boot while the clock was unknown, as far as it is here.

        Returns:
            How many records got their true time; what was sent already keeps the unknown one.
        """
        with self._change() as connection:
            count = late_clock.correct(connection, clock, boot=self._boot, epoch=self._epoch)
        self._held_from = None
        self._positions = self._load_positions()
        return count

    def known_clock(self, *, mono_ms: int) -> ClockSet | None:
        """Return what time it is by what an earlier run of this boot knew; None: nothing.

        Args:
            mono_ms: The machine's monotonic clock now.
        """
        return late_clock.recall(self._connection, boot=self._boot, mono_ms=mono_ms)

    def tick(self, *, now: datetime, mono_ms: int, clock: ClockSet | None = None) -> None:
        """Commit a step, which proves that the file takes one, and let go what has waited enough.

        Args:
            now: Aware, UTC.
            mono_ms: The machine's monotonic clock: how long a record has waited for its time.
            clock: The true time where it is known; corrects what was booked without it.
        """

        def work() -> None:
            with self._change() as connection:
                self._set_meta(connection, "alive_ms", to_ms(now))
                if clock is not None:
                    late_clock.remember(connection, clock, boot=self._boot)

        self._room.give(work, self._epoch)
        if clock is not None and self._held_from is not None:
            self.set_clock(clock)
        if self._held_from is not None:
            self._hold(mono_ms=mono_ms)
        self._room.refill()

    def note_start(self, *, now: datetime) -> None:
        """Remember that the program has started, for the count of starts and boots."""

        def work() -> None:
            starts.note_start(self._connection, boot=self._boot, now=now)

        self._room.give(work, self._epoch)

    def starts(self, *, since: datetime) -> tuple[int, int]:
        """Return how often program and machine have started since then (the newest 100 count)."""
        return starts.starts(self._connection, since=since)

    def prune(self, *, now: datetime) -> int:
        """Forget one bounded step of records whose receipt is older than `KEPT_AFTER_RECEIPT`.

        Returns:
            How many were forgotten; call again while it is not 0.
        """
        if not receipts.may_forget(self._connection, now=now):
            return 0
        with self._change() as connection:
            return receipts.forget(
                connection, epoch=self._epoch, receipted=self._receipted(), now=now
            )

    def states(self) -> dict[str, bytes]:
        """Return the last state of each device, by name."""
        return dict(self._connection.execute("SELECT device, state FROM state"))

    def quarantined(self) -> list[Quarantined]:
        """Return the newest bad messages, oldest first."""
        return bad_messages.kept(self._connection)

    def quarantine_counts(self) -> dict[str, int]:
        """Return how often each code was booked since the file was made."""
        return bad_messages.counts(self._connection)

    def dropped(self) -> dict[Spared, int]:
        """Return how many records of each kind were dropped since the file was made."""
        return room.dropped(self._connection)

    def used_bytes(self) -> int:
        """Return how much of the file holds something."""
        return used_bytes(self._connection)

    @property
    def is_room_short(self) -> bool:
        """Whether the disk is full or the limit reached, so that something was dropped."""
        return self._room.is_short

    def close(self) -> None:
        """Close the file; a second time is harmless."""
        self._file.close()

    def _hold(self, *, mono_ms: int) -> None:
        """Look up which records wait for the clock."""
        self._held_from = late_clock.first_held(
            self._connection, boot=self._boot, epoch=self._epoch, mono_ms=mono_ms
        )
        self._positions = self._load_positions()

    def _receipted(self) -> dict[Lane, int]:
        return {lane: position.receipted_seq for lane, position in self._positions.items()}

    def _meta(self, name: str) -> str:
        query = "SELECT value FROM meta WHERE name = ?"
        return str(self._connection.execute(query, (name,)).fetchone()[0])

    def _set_meta(self, connection: sqlite3.Connection, name: str, value: object) -> None:
        connection.execute(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
            (name, value),
        )

    def _load_positions(self) -> dict[Lane, Position]:
        rows = self._connection.execute("SELECT lane, last_seq, receipted_seq FROM position")
        return {
            Lane(lane): Position(
                last_seq=last, receipted_seq=receipted, ready_seq=self._ready(Lane(lane), last)
            )
            for lane, last, receipted in rows
        }

    def _ready(self, lane: Lane, last_seq: int) -> int:
        if lane is not Lane.NORMAL or self._held_from is None:
            return last_seq
        return min(last_seq, self._held_from - 1)

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        with transaction(self._connection) as connection:
            yield connection
        self._positions = self._load_positions()
