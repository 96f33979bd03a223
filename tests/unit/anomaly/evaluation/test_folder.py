"""Reading a folder of recordings that nobody has seen before."""

from __future__ import annotations

from pathlib import Path

import pytest

from anomaly.evaluation.entrances import Door, entrances
from anomaly.evaluation.folder import recordings
from anomaly.evaluation.homes import Home, Kind, load
from domain.errors import InputError
from tests.unit.anomaly.evaluation.made_up import moment, write, write_home, write_meter

EVENTS = "time,sensor,kind,room,value"


def only(folder: Path) -> Home:
    """Return the one home of a folder."""
    (one,) = recordings(folder)
    home = load(one)
    assert isinstance(home, Home), home
    return home


def test_homes_are_told_by_their_headers(tmp_path: Path) -> None:
    """Names say nothing; notes and other tables are passed over."""
    write_home(tmp_path, "anybody")
    write_meter(tmp_path, "somebody")
    write(tmp_path / "homes.csv", "home,days", ["anybody,16"])
    (tmp_path / "README.md").write_text("notes")

    found = {one.name: load(one) for one in recordings(tmp_path)}

    assert sorted(found) == ["anybody", "somebody"]
    kinds = [one.kind for one in found.values() if isinstance(one, Home)]
    assert kinds == [Kind.EVENTS, Kind.METER]


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    """With a code and what to do."""
    with pytest.raises(InputError, match="REC-002"):
        recordings(tmp_path)
    with pytest.raises(InputError, match="REC-002"):
        recordings(tmp_path / "nowhere")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A time that is none, and a row that is too short."""
    for number, row in enumerate(("yesterday,a,motion,,ON", "2026-03-01T00:00:00.000,a")):
        folder = tmp_path / str(number)
        folder.mkdir()
        write(folder / "x.csv", EVENTS, [row])
        with pytest.raises(InputError, match=r"REC-003.*x\.csv"):
            load(recordings(folder)[0])


def test_water_and_appliances_are_not_judged(tmp_path: Path) -> None:
    """Each with its reason."""
    write(tmp_path / "w.water.csv", "time,litres", ["2026-03-01T00:00:00.000,1"])
    rows = [
        f"2026-03-{day:02d}T{hour:02d}:00:00.000,3" for day in range(1, 9) for hour in range(24)
    ]
    write(tmp_path / "lamp.power.csv", "time,power_w", rows)

    reasons = {one.name: load(one) for one in recordings(tmp_path)}

    assert "water" in str(reasons["w"])
    assert "60 W" in str(reasons["lamp"])


def test_outages_are_listed_or_told_by_heartbeats(tmp_path: Path) -> None:
    """A list beside the recording; else the silence of all that speaks by itself."""
    rows = [
        f"2026-03-{day:02d}T{hour:02d}:{minute:02d}:00.000,{what}"
        for day in range(1, 20)
        if day not in {9, 10}
        for hour in range(24)
        for minute, what in ((0, "t,temperature,,20"), (30, "m,motion,,ON"))
    ]
    write(tmp_path / "x.csv", EVENTS, rows)
    (found,) = only(tmp_path).outages
    assert [one.isoformat()[:16] for one in found] == ["2026-03-08T23:00", "2026-03-11T00:00"]

    write(tmp_path / "x.outages.csv", "start,end", ["2026-03-08T12:00:00,2026-03-12T00:00:00"])
    (found,) = only(tmp_path).outages
    assert [one.isoformat()[:16] for one in found] == ["2026-03-08T12:00", "2026-03-12T00:00"]


def test_a_resident_who_is_silent_for_days_is_no_outage(tmp_path: Path) -> None:
    """While heartbeats go on, and where nothing else speaks for less than a week."""
    beats = [
        f"2026-03-{day:02d}T{hour:02d}:00:00.000,t,temperature,,20"
        for day in range(1, 20)
        for hour in range(24)
    ]
    moves = [
        f"2026-03-{day:02d}T{hour:02d}:30:00.000,m,motion,,ON"
        for day in range(1, 20)
        if day not in {9, 10}
        for hour in range(24)
    ]
    for rows in (sorted(beats + moves), moves):
        write(tmp_path / "x.csv", EVENTS, rows)
        assert only(tmp_path).outages == ()


def test_a_file_beside_names_entrances_and_outages(tmp_path: Path) -> None:
    """`HOME.json`, or `entrances.csv` for all homes."""
    write_home(tmp_path, "x")
    assert only(tmp_path).entrances == ("Frontdoor",)

    write(tmp_path / "entrances.csv", "home,sensor", ["x,hall"])
    assert only(tmp_path).entrances == ("hall",)

    (tmp_path / "x.json").write_text(
        '{"entrances": ["kitchen"], "outages": [["2026-03-03T00:00:00", "2026-03-04T00:00:00"]]}'
    )
    home = only(tmp_path)
    assert home.entrances == ("kitchen",)
    assert [moment(home.first_s).day, *(one.day for one in home.outages[0])] == [1, 3, 4]

    (tmp_path / "x.json").write_text('{"entrances": 7}')
    with pytest.raises(InputError, match="REC-003"):
        only(tmp_path)


@pytest.mark.parametrize(
    ("doors", "found"),
    [
        ([("Frontdoor", "Hall"), ("Hall_Toilet_door", "Toilet")], {"Frontdoor"}),
        ([("d7", "玄関"), ("d8", "寝室")], {"d7"}),
        ([("51_Door", "Kitchen"), ("85_Door", "Hallway")], set()),
        ([("contact", "Kitchen")], {"contact"}),
        ([("D001", ""), ("D002", "")], {"D001", "D002"}),
        ([], set()),
    ],
)
def test_entrances_are_told_by_name_room_or_being_alone(
    doors: list[tuple[str, str]], found: set[str]
) -> None:
    """By name or room; the only door; doors that only have numbers."""
    assert entrances([Door(*one) for one in doors]) == found


def test_a_stuck_sensor_is_taken_out(tmp_path: Path) -> None:
    """One that is active in each hour of the recording proves nothing."""
    rows = [
        f"2026-03-{day:02d}T{hour:02d}:00:00.000,stuck,motion,,ON"
        for day in range(1, 20)
        for hour in range(24)
    ]
    rows += [
        f"2026-03-{day:02d}T{hour:02d}:30:00.000,good,motion,,ON"
        for day in range(1, 20)
        for hour in range(8, 22)
    ]
    write(tmp_path / "x.csv", EVENTS, sorted(rows))

    home = only(tmp_path)

    assert home.removed == ("stuck",)
    assert home.history.at_s.size == 19 * 14
