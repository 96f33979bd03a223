"""A broker that stands still, though the system still takes connections for it."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from cli import city_broker, mosquitto
from tests.integration.broker.city import running
from tests.integration.ingest.city import until
from tests.support.services import require

pytestmark = pytest.mark.integration


async def test_a_frozen_broker_is_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B09: it is alive and answers nobody: after three looks another one takes its place."""
    require("mosquitto", "a broker that stands still")
    monkeypatch.setattr(city_broker, "LOOK_S", 0.1)
    monkeypatch.setattr(city_broker, "SYNC_S", 0.1)
    monkeypatch.setattr(mosquitto, "ANSWER_S", 0.5)
    monkeypatch.setattr(mosquitto, "STOP_WAIT_S", 0.5)
    async with running(tmp_path) as city:
        child = city.broker._mosquitto
        assert await child.answers()
        assert child._process is not None
        frozen = child._process.pid
        watching = asyncio.create_task(city.broker.run())
        os.kill(frozen, signal.SIGSTOP)
        try:
            await until(lambda: getattr(child._process, "pid", frozen) != frozen)
            async with city.broker._lock:  # held until it is started and tried out
                assert await child.answers()
            assert not watching.done()
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
