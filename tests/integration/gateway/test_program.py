"""`python -m gateway CONFIG`: the very program of the home, killed and started again."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from domain.clock import pause
from gateway.config import dump_config
from tests.integration.gateway.conftest import Street, until

pytestmark = pytest.mark.integration
ROOT = Path(__file__).parents[3]
FIRST = -1
"""A movement before all others, by which the test knows that the gateway hears."""


async def _start(*arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "gateway",
        *arguments,
        cwd=ROOT,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


async def test_killed_gateway_loses_and_doubles_nothing(street: Street) -> None:
    """Kill -9 four times while people move about: each movement arrives, once."""
    path = street.folder / "gateway.json"
    path.write_bytes(dump_config(street.config()))
    path.chmod(0o600)
    ingest = asyncio.create_task(street.ingest.run())
    gateway = await _start(str(path))
    try:
        await _until_heard(street)
        for cut in range(4):
            await street.move(range(cut * 300, cut * 300 + 100))
            await until(lambda done=cut * 300: len(street.arrived()) > done + 1)  # type: ignore[misc]
            await street.move(range(cut * 300 + 100, cut * 300 + 300))
            gateway.send_signal(signal.SIGKILL)
            await gateway.wait()
            gateway = await _start(str(path))
        await street.move([1200])
        await until(lambda: len(street.arrived()) > 1201)
    finally:
        gateway.send_signal(signal.SIGTERM)
        _, errors = await gateway.communicate()
        ingest.cancel()

    assert street.arrived() == [FIRST, *range(1201)]
    assert gateway.returncode == 0, errors.decode()


async def test_bad_settings_end_with_their_name(tmp_path: Path) -> None:
    """A wrong file ends the program at once, with code 2 and the reason."""
    process = await _start(str(tmp_path / "none.json"))
    _, errors = await process.communicate()

    assert process.returncode == 2
    assert errors.decode().startswith("CFG-001 ")


async def _until_heard(street: Street) -> None:
    """Say one movement again and again until the gateway has subscribed and it arrives."""
    for _ in range(300):
        await street.move([FIRST])
        await pause(0.1)
        if street.arrived():
            return
    raise AssertionError("the gateway does not hear its home")
