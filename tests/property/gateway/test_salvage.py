"""A damaged outbox opens always, and what single pages still give is kept."""

import random
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.ids import SensorId
from domain.moments import to_ms
from domain.quantity import Lane, Quantity
from domain.reading import Reading
from gateway.opening import suspect
from gateway.outbox import Outbox
from gateway.pages import PAGE_BYTES, rows_of_page
from messaging.senml import GapMarker, decode_record

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
COUNT = 400
RECEIPTED = 150
PLACES = 100
"""In the file, and as many in the log."""
AT_ONCE = 20
BURST = 64
"""Bytes overwritten at a place."""


def _reading(number: int) -> Reading:
    quantity = Quantity.HELP if number % 100 == 0 else Quantity.MOTION
    at = NOW + timedelta(seconds=number)
    return Reading(sensor=SensorId("s-k7q2m4x9"), quantity=quantity, value=1.0, observed_at=at)


def _fill(path: Path, *, written_back: bool) -> None:
    """Make an outbox as it lies on the card after a power cut."""
    live = path.with_name("live.db")
    outbox = Outbox.open(live, now=NOW)
    outbox._connection.execute("PRAGMA wal_autocheckpoint = 0")
    for start in range(0, COUNT, AT_ONCE):
        outbox.append([_reading(number) for number in range(start, start + AT_ONCE)], now=NOW)
    outbox.receipt(Lane.NORMAL, outbox.epoch, RECEIPTED, now=NOW)
    if written_back:
        outbox._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for suffix in ("", "-wal"):
        shutil.copy(live.with_name(live.name + suffix), path.with_name(path.name + suffix))
    outbox.close()


@pytest.fixture(scope="module", params=[True, False], ids=["in the file", "in the log"])
def model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a sound outbox; its records lie in the main file or in the write-ahead log."""
    path = tmp_path_factory.mktemp("model") / "outbox.db"
    _fill(path, written_back=bool(request.param))
    return path


def _overwrite(raw: bytearray, place: int, chance: random.Random) -> None:
    for at in range(place, min(place + BURST, len(raw))):
        raw[at] = chance.randrange(256)


def _flip(raw: bytearray, place: int, chance: random.Random) -> None:
    raw[place] ^= 1 << chance.randrange(8)


def _cut(raw: bytearray, place: int, _chance: random.Random) -> None:
    del raw[place:]


@pytest.fixture
def folder() -> Iterator[Path]:
    """Return a folder in memory where there is one: flushing is not the point here."""
    memory = Path("/dev/shm")  # noqa: S108
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        yield Path(name)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_two_hundred_damaged_files_open_and_keep_what_can_be_read(
    model: Path, folder: Path
) -> None:
    """Wherever the damage is, the gateway starts, and loses nothing that a whole page held."""
    chance = random.Random(20261122)  # noqa: S311 (not cryptography)
    harms: list[Callable[[bytearray, int, random.Random], None]] = [_overwrite, _flip, _cut]
    kept_all = readable_all = 0
    for number in range(PLACES):
        path = folder / str(number) / "outbox.db"
        path.parent.mkdir()
        sources = [path, path.with_name("outbox.db-wal")]
        for source in sources:
            shutil.copy(model.with_name(source.name), source)
        target = max(sources, key=lambda one: one.stat().st_size)
        raw = bytearray(target.read_bytes())
        place = chance.randrange(len(raw))
        harms[number % len(harms)](raw, place, chance)
        target.write_bytes(raw)
        readable = _page_wise(sources)

        outbox, kept = _used(path)
        assert kept <= _TRUE, "nothing was made up"
        outbox.append([_reading(COUNT + 1)], now=NOW)
        outbox.close()
        again = Outbox.open(path, now=NOW)
        assert again.quarantine_counts().get("GTW-001", 0) <= 1, "it is damaged once"
        again.close()
        kept_all += len(kept & readable)
        readable_all += len(readable)
        shutil.rmtree(path.parent)

    assert readable_all > PLACES * COUNT // 4
    assert kept_all >= 0.99 * readable_all


def test_receipted_records_are_not_owed_again(model: Path, tmp_path: Path) -> None:
    """What the server has stays history; what it has not is numbered anew, in its order."""
    path = tmp_path / "outbox.db"
    for suffix in ("", "-wal"):
        shutil.copy(model.with_name(model.name + suffix), path.with_name(path.name + suffix))
    path.with_name("outbox.db.suspect").touch()

    outbox = Outbox.open(path, now=NOW)

    normal = [number for number in range(COUNT) if number % 100]
    run = outbox.run_after(Lane.NORMAL, 0, most=5)
    assert [decode_record(raw, where="test") for raw in run.records] == [
        _reading(number) for number in normal[RECEIPTED : RECEIPTED + 5]
    ]
    assert outbox.position(Lane.NORMAL).last_seq == len(normal) - RECEIPTED
    assert outbox.position(Lane.URGENT).last_seq == COUNT // 100
    outbox.close()


def _page_wise(files: list[Path]) -> set[tuple[int, str]]:
    """Read each page by itself, whatever the others say: what at best can be saved."""
    found = set()
    for file in files:
        raw = file.read_bytes()
        first, step = (0, PAGE_BYTES) if file.suffix == ".db" else (32 + 24, PAGE_BYTES + 24)
        for at in range(first, len(raw), step):
            for row in rows_of_page(raw[at : at + PAGE_BYTES], is_first=first == 0 and at == 0):
                if len(row) == 12 and (row[6], row[8]) in _TRUE:
                    found.add((row[6], row[8]))
    return found  # type: ignore[return-value]


def _used(path: Path) -> tuple[Outbox, set[tuple[int, str]]]:
    """Open and use it as the program does: damage that is met ends it, and it is started again."""
    outbox = Outbox.open(path, now=NOW)
    try:
        return outbox, _told(outbox)
    except sqlite3.DatabaseError:
        outbox.close()
        suspect(path)
    outbox = Outbox.open(path, now=NOW)
    return outbox, _told(outbox)


def _told(outbox: Outbox) -> set[tuple[int, str]]:
    """Return what the outbox can send: what is owed, and the history that it was told to resend."""
    told = set()
    for lane, epoch, last in outbox._connection.execute(_STREAMS).fetchall():
        after = 0 if lane in set(Lane) else last
        while after < last:
            run = outbox.run_after(Lane(lane), after, most=500, until=last, epoch=epoch)
            for raw in run.records:
                content = decode_record(raw, where="test")
                if not isinstance(content, GapMarker):
                    told.add((to_ms(content.observed_at), str(content.quantity)))
            after = run.end_seq
    return told


_STREAMS = "SELECT lane, epoch, max(seq) FROM record GROUP BY lane, epoch"
_TRUE = {
    (to_ms(one.observed_at), str(one.quantity))
    for one in (_reading(number) for number in (*range(COUNT), COUNT + 1))
}
