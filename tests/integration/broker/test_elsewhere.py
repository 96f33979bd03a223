"""A Mosquitto that somebody else runs from the exported files, as systemd and compose do."""

from __future__ import annotations

import asyncio
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import aiomqtt
import pytest

from cli.broker import LOOPBACK
from cli.installation import Installation
from domain.clock import pause
from domain.errors import MimamoriError
from messaging.connection import bare_line
from messaging.topics import Up, up
from storage.stores import Stores
from tests.integration.broker.city import LONGEST_S, City, ends, prepared
from tests.support.services import require

LOOK_S = 0.05


@pytest.fixture
async def city(tmp_path: Path) -> AsyncIterator[City]:
    """A broker's files, exported before anything runs."""
    with Stores.open(Installation(tmp_path / "data").stores) as stores:
        made = prepared(tmp_path, stores, embedded=False)
        await made.broker.write()
        yield made


@asynccontextmanager
async def run_elsewhere(city: City, *, reloads: bool = True) -> AsyncIterator[None]:
    """Run Mosquitto from a city's folder; `reloads`: somebody lets it read changed files again."""
    binary = require("mosquitto", "a broker that others run")
    folder, port = city.installation.city_broker, city.settings.port
    config = folder / "of-somebody-else.conf"
    config.write_text(f"{(folder / 'mosquitto.conf').read_text()}user root\nlog_dest none\n")
    process = subprocess.Popen([binary, "-c", config], stderr=subprocess.DEVNULL)  # noqa: ASYNC220, S603

    async def watch() -> None:
        seen = (folder / "passwords").read_bytes()
        while reloads:
            await pause(LOOK_S)
            now = (folder / "passwords").read_bytes()
            if now != seen:
                process.send_signal(signal.SIGHUP)
            seen = now

    async with asyncio.TaskGroup() as group:
        watching = group.create_task(watch())
        try:
            await wait_until_it_listens(port)
            yield
        finally:
            watching.cancel()
            process.terminate()
            await asyncio.to_thread(process.wait, 10)


async def wait_until_it_listens(port: int) -> None:
    """Wait until it has read its files, which it does before it listens."""
    async with asyncio.timeout(LONGEST_S):
        while True:
            with suppress(OSError):
                async with bare_line(LOOPBACK, port):
                    return
            await pause(LOOK_S)


async def test_it_is_tried_and_kept_in_step(city: City) -> None:
    """Whoever runs it reloads it: gateways come in, and a revoked one is out."""
    gateway = await city.add_gateway()
    async with run_elsewhere(city):
        await city.broker.start()
        async with city.client(gateway) as client:
            await client.publish(up(gateway, Up.NORMAL), b"in", qos=1)
            await city.revoke(gateway)
            await city.broker.sync()
            assert await ends(client)
        with pytest.raises(aiomqtt.MqttError):
            async with city.client(gateway):
                pass
        await city.broker.stop()


async def test_one_that_nobody_reloads_does_not_serve(city: City) -> None:
    """The testers are not known to it: that is told, and nothing is taken for proved."""
    async with run_elsewhere(city, reloads=False):
        with pytest.raises(MimamoriError) as caught:
            await city.broker.start()

    assert caught.value.problem.code == "BRK-003"
