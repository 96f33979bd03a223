"""Faults of ingest itself: no store, no memory, no thread, too much to do."""

import asyncio
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import pytest

from cli.supervisor import Service, supervise
from domain.clock import RealClock
from ingest.config import IngestConfig
from ingest.consumer import Consumer
from ingest.packets import Publish
from ingest.service import run
from storage.stores import Stores
from tests.faults.envelopes import flood
from tests.support.process import until
from tests.support.rig import rig
from tests.support.wire import MASTER

pytestmark = pytest.mark.integration

HASTY = {"ingest.service.DEAF_AFTER_S": 1, "storage.sqlite.BUSY_TIMEOUT_S": 0.3}


@pytest.mark.parametrize("is_told", [False, True], ids=["I08", "I09"])
async def test_locked_store_is_waited_out(tmp_path: Path, *, is_told: bool) -> None:
    """I08 I09: while another program holds the journal nothing is receipted; then all is drained.

    When it lasts, a technical finding says that ingest does not move on.
    """
    async with rig(tmp_path) as city:
        await city.start_server(squeezed=HASTY)
        home = city.homes[0]
        await city.start_gateway(home)
        await city.live(home, 20)
        await city.all_stored()
        path = city.installation.stores / "journal.db"
        assert city.server is not None
        with closing(sqlite3.connect(path, isolation_level=None)) as holder:
            holder.execute("BEGIN IMMEDIATE")
            await city.live(home, 200)
            await city.press(home)
            await until(lambda: city.server is not None and "STO-001" in city.server.said())
            if is_told:
                await until(lambda: city.is_told_of("ingest"))
            assert city.stored() == 20
            holder.execute("ROLLBACK")
        await city.prove()


@pytest.mark.long
async def test_overload_is_held_by_the_broker(tmp_path: Path) -> None:
    """I10: a backlog far beyond its queue costs ingest no memory; it drains all of it."""
    envelopes, records = 3_000, 20
    limit = 512 * 1024 * 1024
    async with rig(tmp_path) as city:
        server = await city.start_server()
        voice = city.voice(city.homes[0], movements=envelopes * records)
        peak = 0

        def is_through() -> bool:
            nonlocal peak
            peak = max(peak, server.resident_bytes())
            return city.stored() >= city.produced

        with voice.connected(city.city.port):
            server.freeze()
            sending = asyncio.ensure_future(
                asyncio.to_thread(flood, voice, envelopes * records, records)
            )
            await sending
            server.thaw()
            await until(is_through, server)
        assert 0 < peak < limit
        await city.prove()


async def test_defect_in_the_hearing_ends_no_more_than_one_life(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I12: an exception while a message is taken ends one life of ingest; nothing is lost."""
    heard: list[int] = []
    real = Consumer._on_publish

    def once(self: Consumer, message: Publish) -> None:
        heard.append(1)
        if len(heard) == 2:
            raise ZeroDivisionError("a defect of our own")
        real(self, message)

    monkeypatch.setattr(Consumer, "_on_publish", once)
    async with rig(tmp_path) as city:
        with Stores.open(city.installation.stores) as stores:
            config = IngestConfig(
                host="127.0.0.1", port=city.city.port, password="any", master_key=MASTER
            )
            ingest = Service(
                name="ingest",
                run=lambda: run(config, stores, RealClock()),
                progress=("ingest", "projector"),
            )
            running = asyncio.ensure_future(supervise([ingest], stores, RealClock()))
            try:
                await until(lambda: city.city.subscriptions_of("ingest") == 1)
                await city.start_gateway(city.homes[0])
                await city.live(city.homes[0], 60)
                await city.all_stored()
            finally:
                running.cancel()
                with suppress(asyncio.CancelledError):
                    await running
        assert len(heard) > 2
        assert city.city.connections_of("ingest") >= 2
        await city.prove()


async def test_memory_limit_loses_nothing(tmp_path: Path) -> None:
    """I13: ingest that gets no more memory receipts nothing wrongly; started again it goes on."""
    async with rig(tmp_path) as city:
        server = await city.start_server(squeezed=HASTY)
        voice = city.voice(city.homes[0], movements=100_000)
        with voice.connected(city.city.port):
            server.freeze()
            await asyncio.to_thread(flood, voice, 100_000, 200)
            server.limit_memory(more_bytes=1 << 18)
            server.thaw()
            await until(lambda: server.exit_code is not None or _is_starved(server.said()))
            city.kill_server()
            await city.start_server()
            await city.prove()


def _is_starved(said: str) -> bool:
    return "MemoryError" in said or "out of memory" in said or "can't start new thread" in said
