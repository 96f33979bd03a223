"""Recorded homes replayed through the whole way: simulator, gateway, broker, ingest to alerting."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from cli.replay import ReplayRequest, ReplayResult, replay
from cli.verify import verify_folder
from devices.simulators.homes import TOKYO
from devices.simulators.recorded import RecordedHome, load
from tests.support.recorded import recorded_home
from tests.support.services import require

pytestmark = [
    pytest.mark.integration,
    pytest.mark.recorded,
    pytest.mark.slow,
    pytest.mark.timeout(300),
]

INCAPACITATED = {
    "casas_al": ("2011-06-22T10:00", "2011-06-25T19:30", "2011-06-28T14:00"),
    "kasteren_a": ("2008-03-05T20:30", "2008-03-06T19:30", "2008-03-10T21:30"),
}
"""Instants at which the resident was at home and moving shortly before."""
CAP_H = 12.5
"""The cap at home is 12 h from the last activity; the case comes at most a heartbeat later."""
CASES = [
    pytest.param(home, since, marks=[pytest.mark.long] if number else [], id=f"{home}-{since}")
    for home, instants in INCAPACITATED.items()
    for number, since in enumerate(instants)
]
"""The shortest of each home in `make test`, all in `make test-recorded`."""


@pytest.mark.parametrize(("home", "since"), CASES)
async def test_incapacitated_resident_is_told_exactly_once(
    home: str, since: str, tmp_path: Path
) -> None:
    """Whoever does not move any more is one case, within the cap, and no reading is lost."""
    result = await _replay(home, since, tmp_path)

    assert len(result.told) == 1
    assert result.delay is not None
    assert result.delay.total_seconds() / 3600 < CAP_H
    assert verify_folder(tmp_path).holds


@pytest.mark.long
@pytest.mark.parametrize("home", INCAPACITATED)
async def test_home_as_it_was_gives_false_cases_only(home: str, tmp_path: Path) -> None:
    """Without an injection every case is false, and fewer than a fixed rule of 8 h would give."""
    result = await _replay(home, None, tmp_path)

    assert result.told == ()
    assert result.delay is None
    fixed_8h, _ = result.fixed
    assert result.false_cases <= max(fixed_8h.false_cases, 1)
    assert verify_folder(tmp_path).holds


async def _replay(home: str, since: str | None, folder: Path) -> ReplayResult:
    require("mosquitto", "a replay goes through a real broker")
    file = recorded_home(home)
    at = None if since is None else datetime.fromisoformat(since).replace(tzinfo=TOKYO)
    request = ReplayRequest(file=file, incapacitated_from=at, folder=folder)
    return await replay(request, RecordedHome(load(file)), folder)
