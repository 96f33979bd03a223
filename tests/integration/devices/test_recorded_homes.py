"""Real recorded homes load completely; the recordings are not part of this repository."""

import os
from pathlib import Path

import pytest

from devices.simulators.recorded import load

FOLDER = Path(
    os.environ.get("MIMAMORI_RECORDED_HOMES")
    or Path(__file__).parents[3].parent / "shared" / "data"
)


@pytest.mark.recorded
@pytest.mark.parametrize(
    ("home", "entrance"), [("casas_al", "OutsideDoor.FrontDoor"), ("kasteren_a", "Frontdoor")]
)
def test_recorded_home_loads_completely(home: str, entrance: str) -> None:
    """Every row is an event or repeats one; none is bad; the entrance is found."""
    path = FOLDER / f"{home}.csv.gz"
    if not path.exists():
        pytest.skip(f"{path.name} is not there: set MIMAMORI_RECORDED_HOMES to its folder")
    recording = load(path)

    assert recording.report.bad == 0
    assert recording.report.unplayable == {}
    assert recording.report.played + recording.report.repeated == recording.report.rows
    assert recording.report.played > 0.99 * recording.report.rows
    assert [device.name for device in recording.devices if device.is_entrance] == [entrance]
