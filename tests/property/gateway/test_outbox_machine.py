"""Whatever happens in whatever order, no reading is lost, doubled or given a second identity."""

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from domain.ids import SensorId
from domain.quantity import SPECS, Lane, Quantity
from domain.reading import Reading
from gateway.outbox import Outbox
from gateway.receipts import ReceiptEffect
from gateway.room import drop_step
from messaging.senml import GapMarker, decode_record

START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


class OutboxMachine(RuleBasedStateMachine):
    """An outbox, a model of what it owes, and a server that keeps what it is sent."""

    def __init__(self) -> None:
        """Begin with an empty outbox and an empty server."""
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self._path = Path(self._folder.name) / "outbox.db"
        self._now = START
        self._outbox = Outbox.open(self._path, now=self._now)
        self._given: dict[Lane, list[Reading]] = {lane: [] for lane in Lane}
        """Every distinct reading, in the order in which it was given."""
        self._epochs = 0
        self._server: dict[tuple[Lane, str], dict[int, Reading | GapMarker]] = {}
        self._pointer = dict.fromkeys(Lane, 0)
        self._forgotten: set[Reading] = set()
        self._has_dropped = False

    def teardown(self) -> None:
        """Close the file."""
        self._outbox.close()
        self._folder.cleanup()

    @rule(
        batch=st.lists(
            st.tuples(st.integers(0, 40), st.sampled_from([Quantity.MOTION, Quantity.HELP])),
            max_size=8,
        )
    )
    def append(self, batch: list[tuple[int, Quantity]]) -> None:
        """Give some readings, some of them for the second time."""
        readings = [
            Reading(
                sensor=SensorId("s-1"),
                quantity=quantity,
                value=1.0,
                observed_at=START + timedelta(seconds=number),
            )
            for number, quantity in batch
        ]
        # What was forgotten may come again as new; no radio repeats itself after a week.
        readings = [one for one in readings if one not in self._forgotten]
        new = 0
        for reading in readings:
            lane = SPECS[reading.quantity].lane
            if reading not in self._given[lane]:
                self._given[lane].append(reading)
                new += 1

        assert self._outbox.append(readings, now=self._now) == new

    @rule(lane=st.sampled_from(Lane), most=st.integers(1, 7))
    def send(self, lane: Lane, most: int) -> None:
        """Send one envelope; the server keeps it and finds no contradiction."""
        run = self._outbox.run_after(lane, self._pointer[lane], most=most)
        journal = self._server.setdefault((lane, run.epoch), {})
        seq = run.first_seq
        for raw in run.records:
            content = decode_record(raw, where="test")
            if isinstance(content, GapMarker):
                assert content.first_seq == seq
                for number in range(content.first_seq, content.last_seq + 1):
                    journal.setdefault(number, content)
                seq = content.last_seq + 1
            else:
                assert journal.setdefault(seq, content) in (content, journal[seq])
                assert not isinstance(journal[seq], Reading) or journal[seq] == content
                seq += 1
        assert seq == run.end_seq + 1
        assert len(run.records) <= most
        self._pointer[lane] = run.end_seq

    @rule(lane=st.sampled_from(Lane))
    def receipt(self, lane: Lane) -> None:
        """Receipt what the server has of the present epoch."""
        self._book(lane, self._head(lane))

    @rule(lane=st.sampled_from(Lane), lost=st.integers(1, 5))
    def restore_server(self, lane: Lane, lost: int) -> None:
        """Put an old backup of the server in place: its last records are gone."""
        journal = self._server.setdefault((lane, self._outbox.epoch), {})
        for number in sorted(journal)[-lost:]:
            del journal[number]
        self._book(lane, self._head(lane))

    @rule()
    def restart(self) -> None:
        """Kill the gateway and start it again."""
        self._outbox.close()
        self._outbox = Outbox.open(self._path, now=self._now)
        self._rewind()

    @rule()
    def new_epoch(self) -> None:
        """Begin to count anew."""
        self._outbox.new_epoch()
        self._epochs += 1
        self._rewind()

    @precondition(lambda self: self._epochs == 0)
    @rule(most=st.integers(1, 5))
    def drop(self, most: int) -> None:
        """Drop what can best be spared; a call for help without a receipt never is."""
        before = {lane: self._kept(lane) for lane in Lane}
        owed = self._owed(Lane.URGENT)
        _, count = drop_step(self._outbox._connection, epoch=self._outbox.epoch, most=most)
        gone = [one for lane in Lane for one in before[lane] - self._kept(lane)]
        readings = [one for one in gone if isinstance(one, Reading)]
        assert len(readings) == count <= most
        assert not set(owed) & set(readings)
        self._forgotten.update(readings)
        self._has_dropped |= count > 0

    @precondition(lambda self: self._epochs == 0 and not self._has_dropped)
    @rule(days=st.integers(1, 8))
    def age(self, days: int) -> None:
        """Let days pass and forget what may be forgotten."""
        self._now += timedelta(days=days)
        while self._outbox.prune(now=self._now):
            pass
        for lane in Lane:
            kept = self._kept(lane)
            gone = [one for one in self._given[lane] if one not in kept]
            receipted = self._outbox.position(lane).receipted_seq
            assert gone == self._given[lane][: len(gone)]
            assert len(gone) <= receipted
            self._forgotten.update(gone)

    @invariant()
    def nothing_is_lost(self) -> None:
        """Each reading is on the server, or in the outbox above the receipt, or both."""
        for lane in Lane:
            there = {
                content
                for (one, _), journal in self._server.items()
                if one is lane
                for content in journal.values()
            }
            owed = self._owed(lane)
            for reading in self._given[lane]:
                if reading not in self._forgotten:
                    assert reading in there or reading in owed

    @invariant()
    def nothing_receipted_has_two_identities(self) -> None:
        """What was receipted is not sent under another number, in any epoch."""
        for lane in Lane:
            owed = self._owed(lane)
            assert len(owed) == len(set(owed))
            journal = self._server.get((lane, self._outbox.epoch), {})
            for number in range(1, self._outbox.position(lane).receipted_seq + 1):
                assert journal[number] not in owed

    def _book(self, lane: Lane, seq: int) -> None:
        before = self._outbox.position(lane)
        effect = self._outbox.receipt(lane, self._outbox.epoch, seq, now=self._now)
        match effect:
            case ReceiptEffect.ADVANCED:
                assert seq > before.receipted_seq
                self._pointer[lane] = max(self._pointer[lane], seq)
            case ReceiptEffect.KNOWN:
                assert seq == before.receipted_seq
            case ReceiptEffect.LOWERED:
                assert seq < before.receipted_seq
                self._pointer[lane] = seq
            case _:
                raise AssertionError(effect)
        assert self._outbox.position(lane).receipted_seq == seq

    def _head(self, lane: Lane) -> int:
        journal, seq = self._server.get((lane, self._outbox.epoch), {}), 0
        while seq + 1 in journal:
            seq += 1
        return seq

    def _owed(self, lane: Lane) -> list[Reading | GapMarker]:
        after = self._outbox.position(lane).receipted_seq
        run = self._outbox.run_after(lane, after, most=500)
        return [decode_record(raw, where="test") for raw in run.records]

    def _kept(self, lane: Lane) -> set[Reading | GapMarker]:
        run = self._outbox.run_after(lane, 0, most=500)
        return {decode_record(raw, where="test") for raw in run.records}

    def _rewind(self) -> None:
        for lane in Lane:
            self._pointer[lane] = self._outbox.position(lane).receipted_seq


TestOutbox = OutboxMachine.TestCase
TestOutbox.settings = settings(max_examples=60, stateful_step_count=40)
