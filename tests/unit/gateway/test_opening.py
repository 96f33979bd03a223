"""A power cut is no damage, damage that SQLite passes over is, and saving may be cut off."""

import shutil
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.ids import SensorId
from domain.quantity import Lane, Quantity
from domain.reading import Reading
from gateway import opening
from gateway.opening import MOST_SET_ASIDE, suspect
from gateway.outbox import Outbox
from gateway.outbox_file import SCHEMA_VERSION, connect
from gateway.pages import FRAME_HEADER_BYTES, PAGE_BYTES, WAL_HEADER_BYTES, frames
from gateway.salvage import is_log_damaged
from messaging.senml import decode_record

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
FRAME_BYTES = FRAME_HEADER_BYTES + PAGE_BYTES


def _reading(number: int) -> Reading:
    return Reading(
        sensor=SensorId("s-1"),
        quantity=Quantity.MOTION,
        value=1.0,
        observed_at=NOW + timedelta(seconds=number),
    )


def _cut_off(folder: Path, *, commits: int, generations: int = 1) -> Path:
    """Return an outbox as a power cut leaves it, its log begun anew some times before."""
    live, path = folder / "live.db", folder / "outbox.db"
    outbox = Outbox.open(live, now=NOW)
    outbox._connection.execute("PRAGMA wal_autocheckpoint = 0")
    for generation in range(generations):
        outbox._connection.execute("PRAGMA wal_checkpoint(RESTART)")
        # Each generation is shorter than the one before, so that something of that is left behind.
        for number in range(commits - generation * 3):
            outbox.append([_reading(100 * generation + number)], now=NOW)
    for suffix in ("", "-wal"):
        shutil.copy(f"{live}{suffix}", f"{path}{suffix}")
    outbox.close()
    return path


def _log(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


@pytest.mark.parametrize("generations", [1, 2, 3])
def test_power_cut_is_no_damage(tmp_path: Path, generations: int) -> None:
    """Wherever the log ends, and whatever an earlier one left behind it, it is sound."""
    path = _cut_off(tmp_path, commits=12, generations=generations)
    log = _log(path).read_bytes()

    for end in range(WAL_HEADER_BYTES, len(log), FRAME_BYTES // 3):
        assert not is_log_damaged(log[:end])
    outbox = Outbox.open(path, now=NOW)
    assert outbox.quarantine_counts() == {}
    outbox.close()


def test_last_commit_may_be_torn_anywhere(tmp_path: Path) -> None:
    """What was not finished when the power went was never promised to anybody."""
    path = _cut_off(tmp_path, commits=6)
    log = bytearray(_log(path).read_bytes())
    commits = [n for n, frame in enumerate(frames(bytes(log))) if frame.is_commit]
    for number in range(commits[-2] + 1, commits[-1] + 1):
        torn = bytearray(log)
        place = WAL_HEADER_BYTES + number * FRAME_BYTES + FRAME_HEADER_BYTES + 100
        torn[place : place + 50] = b"\0" * 50
        assert not is_log_damaged(bytes(torn))


def test_damage_before_a_finished_commit_is_damage(tmp_path: Path) -> None:
    """SQLite would throw away all that follows, in silence; we keep it."""
    path = _cut_off(tmp_path, commits=12)
    log = bytearray(_log(path).read_bytes())
    place = WAL_HEADER_BYTES + (len(log) // FRAME_BYTES // 2) * FRAME_BYTES + 2_000
    log[place] ^= 1
    _log(path).write_bytes(log)
    assert is_log_damaged(bytes(log))

    outbox = Outbox.open(path, now=NOW)

    run = outbox.run_after(Lane.NORMAL, 0, most=50)
    told = [decode_record(raw, where="test") for raw in run.records]
    assert [one for one in told if isinstance(one, Reading)] == [_reading(n) for n in range(12)]
    assert outbox.quarantine_counts() == {"GTW-001": 1}
    outbox.close()


@pytest.mark.parametrize("function", ["_take_over", "_take_saved", "_set_aside"])
def test_saving_that_is_cut_off_is_begun_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: str
) -> None:
    """Power that fails while an outbox is being saved costs nothing: the next start goes on."""
    path = _cut_off(tmp_path, commits=9)
    suspect(path)

    def fails(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(opening, function, fails)
        with pytest.raises(KeyboardInterrupt):
            Outbox.open(path, now=NOW)
    outbox = Outbox.open(path, now=NOW)

    assert outbox.unreceipted() == 9
    assert outbox.quarantine_counts() == {"GTW-001": 1}
    outbox.close()
    again = Outbox.open(path, now=NOW)
    assert again.quarantine_counts() == {"GTW-001": 1}, "it is sound now"
    again.close()


def test_few_damaged_files_are_kept(tmp_path: Path) -> None:
    """A dying card must not fill itself with what it has broken."""
    path = tmp_path / "outbox.db"
    for number in range(MOST_SET_ASIDE + 3):
        outbox = Outbox.open(path, now=NOW)
        outbox.append([_reading(number)], now=NOW)
        outbox.close()
        suspect(path)

    aside = [one for one in tmp_path.glob("*.damaged-*") if not one.name.endswith(("wal", "shm"))]
    assert len(aside) == MOST_SET_ASIDE
    outbox = Outbox.open(path, now=NOW)
    assert outbox.unreceipted() == MOST_SET_ASIDE + 3
    outbox.close()


def test_file_in_use_is_not_looked_through(tmp_path: Path) -> None:
    """What somebody else is writing may look torn: it is opened as it is."""
    path = tmp_path / "outbox.db"
    first = Outbox.open(path, now=NOW)
    first.append([_reading(1)], now=NOW)
    suspect(path)

    second = Outbox.open(path, now=NOW)

    assert second.epoch == first.epoch
    assert second.unreceipted() == 1
    second.close()
    first.close()


def test_file_of_version_1_goes_on(tmp_path: Path) -> None:
    """An outbox of an older program keeps its records, numbers and epoch."""
    path = tmp_path / "outbox.db"
    _make_version_1(path)

    outbox = Outbox.open(path, now=NOW)

    assert (outbox.epoch, outbox.position(Lane.NORMAL).last_seq) == ("epoch-one", 2)
    outbox.append([_reading(3)], now=NOW)
    run = outbox.run_after(Lane.NORMAL, 1, most=9)
    assert [decode_record(raw, where="test") for raw in run.records] == [_reading(2), _reading(3)]
    assert outbox.quarantine_counts() == {}
    (version,) = outbox._connection.execute("PRAGMA user_version").fetchone()
    assert version == SCHEMA_VERSION
    outbox.close()


def _make_version_1(path: Path) -> None:
    """Make what the first release made: today's file without what came with version 2."""
    outbox = Outbox.open(path, now=NOW)
    outbox.append([_reading(1), _reading(2)], now=NOW)
    outbox.receipt(Lane.NORMAL, outbox.epoch, 1, now=NOW)
    outbox.close()
    connection: sqlite3.Connection = connect(path)
    for statement in (
        "UPDATE meta SET value = 'epoch-one' WHERE name = 'epoch'",
        "UPDATE record SET epoch = 'epoch-one'",
        "DROP INDEX record_unknown",
        "ALTER TABLE record DROP COLUMN booked_ms",
        "ALTER TABLE position DROP COLUMN released_seq",
        "DROP TABLE dropped",
        "DROP TABLE start",
        "PRAGMA user_version = 1",
    ):
        connection.execute(statement)
    connection.close()
