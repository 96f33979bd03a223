"""A replay that is killed and started again, as a power cut would do it."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cli.installation import Installation
from cli.verify import verify_folder
from devices.simulators.homes import TOKYO
from devices.simulators.ledger import Ledger
from tests.support.services import require
from tests.support.simulated_csv import write_csv

BEGIN = datetime(2026, 3, 2, tzinfo=TOKYO)
END = BEGIN + timedelta(days=3)
INCAPACITATED = BEGIN + timedelta(days=2, hours=10, minutes=30)
KILL_AFTER = [timedelta(hours=hours) for hours in (7, 19, 30, 53, 64)]
"""Virtual time since the beginning at which the process is killed: early, and around the case."""
LOOK_EACH_S = 0.02
LOOKS = 6_000
LIMIT_S = 120.0

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.timeout(300)]


def test_killed_replay_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """Killed five times in the middle, a replay ends with nothing lost, doubled or unexpected."""
    require("mosquitto", "a replay goes through a real broker")
    file, folder = tmp_path / "home.csv", tmp_path / "data"
    write_csv(file, seed=3, begin=BEGIN, end=END)

    for kill_after in KILL_AFTER:
        process = _start(file, folder, tmp_path / "log")
        _wait_until(folder, BEGIN + kill_after, process)
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=10)
    last = _start(file, folder, tmp_path / "log")

    assert last.wait(timeout=LIMIT_S) == 0, (tmp_path / "log").read_text()
    verification = verify_folder(folder, kills=len(KILL_AFTER))
    assert verification.produced > 1_000
    assert verification.emergencies == 1
    assert verification.holds, verification
    assert verification.waiting == verification.in_flight == 0


def _start(file: Path, folder: Path, log: Path) -> subprocess.Popen[bytes]:
    command = [
        sys.executable,
        "-c",
        "from cli.main import main; main()",
        "replay",
        str(file),
        "--incapacitated-from",
        INCAPACITATED.isoformat(),
        "--data-dir",
        str(folder),
    ]
    with log.open("ab") as output:
        return subprocess.Popen(command, stdout=output, stderr=output)  # noqa: S603 (our own)


def _wait_until(folder: Path, instant: datetime, process: subprocess.Popen[bytes]) -> None:
    """Wait until the replay has passed `instant`; fails when it ends or stands still before."""
    for _ in range(LOOKS):
        if _now(folder) >= instant:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(LOOK_EACH_S)
            pytest.fail("the replay ended by itself")
    pytest.fail(f"the replay did not reach {instant}")


def _now(folder: Path) -> datetime:
    path = Installation(folder).ledger
    if not path.exists():
        return BEGIN
    with Ledger(path) as ledger:
        position = ledger.position("player")
    return BEGIN if position is None else position.now
