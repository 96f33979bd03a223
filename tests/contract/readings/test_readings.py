"""What any store of readings does."""

import math
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from domain.ids import GatewayId, HomeId, SensorId
from domain.quantity import Lane, Quantity
from domain.reading import ClockQuality, Reading, RecordId
from storage.readings.port import ActiveMinute, PlacedReading, Readings
from storage.readings.sqlite import SqliteReadings
from tests.support.fake_readings import FakeReadings

T = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOME, OTHER_HOME = HomeId("home-one"), HomeId("home-two")
HALL, DOOR = SensorId("hall"), SensorId("door")


def placed(
    seq: int,
    at: datetime,
    *,
    sensor: SensorId = HALL,
    quantity: Quantity = Quantity.MOTION,
    value: float = 1.0,
    home: HomeId = HOME,
    quality: ClockQuality = ClockQuality.SYNCED,
) -> PlacedReading:
    """Return a reading of one gateway."""
    return PlacedReading.of(
        Reading(sensor=sensor, quantity=quantity, value=value, observed_at=at),
        identity=RecordId(gateway=GatewayId("gateway"), lane=Lane.NORMAL, epoch="e-1", seq=seq),
        home=home,
        quality=quality,
        received_at=T,
    )


def everything(store: Readings, home: HomeId = HOME) -> list[PlacedReading]:
    """Return all readings of a home."""
    return list(store.of_home(home, T - timedelta(days=400), T + timedelta(days=400)))


def test_an_unknown_home_has_nothing(readings: Readings) -> None:
    """No error, no row is made by asking."""
    span = (HOME, T, T + MINUTE)

    assert everything(readings) == []
    assert dict(readings.activity_by_hour(*span)) == {}
    assert readings.seen_by_hour(*span) == set()
    assert readings.active_minutes(*span, entrances=[DOOR]) == []


def test_an_empty_batch_changes_nothing(readings: Readings) -> None:
    """A batch of heartbeats holds no reading."""
    readings.write([])

    assert everything(readings) == []


def test_what_is_written_comes_back_whole_and_in_order(readings: Readings) -> None:
    """Every field, oldest first, each home for itself."""
    batch = [
        placed(2, T + MINUTE, quantity=Quantity.POWER, value=412.5, quality=ClockQuality.CORRECTED),
        placed(1, T),
        placed(3, T, home=OTHER_HOME, quality=ClockQuality.UNKNOWN),
    ]
    readings.write(batch)

    assert everything(readings) == [batch[1], batch[0]]
    assert everything(readings, OTHER_HOME) == [batch[2]]


def test_writing_again_changes_nothing(readings: Readings) -> None:
    """Not even when it is received later: the first one counts."""
    first = placed(1, T)
    readings.write([first, first])
    readings.write([structs.replace(first, received_ms=first.received_ms + 60_000)])

    assert everything(readings) == [first]


def test_two_presses_in_one_millisecond_are_two(readings: Readings) -> None:
    """The sequence number is part of a reading's identity."""
    readings.write([placed(1, T), placed(2, T)])

    assert len(everything(readings)) == 2
    assert dict(readings.activity_by_hour(HOME, T, T + MINUTE)) == {T: 2}


def test_a_batch_is_stored_whole_or_not_at_all(readings: Readings) -> None:
    """A value that is no number is refused with all that came beside it, and loudly."""
    with pytest.raises(Exception, match=r"(?i)not"):
        readings.write([placed(1, T), placed(2, T, quantity=Quantity.POWER, value=math.nan)])

    assert everything(readings) == []
    readings.write([placed(1, T)])
    assert len(everything(readings)) == 1


def test_hours_are_utc_hours_from_since_up_to_until(readings: Readings) -> None:
    """The end is not inside; a home's local day is made from them elsewhere."""
    readings.write(
        [
            placed(1, T - timedelta(milliseconds=1)),
            placed(2, T),
            placed(3, T + timedelta(minutes=59, seconds=59, milliseconds=999)),
            placed(4, T + timedelta(hours=1), value=0.0),
            placed(5, T + timedelta(hours=2)),
        ]
    )

    until = T + timedelta(hours=2)
    assert dict(readings.activity_by_hour(HOME, T, until)) == {T: 2}
    assert readings.seen_by_hour(HOME, T, until) == {T, T + timedelta(hours=1)}


@pytest.mark.parametrize(
    "instant", [datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)]
)
def test_no_hour_is_lost_or_doubled_when_clocks_change(
    readings: Readings, instant: datetime
) -> None:
    """Also where a home's local clock is put on or back."""
    hours = [instant + timedelta(hours=hour) for hour in range(-3, 4)]
    readings.write([placed(seq, hour) for seq, hour in enumerate(hours, start=1)])

    counted = readings.activity_by_hour(HOME, hours[0], hours[-1] + MINUTE)

    assert dict(counted) == dict.fromkeys(hours, 1)


def test_an_unknown_time_is_seen_and_is_no_activity(readings: Readings) -> None:
    """The gateway was heard; when somebody moved nobody knows."""
    readings.write([placed(1, T, quality=ClockQuality.UNKNOWN)])

    assert dict(readings.activity_by_hour(HOME, T, T + MINUTE)) == {}
    assert readings.active_minutes(HOME, T, T + MINUTE, entrances=[]) == []
    assert readings.seen_by_hour(HOME, T, T + MINUTE) == {T}


def test_an_active_minute_is_its_last_activity(readings: Readings) -> None:
    """And whether that one was at the entrance."""
    second = timedelta(seconds=1)
    readings.write(
        [
            placed(1, T, sensor=DOOR, quantity=Quantity.DOOR),
            placed(2, T + 5 * second),
            placed(3, T + MINUTE),
            placed(4, T + MINUTE + second, sensor=DOOR, quantity=Quantity.DOOR, value=0.0),
            placed(5, T + MINUTE + 2 * second, value=0.0),
        ]
    )

    assert readings.active_minutes(HOME, T, T + 2 * MINUTE, entrances=[DOOR]) == [
        ActiveMinute(at=T + 5 * second, is_entrance=False),
        ActiveMinute(at=T + MINUTE + second, is_entrance=True),
    ]


@pytest.mark.parametrize("order", [(HALL, DOOR), (DOOR, HALL)])
def test_of_two_in_one_millisecond_the_entrance_counts(
    readings: Readings, order: tuple[SensorId, SensorId]
) -> None:
    """In whatever order they were stored."""
    for seq, sensor in enumerate(order, start=1):
        quantity = Quantity.DOOR if sensor == DOOR else Quantity.MOTION
        readings.write([placed(seq, T, sensor=sensor, quantity=quantity)])

    (minute,) = readings.active_minutes(HOME, T, T + MINUTE, entrances=[DOOR])
    assert minute.is_entrance


def test_it_may_be_read_from_many_threads_while_it_is_written(readings: Readings) -> None:
    """Pages read while the projector writes; nobody sees half a batch."""

    def read(_: int) -> int:
        return len(everything(readings)) if isinstance(readings, SqliteReadings) else 0

    with ThreadPoolExecutor(4) as pool:
        reads = [pool.submit(read, number) for number in range(40)]
        for batch in range(20):
            readings.write([placed(batch * 10 + seq, T + seq * MINUTE) for seq in range(10)])
        seen = [future.result() for future in reads]

    assert all(number % 10 == 0 for number in seen)
    assert len(everything(readings)) == 200


batches = st.lists(
    st.lists(
        st.builds(
            placed,
            st.integers(1, 30),
            st.integers(0, 7200).map(lambda s: T + timedelta(seconds=s)),
            sensor=st.sampled_from([HALL, DOOR]),
            quantity=st.sampled_from([Quantity.MOTION, Quantity.DOOR]),
            value=st.sampled_from([0.0, 1.0]),
            home=st.sampled_from([HOME, OTHER_HOME]),
            quality=st.sampled_from([ClockQuality.SYNCED, ClockQuality.UNKNOWN]),
        ),
        max_size=8,
    ),
    max_size=6,
)


@settings(max_examples=40)
@given(batches, st.integers(-60, 7300), st.integers(0, 7300))
def test_sqlite_says_what_the_plain_meaning_says(
    written: list[list[PlacedReading]], start: int, length: int
) -> None:
    """Any batches, any span: the file and the dict agree on every question."""
    since = T + timedelta(seconds=start)
    until = since + timedelta(seconds=length)
    with TemporaryDirectory() as folder:
        sqlite, fake = SqliteReadings(Path(folder) / "r.db"), FakeReadings()
        for batch in written:
            sqlite.write(batch)
            fake.write(batch)

        for home in (HOME, OTHER_HOME):
            span = (home, since, until)
            assert sorted(sqlite.of_home(*span), key=_order) == sorted(
                fake.of_home(*span), key=_order
            )
            assert dict(sqlite.activity_by_hour(*span)) == dict(fake.activity_by_hour(*span))
            assert sqlite.seen_by_hour(*span) == fake.seen_by_hour(*span)
            minutes = sqlite.active_minutes(*span, entrances=[DOOR])
            assert minutes == fake.active_minutes(*span, entrances=[DOOR])
        sqlite.close()


def _order(each: PlacedReading) -> tuple[datetime, SensorId, Quantity, int]:
    return each.reading.observed_at, each.reading.sensor, each.reading.quantity, each.id.seq
