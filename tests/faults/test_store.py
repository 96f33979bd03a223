"""Faults of the disk under journal, readings and register."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from storage.journal.sqlite import Journal
from tests.support.process import Process, until
from tests.support.rig import rig
from tests.support.services import require
from tests.support.tmpfs import small_disk

pytestmark = pytest.mark.integration

HASTY = {"storage.sqlite.BUSY_TIMEOUT_S": 0.3, "cli.supervisor.LONGEST_PAUSE_S": 1}


async def test_full_disk_stops_receipts_and_nothing_else(tmp_path: Path) -> None:
    """S01: on a full disk nothing is receipted, what is stored is read; with room it goes on."""
    (tmp_path / "data").mkdir(mode=0o700)
    with small_disk(tmp_path / "data" / "stores", "16m") as disk:
        async with rig(tmp_path) as city:
            home = city.homes[0]
            server = await city.start_server(squeezed=HASTY)
            await city.start_gateway(home)
            await city.live(home, 20)
            await city.all_stored()
            disk.fill()
            await city.live(home, 2_000)
            await city.press(home)
            # Journal and register share the disk: which of them meets its end first is chance.
            await until(lambda: "disk is full" in server.said(), server)
            assert 20 <= city.stored() < city.produced
            disk.free()
            await city.prove()


async def test_read_only_disk_stops_receipts_and_nothing_else(tmp_path: Path) -> None:
    """S05: on a disk that has become read-only it is as on a full one."""
    (tmp_path / "data").mkdir(mode=0o700)
    with small_disk(tmp_path / "data" / "stores", "16m") as disk:
        async with rig(tmp_path) as city:
            home = city.homes[0]
            await city.start_server(squeezed=HASTY)
            await city.start_gateway(home)
            await city.live(home, 20)
            await city.all_stored()
            city.kill_server()
            disk.forbid_writing()
            await city.live(home, 50)
            refused = await city.start_server(waits=False)
            assert await refused.ended() != 0
            assert city.stored() == 20
            disk.allow_writing()
            await city.start_server()
            await city.prove()


@pytest.mark.parametrize("store", [pytest.param("journal", marks=pytest.mark.long), "readings"])
async def test_flipped_bits_are_not_served(tmp_path: Path, store: str) -> None:
    """S03: a store whose file was damaged while it lay there is refused by name, not believed."""
    async with rig(tmp_path) as city:
        home = city.homes[0]
        await city.start_server()
        await city.start_gateway(home)
        await city.live(home, 2_000)
        await city.all_stored()
        city.stop()
        path = city.installation.stores / f"{store}.db"
        _flush(path)
        raw = bytearray(path.read_bytes())
        size = int.from_bytes(raw[16:18], "big")
        page = size * (len(raw) // size // 2)
        raw[page : page + 200] = bytes(byte ^ 0x55 for byte in raw[page : page + 200])
        path.write_bytes(raw)
        before = city.city.subscriptions_of("ingest")
        refused = await city.start_server(waits=False)
        await until(
            lambda: refused.exit_code is not None or city.city.subscriptions_of("ingest") > before
        )
        assert refused.exit_code, "it works on with a damaged store"
        assert "STO-002" in refused.said()


async def test_deleted_file_is_noticed(tmp_path: Path) -> None:
    """S04: a journal that was deleted under the running service receipts nothing into the void.

    People are told that ingest does not move on.
    """
    async with rig(tmp_path) as city:
        server = await city.start_server(squeezed=HASTY)
        voice = city.voice(city.homes[0], movements=10)
        with voice.connected(city.city.port):
            voice.send(1, 10)
            await voice.receipted(10)
            await city.all_stored()
            (city.installation.stores / "journal.db").unlink()
            voice.send(11, 10)
            await until(lambda: not voice.receipts.empty() or city.is_told_of("ingest"), server)
            assert voice.receipts.empty()
        assert "STO-002" in server.said()
        assert city.stored() == 10


@pytest.mark.parametrize("times", ["when=1", "when=1+"], ids=["once", "always"])
async def test_failed_fsync_receipts_nothing(tmp_path: Path, times: str) -> None:
    """S06: a batch whose sync failed is not receipted; with a working disk it is all there."""
    strace = require("strace", "errors of the disk")
    async with rig(tmp_path) as city:
        server = await city.start_server(squeezed=HASTY)
        voice = city.voice(city.homes[0], movements=30)
        with voice.connected(city.city.port):
            voice.send(1, 10)
            await voice.receipted(10)
            await until(lambda: city.stored() == 10 and city.is_projected())
            inject = f"inject=fsync,fdatasync:error=EIO:{times}"
            tracer = Process(
                [strace, "-f", "-e", "trace=fsync,fdatasync", "-e", inject, "-p", str(server.pid)],
                log=tmp_path / "strace.log",
            )
            try:
                await until(lambda: "attached" in tracer.said(), tracer)
                voice.send(11, 10)
                await until(lambda: "disk I/O error" in server.said(), server)
                if times == "when=1+":
                    assert voice.receipts.empty()
            finally:
                tracer.stop()
            voice.send(21, 10)
            await voice.receipted(30)
        await city.prove()


@pytest.mark.long
async def test_open_reader_does_not_swell_the_log(tmp_path: Path) -> None:
    """S07: reading through our own ports all the time, the write-ahead logs stay below 64 MiB."""
    async with rig(tmp_path) as city:
        home = city.homes[0]
        await city.start_server()
        voice = city.voice(home, movements=40_000)
        logs = [city.installation.stores / f"{name}.db-wal" for name in ("journal", "readings")]
        largest = 0
        with (
            voice.connected(city.city.port),
            closing(Journal(logs[0].with_suffix(".db"))) as looking,
        ):

            def is_through() -> bool:
                nonlocal largest
                looking.after(0, limit=500)
                largest = max(largest, *(log.stat().st_size for log in logs if log.exists()))
                return city.stored() >= city.produced

            for first in range(1, 40_001, 20):
                voice.send(first, 20)
            await until(is_through)
        assert 0 < largest < 64 * 1024 * 1024
        await city.prove()


def _flush(path: Path) -> None:
    """Bring everything from the write-ahead log into the file."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
