"""What the guides tell people to type and to wait for is what the program does."""

import re
from datetime import timedelta

import pytest

from alerting.escalation import DEFAULT_POLICIES, RESIDENT_WAIT, TECHNICAL_WAIT, Ladder
from anomaly.darkness import TECHNICAL_AFTER, sensor_limit
from cli.sensor_list import COLUMNS
from devices.simulators.flat import BATTERY_HEARTBEAT, MAINS_HEARTBEAT, SensorKind, default_flat
from domain.verdict import CANNOT_SEE_AFTER
from tests.contract.docs.pages import ROOT, read

CSV = re.compile(r"```csv\n(.*?)```", re.DOTALL)
LANGUAGES = ("en", "ja")


def minutes(duration: timedelta) -> int:
    """Return a duration in whole minutes."""
    return duration // timedelta(minutes=1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sensors_of_the_guide_are_those_of_the_simulated_home(language: str) -> None:
    """A gateway that was registered with the CSV of the guide knows each simulated sensor."""
    (table,) = CSV.findall(read(f"docs/guides/technician.{language}.md"))
    rows = [
        (sensor.name, sensor.room, sensor.kind, "yes" if sensor.is_entrance else "no")
        for sensor in default_flat().sensors
    ]

    assert [tuple(line.split(",")) for line in table.split()] == [COLUMNS, *rows]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_technicians_guide_names_every_kind_of_sensor(language: str) -> None:
    """Each kind that the CSV may have is named."""
    guide = read(f"docs/guides/technician.{language}.md")

    assert [kind for kind in SensorKind if f"`{kind}`" not in guide] == []


def test_times_of_the_guides_are_those_of_the_program() -> None:
    """The waits that people are told are the waits that they get."""
    resident = DEFAULT_POLICIES[Ladder.RESIDENT]
    assert [step.wait for step in resident] == [RESIDENT_WAIT, RESIDENT_WAIT]
    wait, dark = minutes(RESIDENT_WAIT), minutes(TECHNICAL_AFTER)

    assert f"**{wait} minutes** later" in read("docs/guides/caseworker.en.md")
    assert f"**{wait}分** たっても" in read("docs/guides/caseworker.ja.md")
    technician = read("docs/guides/technician.en.md")
    assert f"after {minutes(CANNOT_SEE_AFTER)} minutes the verdict is *cannot see*" in technician
    assert f"silent for {dark} min" in technician
    assert minutes(TECHNICAL_WAIT) == 60
    assert "after an hour to the administrators" in technician


def test_limits_of_sensors_are_those_of_the_detector() -> None:
    """The technician reads after how many minutes a silent sensor becomes a case."""
    battery = minutes(sensor_limit(BATTERY_HEARTBEAT, is_battery=True))
    mains = minutes(sensor_limit(MAINS_HEARTBEAT, is_battery=False))

    told = f"after {battery} min on battery, {mains} min on mains"
    assert told in read("docs/guides/technician.en.md")
    assert f"電池式{battery}分、電源式{mains}分" in read("docs/guides/technician.ja.md")


@pytest.mark.parametrize("who", ["caseworker", "family", "technician", "operator"])
def test_both_languages_have_the_same_sections(who: str) -> None:
    """A guide has as many sections in Japanese as in English, of the same depths."""
    depths = [
        re.findall(r"^(#+) ", read(f"docs/guides/{who}.{language}.md"), re.MULTILINE)
        for language in LANGUAGES
    ]

    assert depths[0] == depths[1]


def test_recipes_name_what_exists() -> None:
    """Each file or folder that a recipe of CONTRIBUTING.md names is there."""
    recipes = read("CONTRIBUTING.md").partition("## Recipes")[2]
    named = re.findall(r"`([a-z_/.0-9-]+/[a-z_/.0-9-]*)`", recipes)

    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []
