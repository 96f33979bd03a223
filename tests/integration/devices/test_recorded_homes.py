"""Real recorded homes load completely; the recordings are not part of this repository."""

import pytest

from devices.simulators.recorded import load
from tests.support.recorded import recorded_home


@pytest.mark.recorded
@pytest.mark.parametrize(
    ("home", "entrance"), [("casas_al", "OutsideDoor.FrontDoor"), ("kasteren_a", "Frontdoor")]
)
def test_recorded_home_loads_completely(home: str, entrance: str) -> None:
    """Every row is an event or repeats one; none is bad; the entrance is found."""
    recording = load(recorded_home(home))

    assert recording.report.bad == 0
    assert recording.report.unplayable == {}
    assert recording.report.played + recording.report.repeated == recording.report.rows
    assert recording.report.played > 0.99 * recording.report.rows
    assert [device.name for device in recording.devices if device.is_entrance] == [entrance]
