"""Files of recorded homes: what becomes of rows, and every error by its name."""

import gzip
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from devices.simulators.flat import SensorKind
from devices.simulators.recorded import REPORTED_ROWS, RecordedHome, Recording, load, read
from domain.errors import InputError
from domain.quantity import Quantity

HEADER = "time,sensor,kind,room,value"


def reading(*rows: str, header: str = HEADER, **options: object) -> Recording:
    """Read rows under a header."""
    lines = [f"{line}\n" for line in (header, *rows)]
    return read(lines, where="home.csv", **options)  # type: ignore[arg-type]


def code_of(call: object, *arguments: object) -> str:
    """Return the code of the error that a call raises."""
    with pytest.raises(InputError) as caught:
        call(*arguments)  # type: ignore[operator]
    return caught.value.problem.code


@pytest.mark.parametrize(
    ("kind", "value", "quantity", "number"),
    [
        ("motion", "ON", Quantity.MOTION, 1.0),
        ("door", "OPEN", Quantity.DOOR, 1.0),
        ("door", "CLOSE", Quantity.DOOR, 0.0),
        ("item", "ON", Quantity.OPENING, 1.0),
        ("light", "ON", Quantity.LIGHT, 1.0),
        ("light", "120.5", Quantity.ILLUMINANCE, 120.5),
        ("temperature", "21.25", Quantity.TEMPERATURE, 21.25),
        ("power", "88", Quantity.POWER, 88.0),
    ],
)
def test_kind_becomes_quantity(kind: str, value: str, quantity: Quantity, number: float) -> None:
    """Each kind of the schema is played as its quantity."""
    (event,) = reading(f"2026-01-01T09:00:00.000,S1,{kind},Kitchen,{value}").events

    assert (event.quantity, event.value) == (quantity, number)


def test_local_time_is_taken_in_the_zone() -> None:
    """A time without a zone is local; with one it is taken as it is."""
    row = "2026-01-01T09:00:00.123,S1,motion,,ON"
    tokyo = reading(row).events[0].at
    berlin = reading(row, zone=ZoneInfo("Europe/Berlin")).events[0].at
    zoned = reading("2026-01-01T09:00:00.123+05:30,S1,motion,,ON").events[0].at

    assert tokyo == datetime(2026, 1, 1, 0, 0, 0, 123_000, tzinfo=UTC)
    assert berlin == datetime(2026, 1, 1, 8, 0, 0, 123_000, tzinfo=UTC)
    assert zoned == datetime(2026, 1, 1, 3, 30, 0, 123_000, tzinfo=UTC)


def test_repeated_states_are_no_events() -> None:
    """A door that says open twice moved once; movement that is seen again is seen again."""
    recording = reading(
        "2026-01-01T09:00:00,D,door,,OPEN",
        "2026-01-01T09:01:00,D,door,,OPEN",
        "2026-01-01T09:02:00,M,motion,,ON",
        "2026-01-01T09:03:00,M,motion,,ON",
        "2026-01-01T09:04:00,M,motion,,OFF",
        "2026-01-01T09:05:00,M,motion,,OFF",
        "2026-01-01T09:06:00,M,motion,,ON",
        "2026-01-01T09:06:00,M,motion,,ON",
    )

    assert [event.value for event in recording.events] == [1.0, 1.0, 1.0, 0.0, 1.0]
    assert recording.report.repeated == 3


def test_rows_out_of_order_are_sorted() -> None:
    """Events come in order of time, whatever the order of the rows."""
    recording = reading("2026-01-01T09:05:00,M,motion,,OFF", "2026-01-01T09:00:00,M,motion,,ON")

    assert [event.value for event in recording.events] == [1.0, 0.0]


def test_unplayable_kinds_are_counted() -> None:
    """Counts of movements and other channels are said to be left out, not bad."""
    recording = reading(
        "2026-01-01T09:00:00,movement,motion,,19",
        "2026-01-01T09:00:00,co,other,,155.79",
        "2026-01-01T09:00:00,t,temperature,,20",
    )

    assert recording.report.unplayable == {"motion": 1, "other": 1}
    assert (recording.report.bad, recording.report.played) == (0, 1)


@pytest.mark.parametrize(
    "row",
    [
        "2026-01-01T09:00:00,S1,motion,ON",
        "yesterday,S1,motion,,ON",
        "2026-01-01,S1,motion,,ON",
        "1970-01-01T00:00:00,S1,motion,,ON",
        "9999-12-31T23:59:59-14:00,S1,motion,,ON",
        "2026-01-01T09:00:00,S1,temperature,,warm",
        "2026-01-01T09:00:00,S1,temperature,,NaN",
        "2026-01-01T09:00:00,S1,power,,inf",
        "2026-01-01T09:00:00,S1,temperature,,-327.68",
        "2026-01-01T09:00:00,S1,temperature,,ON",
        "2026-01-01T09:00:00,S1,door,,0.5",
        "2026-01-01T09:00:00,S1,smell,,ON",
        "2026-01-01T09:00:00,,motion,,ON",
        '2026-01-01T09:00:00,"S1,motion,,ON',
    ],
)
def test_bad_row_is_named_and_the_rest_goes_on(row: str) -> None:
    """One wrong row is CSV-004 with its line; the rows around it are played."""
    recording = reading("2026-01-01T08:00:00,M,motion,,ON", row, "2026-01-01T10:00:00,M,motion,,ON")
    (problem,) = recording.report.problems

    assert len(recording.events) == 2
    assert (problem.code, problem.where) == ("CSV-004", "home.csv line 3")
    assert (recording.report.rows, recording.report.bad) == (3, 1)


def test_bad_rows_are_all_counted_and_the_first_told() -> None:
    """However many rows are bad, the report stays short."""
    recording = reading("2026-01-01T08:00:00,M,motion,,ON", *["nonsense"] * 50)

    assert (recording.report.bad, len(recording.report.problems)) == (50, REPORTED_ROWS)


def test_files_that_cannot_be_used() -> None:
    """Each way in which a whole file is of no use has its own code."""
    assert code_of(lambda: read([], where="x")) == "CSV-001"
    assert code_of(lambda: read(["\n"], where="x")) == "CSV-001"
    assert code_of(reading) == "CSV-002"
    assert code_of(lambda: reading("1,2", header="a,b")) == "CSV-003"
    assert code_of(lambda: reading("2026-01-01T08:00:00,x,other,,1")) == "CSV-005"
    row = "2026-01-01T08:00:00,D,door,,OPEN"
    assert code_of(lambda: reading(row, entrances=["Back"])) == "CSV-006"


def test_annotation_file_is_recognised() -> None:
    """Who gives the annotations by mistake is told what they are."""
    with pytest.raises(InputError, match=r"CSV-003.*start,end,activity.*annotations"):
        reading("a,b,c", header="start,end,activity")


def test_unreadable_files(tmp_path: Path) -> None:
    """A missing, a falsely named, a broken-off file and a folder are all CSV-010."""
    false, short = tmp_path / "false.csv.gz", tmp_path / "short.csv.gz"
    false.write_text(f"{HEADER}\n")
    short.write_bytes(gzip.compress(f"{HEADER}\n{'x' * 5000}".encode())[:-9])

    for path in (tmp_path / "none.csv", false, short, tmp_path):
        assert code_of(load, path) == "CSV-010"


def test_gzip_and_plain_are_the_same(tmp_path: Path) -> None:
    """A file may be compressed or not, and may begin with a byte order mark."""
    text = f"\ufeff{HEADER}\r\n2026-01-01T08:00:00,M,motion,,ON\r\n"
    plain, packed = tmp_path / "a.csv", tmp_path / "a.csv.gz"
    plain.write_bytes(text.encode())
    packed.write_bytes(gzip.compress(text.encode()))

    assert load(plain).events == load(packed).events


def test_power_layout() -> None:
    """A file of power readings is one meter."""
    recording = reading("2026-01-01T08:00:00,119", header="time,power_w")

    assert [device.kind for device in recording.devices] == [SensorKind.METER]
    assert recording.events[0].value == 119.0


@pytest.mark.parametrize(
    ("name", "room", "is_entrance"),
    [
        ("OutsideDoor.FrontDoor", "Entry", True),
        ("Frontdoor", "Hall", True),
        ("Entrance_Maindoor_Magnetic", "Entrance", True),
        ("Hall_Bedroom_door", "Bedroom", False),
        ("51_Door", "Kitchen", False),
    ],
)
def test_entrance_is_guessed(name: str, room: str, *, is_entrance: bool) -> None:
    """The door that leads outside is known by its name or its room."""
    (device,) = reading(f"2026-01-01T08:00:00,{name},door,{room},OPEN").devices

    assert device.is_entrance is is_entrance


def test_entrance_can_be_named() -> None:
    """A named entrance replaces the guess."""
    rows = ["2026-01-01T08:00:00,Frontdoor,door,,OPEN", "2026-01-01T08:00:00,Back,door,,OPEN"]
    devices = reading(*rows, entrances=["Back"]).devices

    assert [device.name for device in devices if device.is_entrance] == ["Back"]


def test_names_fit_into_a_topic() -> None:
    """A name with a slash or a wildcard becomes one topic level, and stays unique."""
    rows = [f"2026-01-01T08:00:00,{name},motion,,ON" for name in ("a/b", "a+b", "a#b")]
    names = [device.name for device in reading(*rows).devices]

    assert len(set(names)) == 3
    assert not [name for name in names if set(name) & set("/+#")]


def test_state_before_the_first_change_is_the_other_one() -> None:
    """A door whose first row says CLOSE was open; before an instant in the file it is known."""
    home = RecordedHome(
        reading("2026-01-01T08:00:00,D,door,,CLOSE", "2026-01-01T09:00:00,D,door,,OPEN")
    )

    assert home.states_before(home.first_at) == {"D": 1.0}
    assert home.states_before(home.last_at) == {"D": 0.0}
