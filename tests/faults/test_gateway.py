"""Faults of what runs in the home: its card, its clock, its power, its long absence."""

import json
import random
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.finding import Cause
from domain.quantity import Lane, Quantity
from domain.reading import ClockQuality
from gateway.config import ClockSource
from messaging.client import BrokerSettings
from messaging.envelope import decode_header, decode_pack, split_body
from messaging.senml import GapMarker
from storage.journal.sqlite import Journal
from tests.support.faked_clock import faked
from tests.support.process import Process, until
from tests.support.rig import Rig, rig
from tests.support.rig_home import RigHome
from tests.support.services import require
from tests.support.tmpfs import small_disk

pytestmark = pytest.mark.integration

QUICK = {
    "gateway.window.RESEND_AFTER_S": 1,
    "gateway.window.LONGEST_RESEND_S": 1,
    "messaging.client.LONGEST_BACKOFF_S": 0.5,
}
SEVENTY_TWO_HOURS = 72 * 60
"""Movements, one a minute."""
ALWAYS_SET = {"gateway.home_clock._WAS_SET": "/"}
"""A machine whose time server has answered in this boot."""


async def test_full_disk_keeps_doors_and_presses(tmp_path: Path) -> None:
    """G03: on a full card motion makes room for doors and presses; markers name what is missing."""
    with small_disk(tmp_path / "card", "2m") as card:
        async with rig(tmp_path) as city:
            home = city.homes[0]
            home.outbox = card.folder / "outbox.db"
            await _outlive_the_card(city, home, movements=9_000)


@pytest.mark.long
async def test_outage_beyond_the_limit_is_a_named_gap(tmp_path: Path) -> None:
    """G06: an outage longer than the outbox holds leaves exactly the gap that the server shows."""
    async with rig(tmp_path) as city:
        home = city.homes[0]
        home.outbox_most_mb = 1
        await _outlive_the_card(city, home, movements=9_000)


async def test_damaged_outbox(tmp_path: Path) -> None:
    """G04: of a damaged outbox what can be read arrives, nothing double, nothing made up."""
    chance = random.Random(4)  # noqa: S311 (places to damage)
    async with rig(tmp_path) as city:
        home = city.homes[0]
        await city.start_server()
        city.city.kill()
        path = city.installation.gateways / home.gateway / "outbox.db"
        for _ in range(3):
            process = await city.start_gateway(home, squeezed=QUICK)
            await city.live(home, 700)
            await until(lambda: _kept(path) >= city.produced * 0.9, process)
            process.kill()
            _flush(path)
            raw = bytearray(path.read_bytes())
            place = chance.randrange(4096, len(raw) - 64)
            raw[place : place + 64] = chance.randbytes(64)
            path.write_bytes(raw)
        await city.start_gateway(home, squeezed=QUICK)
        await city.live(home, 10)
        await city.city.start()
        expected = int(city.produced * 0.97)
        await until(lambda: city.stored() >= expected and city.is_projected(), city.server)
        await until(lambda: _waiting(city, home) == 0)
        found = await city.compare()
        assert (found.duplicated, found.unexpected) == (0, 0), found.examples
        assert city.gateway_quarantine(home).get("GTW-001", 0) >= 1


async def test_three_days_offline(tmp_path: Path) -> None:
    """G05: after 72 h offline a press is there before the backlog; all is booked at its own time.

    The press of the second day opens a labelled review, not an alert as if it were now.
    """
    async with rig(tmp_path) as city:
        home = city.homes[0]
        await city.start_server()
        await city.start_gateway(home, squeezed=QUICK)
        await city.live(home, 10)
        await city.all_stored()
        city.city.kill()
        await city.live(home, SEVENTY_TWO_HOURS)
        await city.press(home)
        await city.city.start()
        await until(lambda: _count(city, Lane.URGENT) == 1, city.server)
        behind = city.produced - city.stored()
        assert behind > SEVENTY_TWO_HOURS // 2, "the press waited behind the backlog"
        await city.prove()
        assert [one.reason.value for one in city.findings()] == ["button_arrived_late"]


async def test_boot_without_a_clock(tmp_path: Path) -> None:
    """G07: what a machine of 1970 hears is booked at its receipt, marked, and no sign of life.

    A press does not wait for the clock: it is a call for help at once.
    """
    async with rig(tmp_path) as city:
        home = city.homes[0]
        home.clock = ClockSource.NTP
        await city.start_server()
        await city.start_gateway(
            home,
            squeezed={
                **QUICK,
                "gateway.late_clock.LONGEST_HELD": 1,
                "gateway.service.HEARTBEAT": 1,
            },
            under=faked("@1970-01-02 00:00:00"),
        )
        now = datetime.now(UTC)  # noqa: TID251 (life itself)
        home.next_at = now
        await city.live(home, 20)
        await city.press(home)
        await until(lambda: city.stored() >= 2, city.server)
        rows = city.ask(
            "readings",
            "SELECT observed_ms, is_activity, c.text, q.text FROM reading"
            " JOIN word c ON c.id = quality JOIN word q ON q.id = quantity",
        )
        earliest_ms = (now - timedelta(minutes=1)).timestamp() * 1000
        latest_ms = (now + timedelta(minutes=4)).timestamp() * 1000
        assert all(earliest_ms <= at_ms <= latest_ms for at_ms, *_ in rows), rows
        assert {quality for *_, quality, _ in rows} == {ClockQuality.UNKNOWN.value}
        assert not any(is_activity for _, is_activity, _, _ in rows)
        await until(lambda: any(one.cause is Cause.HELP for one in city.findings()))


@pytest.mark.parametrize("step", [pytest.param("+3600", marks=pytest.mark.long), "-3600"])
async def test_clock_is_stepped(tmp_path: Path, step: str) -> None:
    """G08: a step of the machine's clock by an hour moves no reading: each has its own time."""
    offset = tmp_path / "offset"
    offset.write_text("+0\n")
    async with rig(tmp_path) as city:
        home = city.homes[0]
        home.clock = ClockSource.NTP
        home.next_at = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=61)  # noqa: TID251
        await city.start_server()
        await city.start_gateway(
            home, squeezed={**QUICK, **ALWAYS_SET}, under=faked(None, file=offset)
        )
        await city.live(home, 30)
        await city.all_stored()
        offset.write_text(step + "\n")
        await city.live(home, 30)
        await city.press(home)
        await city.prove()
        qualities = city.ask(
            "readings", "SELECT DISTINCT text FROM reading JOIN word w ON w.id = quality"
        )
        assert qualities == [(ClockQuality.SYNCED.value,)]


async def test_reboot_loop(tmp_path: Path) -> None:
    """G09: a gateway that falls over again and again says so; its records get out all the same."""
    async with rig(tmp_path) as city:
        home = city.homes[0]
        await city.start_server()
        for _ in range(5):
            process = await city.start_gateway(home, squeezed=QUICK)
            await city.live(home, 20)
            await city.press(home)
            process.kill()
        await city.start_gateway(home, squeezed=QUICK)
        await city.all_stored()
        await until(lambda: _status(city, home).get("health", {}).get("starts", 0) >= 6)
        await city.prove()


async def test_slow_card(tmp_path: Path) -> None:
    """G11: a card that takes long for each sync slows the gateway down and loses nothing."""
    strace = require("strace", "slow disks")
    delay = "inject=fsync,fdatasync:delay_enter=500000"
    async with rig(tmp_path) as city:
        home = city.homes[0]
        await city.start_server()
        process = await city.start_gateway(home)
        tracer = Process(
            [strace, "-f", "-e", "trace=fsync,fdatasync", "-e", delay, "-p", str(process.pid)],
            log=tmp_path / "strace.log",
        )
        try:
            await until(lambda: "attached" in tracer.said(), tracer)
            for _ in range(3):
                await city.live(home, 50)
                await city.press(home)
            await city.all_stored()
        finally:
            tracer.stop()
        assert "DELAYED" in tracer.said()
        await city.prove()


async def test_factory_reset(tmp_path: Path) -> None:
    """G12: after the outbox was wiped numbers begin at one in a new epoch; none is swallowed."""
    async with rig(tmp_path) as city:
        home = city.homes[0]
        await city.start_server()
        process = await city.start_gateway(home, squeezed=QUICK)
        await city.live(home, 100)
        await city.press(home)
        await city.all_stored()
        process.stop()
        for part in (city.installation.gateways / home.gateway).glob("outbox*"):
            part.unlink()
        await city.start_gateway(home, squeezed=QUICK)
        await city.live(home, 100)
        await city.press(home)
        await city.prove()
        epochs = city.ask("journal", "SELECT count(DISTINCT epoch) FROM stream")
        assert epochs == [(2,)]
        assert len(city.findings()) == 2


async def test_freeze(tmp_path: Path) -> None:
    """G14: the broker drops a gateway that stands still and says so; thawed it loses nothing."""
    async with rig(tmp_path) as city:
        home = city.homes[0]
        await city.start_server()
        uplink = BrokerSettings(port=city.city.port, username=home.gateway, keep_alive_s=5)
        process = await city.start_gateway(home, squeezed=QUICK, uplink=uplink)
        await city.live(home, 30)
        await city.all_stored()
        await until(lambda: _status(city, home).get("state") == "online")
        process.freeze()
        await city.live(home, 100)
        await city.press(home)
        await until(lambda: _status(city, home).get("state") == "offline", city.server)
        process.thaw()
        await city.prove()


async def _outlive_the_card(city: Rig, home: RigHome, *, movements: int) -> None:
    """Be offline until motion has to be dropped, come back, and account for every record."""
    await city.start_server()
    await city.start_gateway(home, squeezed=QUICK)
    await city.live(home, 10)
    await city.all_stored()
    city.city.kill()
    for _ in range(3):
        await city.live(home, movements // 3)
        await city.use_door(home, 10)
        await city.press(home)
    await city.city.start()
    await _started_again_until(city, home, lambda: city.stored_of(home, Quantity.HELP) == 3)
    await _started_again_until(
        city, home, lambda: _waiting(city, home) == 0 and city.is_projected()
    )
    found = await city.compare()
    missing = city.produced - city.stored()
    assert city.stored_of(home, Quantity.DOOR) == 30
    assert city.stored_of(home, Quantity.HELP) == 3
    assert (found.duplicated, found.unexpected) == (0, 0), found.examples
    assert missing > 0, "the card was not full: nothing was tested"
    assert _marked_missing(city) == missing


async def _started_again_until(city: Rig, home: RigHome, condition: Callable[[], bool]) -> None:
    """Wait as systemd does: a gateway that ended is started again, at most ten times."""
    for _ in range(10):
        await until(lambda: condition() or home.process is None or not home.process.is_running)
        if condition():
            return
        with suppress(AssertionError):  # it may end at once: the card is still full
            await city.start_gateway(home, squeezed=QUICK)
    raise AssertionError(f"it ends again and again: {home.process and home.process.said()[-800:]}")


def _marked_missing(city: Rig) -> int:
    """Count the numbers that gap markers name and that had not come before."""
    marked = 0
    with closing(Journal(city.installation.stores / "journal.db")) as journal:
        for entry in journal.after(0, limit=100_000):
            head, pack = split_body(entry.body, where="test")
            for record in decode_pack(decode_header(head, where="test"), pack, where="test"):
                if isinstance(record.content, GapMarker):
                    named = range(record.first_seq, record.last_seq + 1)
                    marked += sum(entry.is_fresh(seq) for seq in named)
    return marked


def _waiting(city: Rig, home: RigHome) -> int:
    """Count what a gateway has no receipt for; it may run."""
    path = home.outbox or city.installation.gateways / home.gateway / "outbox.db"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as reader:
        question = "SELECT coalesce(sum(last_seq - receipted_seq), 0) FROM position"
        return int(reader.execute(question).fetchone()[0])


def _kept(path: Path) -> int:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as reader:
        return int(reader.execute("SELECT count(*) FROM record").fetchone()[0])


def _flush(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _count(city: Rig, lane: Lane) -> int:
    rows = city.ask(
        "journal",
        "SELECT count(*) FROM envelope e JOIN stream s ON s.id = e.stream"
        " WHERE e.end_seq >= e.first_seq AND s.lane = ?",
        lane.value,
    )
    return int(rows[0][0])


def _status(city: Rig, home: RigHome) -> dict[str, Any]:
    rows = city.ask(
        "register", "SELECT detail FROM gateway_status WHERE gateway_id = ?", home.gateway
    )
    status: dict[str, Any] = json.loads(rows[0][0]) if rows else {}
    return status
