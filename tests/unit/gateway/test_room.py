"""A full outbox drops what can best be spared, in order, and names exactly what it dropped."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.ids import SensorId
from domain.quantity import Lane, Quantity
from domain.reading import Reading
from gateway.outbox import Outbox
from gateway.outbox_file import RESERVE_BYTES, used_bytes
from gateway.room import Room, Spared, drop_step
from messaging.senml import GapMarker, decode_record
from tests.support.small_disk import mounted

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
NEVER_DROPPED = {Quantity.DOOR, Quantity.OPENING, Quantity.HELP}


def _reading(number: int, quantity: Quantity, value: float = 1.0) -> Reading:
    at = NOW + timedelta(seconds=number)
    sensor = SensorId(f"s-{quantity.value.replace('_', '-')}")
    return Reading(sensor=sensor, quantity=quantity, value=value, observed_at=at)


def _day(start: int, count: int) -> list[Reading]:
    """Return readings of all kinds, in turns."""
    kinds = [
        (Quantity.MOTION, 1.0),
        (Quantity.MOTION, 1.0),
        (Quantity.MOTION, 0.0),
        (Quantity.TEMPERATURE, 21.5),
        (Quantity.POWER, 95.0),
        (Quantity.DOOR, 1.0),
        (Quantity.HELP, 1.0),
        (Quantity.OPENING, 1.0),
    ]
    return [_reading(n, *kinds[n % len(kinds)]) for n in range(start, start + count)]


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    """Return an empty outbox."""
    outbox = Outbox.open(tmp_path / "outbox.db", now=NOW)
    yield outbox
    outbox.close()


def _named(outbox: Outbox, lane: Lane = Lane.NORMAL) -> tuple[set[int], dict[int, Reading]]:
    """Return the numbers that gap markers name and the readings that are sent, by number."""
    gaps: set[int] = set()
    sent: dict[int, Reading] = {}
    after, last = 0, outbox.position(lane).last_seq
    while after < last:
        run = outbox.run_after(lane, after, most=7)
        seq = run.first_seq
        for raw in run.records:
            content = decode_record(raw, where="test")
            if isinstance(content, GapMarker):
                assert content.first_seq == seq
                gaps |= set(range(seq, content.last_seq + 1))
                seq = content.last_seq + 1
            else:
                sent[seq] = content
                seq += 1
        assert seq == run.end_seq + 1
        assert len(run.records) <= 7
        after = run.end_seq
    return gaps, sent


def test_order_of_dropping(outbox: Outbox) -> None:
    """History, repeated motion, measurements, power, motion; doors, openings and help never."""
    outbox.append(_day(0, 80), now=NOW)
    outbox.receipt(Lane.NORMAL, outbox.epoch, 7, now=NOW)
    order = []
    while (step := drop_step(outbox._connection, epoch=outbox.epoch, most=3))[1]:
        order.append(step[0])

    assert list(dict.fromkeys(order)) == [
        Spared.HISTORY,
        Spared.REPEATED_MOTION,
        Spared.MEASUREMENT,
        Spared.POWER,
        Spared.MOTION,
    ]
    left = {Quantity(row[0]) for row in outbox._connection.execute("SELECT quantity FROM record")}
    assert left == NEVER_DROPPED
    assert sum(outbox.dropped().values()) == 50 + 2, (
        "of eight kinds three stay, and of history none"
    )


def test_what_is_dropped_is_exactly_what_is_named(outbox: Outbox) -> None:
    """Each number of the lane is a reading or in a gap marker, at its own place, never both."""
    given = _day(0, 200)
    outbox.append(given, now=NOW)
    normal = [one for one in given if one.quantity is not Quantity.HELP]
    for most in (3, 50, 11, 40):
        drop_step(outbox._connection, epoch=outbox.epoch, most=most)
        kept = {row[0] for row in outbox._connection.execute(_KEPT)}

        gaps, sent = _named(outbox)

        assert gaps == set(range(1, len(normal) + 1)) - kept
        assert sent == {seq: normal[seq - 1] for seq in kept}
        assert gaps


_KEPT = "SELECT seq FROM record WHERE lane = 'normal'"


def test_first_movement_and_its_end_are_kept_before_repeats_are_spared(outbox: Outbox) -> None:
    """A movement that goes on is one stretch: its first word stays, its repeats go."""
    values = (1.0, 1.0, 1.0, 0.0, 1.0, 0.0, 1.0, 1.0)
    outbox.append([_reading(n, Quantity.MOTION, v) for n, v in enumerate(values)], now=NOW)

    assert drop_step(outbox._connection, epoch=outbox.epoch, most=9) == (Spared.REPEATED_MOTION, 3)
    gaps, _ = _named(outbox)
    assert gaps == {2, 3, 8}


def test_new_epoch_keeps_the_gaps(outbox: Outbox) -> None:
    """What was dropped stays named when counting begins anew."""
    outbox.append(_day(0, 40), now=NOW)
    outbox.receipt(Lane.NORMAL, outbox.epoch, 5, now=NOW)
    drop_step(outbox._connection, epoch=outbox.epoch, most=100)
    drop_step(outbox._connection, epoch=outbox.epoch, most=100)
    gaps, _ = _named(outbox)

    outbox.new_epoch()

    assert _named(outbox)[0] == {seq - 5 for seq in gaps if seq > 5}


def test_limit_is_kept(tmp_path: Path) -> None:
    """A file that holds more than it may gets smaller; what is never dropped is all there."""
    outbox = Outbox.open(tmp_path / "outbox.db", now=NOW, most_bytes=512 * 1024)
    given = [one for day in range(40) for one in _day(day * 200, 200)]
    for start in range(0, len(given), 200):
        outbox.append(given[start : start + 200], now=NOW)

    assert outbox.is_room_short
    assert sum(outbox.dropped().values()) > 0
    _, sent = _named(outbox)
    dear = [one for one in given if one.quantity in NEVER_DROPPED - {Quantity.HELP}]
    assert [one for one in sent.values() if one.quantity in NEVER_DROPPED] == dear
    assert len(_named(outbox, Lane.URGENT)[1]) == 1_000
    outbox.close()


def test_full_disk_drops_and_goes_on(tmp_path: Path) -> None:
    """On a disk of 2 MB, with no receipt, doors and presses all stay, and the rest is named."""
    with mounted(tmp_path / "card", megabytes=2) as folder:
        outbox = Outbox.open(folder / "outbox.db", now=NOW)
        given = [one for day in range(35) for one in _day(day * 200, 200)]
        for start in range(0, len(given), 20):
            outbox.append(given[start : start + 20], now=NOW)

        assert used_bytes(outbox._connection) < 2 * 1024 * 1024
        assert outbox.is_room_short
        dear = [one for one in given if one.quantity in {Quantity.DOOR, Quantity.OPENING}]
        gaps, sent = _named(outbox)
        assert [one for one in sent.values() if one.quantity in NEVER_DROPPED] == dear
        assert len(gaps) + len(sent) == outbox.position(Lane.NORMAL).last_seq
        outbox.close()


def test_outbox_opens_on_a_full_disk(tmp_path: Path) -> None:
    """The reserve is given away when there is not even room to open."""
    with mounted(tmp_path / "card", megabytes=2) as folder:
        outbox = Outbox.open(folder / "outbox.db", now=NOW)
        outbox.append(_day(0, 200), now=NOW)
        outbox.close()
        reserve = folder / "outbox.db.reserve"
        assert reserve.stat().st_size == RESERVE_BYTES
        _fill_up(folder)

        again = Outbox.open(folder / "outbox.db", now=NOW)

        assert again.unreceipted() == 200
        assert again.append(_day(200, 20), now=NOW) == 20
        again.close()


def _fill_up(folder: Path) -> None:
    with (folder / "other").open("wb", buffering=0) as file:
        try:
            while file.write(b"x" * 512):
                pass
        except OSError:
            return


def test_a_large_batch_goes_in_parts_while_there_is_little_room(tmp_path: Path) -> None:
    """Each part fits into what was freed for it; with room a batch is one commit, also no batch."""
    with closing(sqlite3.connect(tmp_path / "outbox.db")) as connection:
        room = Room(connection, tmp_path / "outbox.db", most_bytes=10**9)
        given = tuple(range(250))

        assert room.parts(given) == [given]
        assert room.parts(()) == [()]
        room.is_short = True
        assert [len(part) for part in room.parts(given)] == [100, 100, 50]
        assert [each for part in room.parts(given) for each in part] == list(given)
        assert room.parts(()) == [()]
