"""The check in a running installation: from a real broker to a real mail server and the switch."""

import asyncio
import subprocess
import sys
from pathlib import Path

from tests.support.services import require
from tests.support.watched import address_of, watched

LONGEST_S = 60.0


async def test_a_press_of_the_synthetic_home_reaches_mail_server_and_switch(
    tmp_path: Path,
) -> None:
    """It arrives soon after the start, says nothing of anybody, and is in no list."""
    require("mosquitto", "the check through a real broker")
    async with watched(tmp_path) as city:
        assert city.switch.pings
        assert {"CHECK" in str(one["Subject"]) for one in city.mail.mails} == {True}
        assert {str(to) for to in city.mail.recipients} == {str([address_of("check")])}
        for command in (("users", "list"), ("gateway", "list")):
            listed = await asyncio.to_thread(_run, city.folder, *command)
            assert "CHECK" not in listed
            assert "synthetic" not in listed


def _run(data: Path, *args: str) -> str:
    """Run a command to its end."""
    return subprocess.run(  # noqa: S603 (the program under test)
        [sys.executable, "-c", "from cli.main import main; main()", *args, "--data-dir", str(data)],
        capture_output=True,
        check=True,
        text=True,
        timeout=LONGEST_S,
    ).stdout
