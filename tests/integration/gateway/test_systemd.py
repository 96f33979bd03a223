"""The unit is sound, and the watchdog hears of committed steps only."""

import asyncio
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from domain.clock import pause
from gateway import service
from gateway.notify import READY, WATCHDOG, notify
from gateway.outbox import Outbox
from gateway.service import Gateway
from messaging.client import BrokerSettings
from tests.integration.gateway.conftest import Street, until
from tests.support.services import find

UNIT = Path(__file__).parents[3] / "deploy" / "systemd" / "mimamori-gateway.service"
HEARTBEATS_MISSED = 4


def test_unit_is_what_systemd_understands(tmp_path: Path) -> None:
    """Its own checker has nothing to complain of."""
    analyze = find("systemd-analyze")
    if analyze is None:
        pytest.skip("needs systemd-analyze")
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text("utf-8").replace("/opt/mimamori/bin/python", sys.executable))

    done = subprocess.run(  # noqa: S603 (our own arguments)
        [analyze, "verify", str(unit)], capture_output=True, text=True, timeout=60, check=False
    )

    ours = [line for line in done.stderr.splitlines() if UNIT.name in line]
    assert (done.returncode, ours) == (0, [])


def test_unit_never_gives_up_and_waits_for_several_heartbeats() -> None:
    """A gateway that systemd has given up is a home that nobody sees."""
    settings = dict(re.findall(r"^(\w+)=(.*)$", UNIT.read_text("utf-8"), re.MULTILINE))

    assert settings["Type"] == "notify"
    assert settings["Restart"] == "always"
    assert settings["StartLimitIntervalSec"] == "0"
    assert int(settings["WatchdogSec"]) > HEARTBEATS_MISSED * service.HEARTBEAT.total_seconds()
    assert settings["StateDirectory"] == "mimamori"


@pytest.fixture
def supervisor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """Return the socket on which systemd would listen."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind(str(tmp_path / "notify"))
        channel.setblocking(False)  # noqa: FBT003 (its only argument)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        yield channel


def _words(channel: socket.socket) -> list[str]:
    words = []
    while True:
        try:
            words.append(channel.recv(100).decode())
        except BlockingIOError:
            return words


@pytest.mark.integration
async def test_watchdog_hears_nothing_when_commits_stop(
    tmp_path: Path, supervisor: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A card that hangs is not covered up by a timer: only a commit makes a sound."""
    street = Street(tmp_path)
    closed = BrokerSettings(port=1, username="nobody")
    config = street.config(uplink=closed)
    gateway = Gateway(
        config,
        street.clock,
        on_ready=lambda: notify(READY),
        on_progress=lambda: notify(WATCHDOG),
    )
    running = asyncio.create_task(gateway.run())
    words: list[str] = []

    def heard(count: int) -> bool:
        words.extend(_words(supervisor))
        return words.count(WATCHDOG) >= count

    await until(lambda: heard(1))
    for minute in range(1, 3):
        street.clock.push(street.clock.now() + timedelta(minutes=1))
        await until(lambda m=minute: heard(1 + m))  # type: ignore[misc]
    assert words[0] == READY
    gate = asyncio.Event()
    loop = asyncio.get_running_loop()
    real = Outbox.tick

    def hangs(outbox: Outbox, **more: object) -> None:
        asyncio.run_coroutine_threadsafe(gate.wait(), loop).result(60)
        real(outbox, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Outbox, "tick", hangs)
    known = words.count(WATCHDOG)
    for _ in range(5):
        street.clock.push(street.clock.now() + timedelta(minutes=1))
        await pause(0)
    assert not heard(known + 1), "nothing was committed"
    gate.set()
    await until(lambda: heard(known + 1))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
