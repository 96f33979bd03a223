"""One number says whether two stores hold the same readings, whatever their order and numbering."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec import structs

from domain.ids import GatewayId, HomeId, SensorId
from domain.quantity import Lane, Quantity
from domain.reading import ClockQuality
from storage.readings.content import Content, Row, content_of, placed, rows_of
from storage.readings.port import PlacedReading, StreamId
from storage.readings.sqlite import SqliteReadings
from storage.sqlite import open_reader, set_aside, settle_file, swap_in

T_MS = int(datetime(2026, 3, 1, tzinfo=UTC).timestamp() * 1000)


def reading(seq: int, *, home: str = "home-one", value: float = 1.0) -> PlacedReading:
    """Return a reading."""
    return PlacedReading(
        HomeId(home),
        T_MS + seq,
        SensorId(f"sensor-{seq % 3}"),
        Quantity.MOTION,
        StreamId(GatewayId("gateway-one"), Lane.NORMAL, "e-1"),
        seq,
        value,
        is_activity=True,
        quality=ClockQuality.SYNCED,
        received_ms=T_MS + 1_000,
    )


def content(path: Path, *batches: list[PlacedReading]) -> Content:
    """Write batches into a store and return its content."""
    with closing(SqliteReadings(path)) as store:
        for batch in batches:
            store.write(batch)
    with closing(open_reader(path)) as connection:
        return content_of(connection)


def test_order_and_inner_numbering_do_not_matter(tmp_path: Path) -> None:
    """Words get their numbers as they come."""
    many = [reading(seq, home=f"home-{seq % 2}") for seq in range(20)]

    one = content(tmp_path / "one.db", many)
    other = content(tmp_path / "other.db", many[10:], many[:10], many)

    assert one == other
    assert one.count == 20


@pytest.mark.parametrize(
    "other",
    [
        [reading(1)],
        [reading(1), reading(2, value=0.0)],
        [reading(1), reading(2, home="home-two")],
        [reading(1), structs.replace(reading(2), received_ms=T_MS)],
        [reading(1), structs.replace(reading(2), quality=ClockQuality.CORRECTED)],
        [reading(1), reading(2), reading(3)],
    ],
)
def test_any_other_content_is_told_apart(tmp_path: Path, other: list[PlacedReading]) -> None:
    """Each column counts."""
    same = [reading(1), reading(2)]

    assert content(tmp_path / "one.db", same) != content(tmp_path / "other.db", other)


def test_a_reading_that_stands_there_twice_counts_twice() -> None:
    """A plain exclusive-or would take two for none."""
    row: Row = ("home", 1, "sensor", "motion", "g/normal/e", 1, 1.0, 1, "synced", 2)

    assert Content().plus([row, row]) != Content()
    assert Content().plus([row, row]).count == 2


def test_rows_become_what_was_written(tmp_path: Path) -> None:
    """Nothing is lost on the way into another store."""
    many = [reading(seq) for seq in range(5)]
    content(tmp_path / "one.db", many)

    with closing(open_reader(tmp_path / "one.db")) as connection:
        assert {placed(row) for row in rows_of(connection)} == set(many)


def test_a_store_is_swapped_in_whole(tmp_path: Path) -> None:
    """Also what was only in its log; a log of the one before is not taken for its own."""
    old, new = tmp_path / "readings.db", tmp_path / "readings.db.new"
    content(old, [reading(1)])
    wanted = content(new, [reading(2), reading(3)])
    settle_file(new)
    settle_file(old)
    old.with_name("readings.db-wal").write_bytes(b"left behind")

    swap_in(new, old)

    assert not new.exists()
    with closing(open_reader(old)) as connection:
        assert content_of(connection) == wanted


def test_a_store_that_is_set_aside_takes_its_log_along(tmp_path: Path) -> None:
    """So that nothing of it is lost, and nothing is left where the next one comes."""
    for name in ("readings.db", "readings.db-wal"):
        (tmp_path / name).write_bytes(name.encode())

    set_aside(tmp_path / "readings.db", "readings.db.damaged")

    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "readings.db.damaged",
        "readings.db.damaged-wal",
    ]
