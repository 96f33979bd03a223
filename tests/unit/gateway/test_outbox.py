"""What the outbox has taken is safe, has one number for ever, and is forgotten when it may be."""

import sqlite3
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.errors import Problem
from domain.ids import SensorId
from domain.quantity import Lane, Quantity
from domain.reading import ClockQuality, Reading
from gateway.bad_messages import MOST_QUARANTINED, QUARANTINED_BYTES, Quarantined
from gateway.late_clock import LONGEST_HELD
from gateway.outbox import Outbox
from gateway.receipts import KEPT_AFTER_RECEIPT, PRUNED_AT_ONCE, ReceiptEffect
from gateway.runs import MAX_RUN_BYTES
from messaging.envelope import MAX_BYTES
from messaging.senml import GapMarker, decode_record

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
PROBLEM = Problem(code="MQT-040", where="a", found="b", allowed="c", do="d")


def a_reading(number: int, *, quantity: Quantity = Quantity.MOTION, value: float = 1.0) -> Reading:
    """Return a reading that differs from those with other numbers."""
    at = NOW + timedelta(seconds=number)
    return Reading(sensor=SensorId("s-1"), quantity=quantity, value=value, observed_at=at)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the outbox lies."""
    return tmp_path / "outbox.db"


def _fill(outbox: Outbox, count: int, *, start: int = 0) -> None:
    outbox.append([a_reading(i) for i in range(start, start + count)], now=NOW)


def _sent(outbox: Outbox, lane: Lane = Lane.NORMAL, after: int = 0) -> list[Reading | GapMarker]:
    run = outbox.run_after(lane, after, most=500)
    return [decode_record(raw, where="test") for raw in run.records]


def test_records_get_numbers_in_their_order(path: Path) -> None:
    """The first record of an outbox is 1, the next 2, in the order in which they were given."""
    outbox = Outbox.open(path, now=NOW)
    _fill(outbox, 3)
    _fill(outbox, 2, start=3)

    run = outbox.run_after(Lane.NORMAL, 1, most=3)

    assert (run.first_seq, run.end_seq, run.last_seq) == (2, 4, 5)
    assert [decode_record(raw, where="test") for raw in run.records] == [
        a_reading(i) for i in (1, 2, 3)
    ]


def test_help_goes_into_the_urgent_lane(path: Path) -> None:
    """A press has numbers of its own and never waits behind movement."""
    outbox = Outbox.open(path, now=NOW)
    outbox.append([a_reading(1), a_reading(2, quantity=Quantity.HELP)], now=NOW)

    assert outbox.position(Lane.NORMAL).last_seq == 1
    assert _sent(outbox, Lane.URGENT) == [a_reading(2, quantity=Quantity.HELP)]


def test_same_reading_is_kept_once_and_takes_no_number(path: Path) -> None:
    """A reading that comes again, in one call or later, leaves no hole in the numbers."""
    outbox = Outbox.open(path, now=NOW)

    new = outbox.append([a_reading(1), a_reading(1), a_reading(2)], now=NOW)
    again = outbox.append([a_reading(2), a_reading(3)], now=NOW)

    assert (new, again) == (2, 1)
    assert outbox.run_after(Lane.NORMAL, 0, most=9).end_seq == 3
    assert _sent(outbox) == [a_reading(i) for i in (1, 2, 3)]


def test_everything_is_there_after_a_restart(path: Path) -> None:
    """Records, numbers, epoch, device states and how far the home is known survive."""
    outbox = Outbox.open(path, now=NOW)
    until = NOW + timedelta(minutes=5)
    outbox.append([a_reading(1)], now=NOW, states={"door": b"{}"}, seen_until=until)
    outbox.receipt(Lane.NORMAL, outbox.epoch, 1, now=NOW)
    _fill(outbox, 2, start=2)
    epoch = outbox.epoch
    outbox.close()

    again = Outbox.open(path, now=NOW + timedelta(days=1))

    assert again.epoch == epoch
    assert again.position(Lane.NORMAL).receipted_seq == 1
    assert again.unreceipted() == 2
    assert again.states() == {"door": b"{}"}
    assert again.run_after(Lane.NORMAL, 1, most=9).seen_until == until


def test_failed_commit_changes_nothing(path: Path) -> None:
    """All of a call is kept or nothing of it: a record without its state would repeat a change."""
    outbox = Outbox.open(path, now=NOW)
    broken = Quarantined(topic="t", payload=None, problem=PROBLEM)  # type: ignore[arg-type]

    with pytest.raises(TypeError):
        outbox.append([a_reading(1)], now=NOW, states={"door": b"1"}, quarantined=[broken])

    assert outbox.unreceipted() == 0
    assert outbox.states() == {}
    assert outbox.append([a_reading(1)], now=NOW) == 1


def test_file_is_flushed_and_private(path: Path) -> None:
    """A commit survives a power cut (FULL), and nobody else reads who was home when."""
    outbox = Outbox.open(path, now=NOW)
    (synchronous,) = outbox._connection.execute("PRAGMA synchronous").fetchone()
    (mode,) = outbox._connection.execute("PRAGMA journal_mode").fetchone()
    _fill(outbox, 1)

    assert (synchronous, mode) == (2, "wal")
    for file in path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file.name


def test_run_ends_where_the_clock_quality_changes(path: Path) -> None:
    """One envelope says one thing about its times."""
    outbox = Outbox.open(path, now=NOW)
    _fill(outbox, 2)
    outbox.append([a_reading(5)], now=NOW, clock=ClockQuality.UNKNOWN)

    outbox.tick(now=NOW, mono_ms=LONGEST_HELD // timedelta(milliseconds=1))
    first = outbox.run_after(Lane.NORMAL, 0, most=9)
    second = outbox.run_after(Lane.NORMAL, first.end_seq, most=9)

    assert (first.end_seq, first.clock) == (2, ClockQuality.SYNCED)
    assert (second.end_seq, second.clock) == (3, ClockQuality.UNKNOWN)


def test_run_fits_an_envelope(path: Path) -> None:
    """However long the names are, a run stays below what the server admits."""
    outbox = Outbox.open(path, now=NOW)
    readings = [
        Reading(
            sensor=SensorId("x" * 32),
            quantity=Quantity.ILLUMINANCE,
            value=i / 7,
            observed_at=NOW + timedelta(milliseconds=i),
        )
        for i in range(900)
    ]
    outbox.append(readings, now=NOW)

    run = outbox.run_after(Lane.NORMAL, 0, most=900)

    assert 400 < len(run.records) < 900
    assert sum(len(record) + 1 for record in run.records) <= MAX_RUN_BYTES < MAX_BYTES


def test_receipt_moves_on_and_a_repeat_is_known(path: Path) -> None:
    """A receipt is booked once; the same again has no effect."""
    outbox = Outbox.open(path, now=NOW)
    _fill(outbox, 5)

    assert outbox.receipt(Lane.NORMAL, outbox.epoch, 3, now=NOW) is ReceiptEffect.ADVANCED
    assert outbox.receipt(Lane.NORMAL, outbox.epoch, 3, now=NOW) is ReceiptEffect.KNOWN
    assert outbox.receipt(Lane.NORMAL, "e-other", 5, now=NOW) is ReceiptEffect.FOREIGN
    assert outbox.receipt(Lane.URGENT, outbox.epoch, 0, now=NOW) is ReceiptEffect.KNOWN
    assert outbox.unreceipted() == 2


def test_lower_receipt_brings_the_same_records_again(path: Path) -> None:
    """A restored server gets the same records under the same numbers."""
    outbox = Outbox.open(path, now=NOW)
    _fill(outbox, 5)
    before = outbox.run_after(Lane.NORMAL, 2, most=9)
    outbox.receipt(Lane.NORMAL, outbox.epoch, 5, now=NOW)

    assert outbox.receipt(Lane.NORMAL, outbox.epoch, 2, now=NOW) is ReceiptEffect.LOWERED
    assert outbox.run_after(Lane.NORMAL, 2, most=9) == before
    assert outbox.unreceipted() == 3


def test_receipt_beyond_the_last_number_begins_anew(path: Path) -> None:
    """After a restored card the server knows numbers that we never gave: nothing may be lost."""
    outbox = Outbox.open(path, now=NOW)
    _fill(outbox, 3)
    old = outbox.epoch

    assert outbox.receipt(Lane.NORMAL, old, 9, now=NOW) is ReceiptEffect.NEW_EPOCH
    assert outbox.epoch != old
    assert _sent(outbox) == [a_reading(i) for i in range(3)]


def test_new_epoch_renumbers_what_is_not_receipted(path: Path) -> None:
    """In a new epoch the unreceipted records are 1, 2, 3; the receipted ones are not sent again."""
    outbox = Outbox.open(path, now=NOW)
    _fill(outbox, 5)
    outbox.receipt(Lane.NORMAL, outbox.epoch, 3, now=NOW)

    outbox.new_epoch()

    run = outbox.run_after(Lane.NORMAL, 0, most=9)
    assert (run.first_seq, run.end_seq, run.last_seq) == (1, 2, 2)
    assert _sent(outbox) == [a_reading(3), a_reading(4)]
    _fill(outbox, 1, start=9)
    assert outbox.run_after(Lane.NORMAL, 2, most=9).end_seq == 3


def test_receipted_records_are_kept_for_seven_days(path: Path) -> None:
    """Seven days after its receipt a record is forgotten, not before, in bounded steps."""
    outbox = Outbox.open(path, now=NOW)
    count = PRUNED_AT_ONCE + 10
    _fill(outbox, count + 5)
    outbox.receipt(Lane.NORMAL, outbox.epoch, count, now=NOW)
    just_before = NOW + KEPT_AFTER_RECEIPT - timedelta(seconds=1)
    due = NOW + KEPT_AFTER_RECEIPT

    assert outbox.prune(now=just_before) == 0
    assert [outbox.prune(now=due) for _ in range(4)] == [PRUNED_AT_ONCE, 10, 0, 0]
    assert _sent(outbox, after=count) == [a_reading(i) for i in range(count, count + 5)]


def test_unreceipted_records_are_never_forgotten(path: Path) -> None:
    """A server that took a receipt back holds the forgetting up, however old the receipt was."""
    outbox = Outbox.open(path, now=NOW)
    _fill(outbox, 10)
    outbox.receipt(Lane.NORMAL, outbox.epoch, 10, now=NOW)
    outbox.receipt(Lane.NORMAL, outbox.epoch, 4, now=NOW)

    assert outbox.prune(now=NOW + timedelta(days=30)) == 4
    assert _sent(outbox, after=4) == [a_reading(i) for i in range(4, 10)]


def test_forgotten_records_stand_as_a_gap(path: Path) -> None:
    """Asked for what it has forgotten, a gateway names exactly those numbers."""
    outbox = Outbox.open(path, now=NOW)
    _fill(outbox, 10)
    outbox.receipt(Lane.NORMAL, outbox.epoch, 6, now=NOW)
    outbox.prune(now=NOW + timedelta(days=8))
    outbox.receipt(Lane.NORMAL, outbox.epoch, 2, now=NOW)

    run = outbox.run_after(Lane.NORMAL, 2, most=3)

    contents = [decode_record(raw, where="test") for raw in run.records]
    assert contents == [GapMarker(first_seq=3, last_seq=6), a_reading(6), a_reading(7)]
    assert (run.first_seq, run.end_seq) == (3, 8)


def test_all_forgotten_is_one_gap(path: Path) -> None:
    """Also when nothing at all is left."""
    outbox = Outbox.open(path, now=NOW)
    _fill(outbox, 4)
    outbox.receipt(Lane.NORMAL, outbox.epoch, 4, now=NOW)
    outbox.prune(now=NOW + timedelta(days=8))
    outbox.receipt(Lane.NORMAL, outbox.epoch, 0, now=NOW)

    assert _sent(outbox) == [GapMarker(first_seq=1, last_seq=4)]
    assert outbox.run_after(Lane.NORMAL, 0, most=9).end_seq == 4


def test_empty_run_says_how_far_the_lane_is(path: Path) -> None:
    """A heartbeat carries no record, only up to when the newest one is all that happened."""
    outbox = Outbox.open(path, now=NOW)
    _fill(outbox, 3)

    run = outbox.run_after(Lane.NORMAL, 3, most=0)

    assert (run.first_seq, run.end_seq, run.last_seq, run.records) == (4, 3, 3, ())
    assert run.seen_until == NOW


def test_quarantine_keeps_the_newest_and_counts_all(path: Path) -> None:
    """A mad device fills neither the card nor a person's day, and its count is known."""
    outbox = Outbox.open(path, now=NOW)
    payload = b"x" * (QUARANTINED_BYTES * 2)
    bad = [
        Quarantined(topic=f"t/{i}", payload=payload, problem=PROBLEM)
        for i in range(MOST_QUARANTINED + 50)
    ]
    outbox.append([], now=NOW, quarantined=bad)

    kept = outbox.quarantined()

    assert [one.topic for one in kept] == [one.topic for one in bad[50:]]
    assert {len(one.payload) for one in kept} == {QUARANTINED_BYTES}
    assert kept[0].problem == PROBLEM
    assert outbox.quarantine_counts() == {"MQT-040": MOST_QUARANTINED + 50}


@pytest.mark.parametrize("damage", ["text", "cut", "head", "middle"])
def test_damaged_file_is_set_aside_and_said(path: Path, damage: str) -> None:
    """A broken card does not stop the home: a new epoch begins and the old file is kept."""
    outbox = Outbox.open(path, now=NOW)
    _fill(outbox, 2000)
    epoch = outbox.epoch
    outbox._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    outbox.close()
    raw = path.read_bytes()
    half = len(raw) // 2
    match damage:
        case "text":
            path.write_bytes(b"not a database at all, but long enough to be looked at" * 100)
        case "cut":
            path.write_bytes(raw[:half])
        case "head":
            path.write_bytes(b"\xff" * 100 + raw[100:])
        case _:
            path.write_bytes(raw[:half] + b"\xa5" * 20_000 + raw[half + 20_000 :])

    again = Outbox.open(path, now=NOW)

    assert again.epoch != epoch
    assert again.quarantine_counts() == {"GTW-001": 1}
    assert again.append([a_reading(5000)], now=NOW) == 1
    found = path.parent.glob("outbox.db.damaged-*")
    (aside,) = [one for one in found if not one.name.endswith(("-wal", "-shm"))]
    assert aside.stat().st_size > 0


def test_full_disk_is_an_error_and_loses_nothing(path: Path) -> None:
    """When the card is full the call fails, and what was there is still there."""
    outbox = Outbox.open(path, now=NOW)
    _fill(outbox, 10)
    outbox._connection.execute("PRAGMA max_page_count = 20")

    with pytest.raises(sqlite3.OperationalError):
        _fill(outbox, 5000, start=100)

    assert outbox.unreceipted() == 10
    outbox._connection.execute("PRAGMA max_page_count = 100000")
    _fill(outbox, 5, start=100)
    assert outbox.unreceipted() == 15


def test_mistaken_counter_begins_anew(path: Path) -> None:
    """A number that is taken is never given again; the server would call it a repeat."""
    outbox = Outbox.open(path, now=NOW)
    _fill(outbox, 3)
    epoch = outbox.epoch
    outbox._connection.execute("UPDATE position SET last_seq = 1 WHERE lane = 'normal'")
    outbox.close()

    again = Outbox.open(path, now=NOW)

    assert again.epoch != epoch
    assert again.append([a_reading(50)], now=NOW) == 1
    assert _sent(again) == [a_reading(i) for i in (0, 1, 2, 50)]
