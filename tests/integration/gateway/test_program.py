"""`python -m gateway CONFIG`: the very program of the home, killed and started again."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from gateway.config import dump_config
from tests.integration.gateway.conftest import Street, until

pytestmark = pytest.mark.integration
ROOT = Path(__file__).parents[3]


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
        await until(lambda: _has_heard(street))
        for cut in range(4):
            await street.move(range(cut * 300, cut * 300 + 100))
            await until(lambda done=cut * 300: len(street.arrived()) > done)  # type: ignore[misc]
            await street.move(range(cut * 300 + 100, cut * 300 + 300))
            gateway.send_signal(signal.SIGKILL)
            await gateway.wait()
            gateway = await _start(str(path))
        await until(lambda: len(street.arrived()) >= 1200)
    finally:
        gateway.send_signal(signal.SIGTERM)
        _, errors = await gateway.communicate()
        ingest.cancel()

    assert street.arrived() == list(range(1200))
    assert gateway.returncode == 0, errors.decode()


async def test_bad_settings_end_with_their_name(tmp_path: Path) -> None:
    """A wrong file ends the program at once, with code 2 and the reason."""
    process = await _start(str(tmp_path / "none.json"))
    _, errors = await process.communicate()

    assert process.returncode == 2
    assert errors.decode().startswith("CFG-001 ")


def _has_heard(street: Street) -> bool:
    """Tell whether the gateway hears its home: what it claims to know has moved since its start."""
    return len({header.as_of for header in street.ingest.headers}) > 1
