"""Faults of what ingest is sent, and of ingest itself."""

import asyncio
import random
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cli.supervisor import Service, supervise
from domain.case import CaseState
from domain.clock import RealClock, pause
from domain.finding import Cause, Phase, Reason
from domain.ids import GatewayId, SensorId
from domain.quantity import Lane, Quantity
from domain.reading import ClockQuality, Reading
from ingest.config import IngestConfig
from ingest.consumer import Consumer
from ingest.service import run
from messaging.envelope import Header, encode
from messaging.keys import derive
from messaging.senml import encode_reading
from messaging.topics import up_lane
from storage.stores import Stores
from tests.integration.ingest.city import Gateway
from tests.support.rig import Rig, rig, until
from tests.support.scenario import city_from
from tests.support.wire import MASTER

pytestmark = pytest.mark.integration

HASTY = {"ingest.service.DEAF_AFTER_S": 1, "storage.sqlite.BUSY_TIMEOUT_S": 0.3}


async def test_poison_is_kept_aside_and_the_flow_goes_on(tmp_path: Path) -> None:
    """I02: garbage of forty kinds lies in quarantine, exactly; what is good around it is stored.

    Nothing is tried again for ever: the service lives on without a restart.
    """
    async with rig(tmp_path) as city:
        server = await city.start_server()
        voice = city.voice(city.homes[0], movements=400)
        chance = random.Random(2)  # noqa: S311 (chosen garbage)
        good = _envelope(voice, 1_000, 5)
        garbage = [_spoilt(good, chance, kind) for kind in range(40)]
        with voice.connected(city.city.port):
            for number in range(40):
                voice.publish(up_lane(voice.id, Lane.NORMAL), garbage[number])
                voice.send(number * 10 + 1, 10)
            await voice.receipted(400)
        await until(lambda: sum(city.quarantine().values()) >= 40)
        assert sum(city.quarantine().values()) == 40
        assert "stopped" not in server.said()
        await city.prove()


async def test_flood_of_one_gateway_does_not_shut_out_another(tmp_path: Path) -> None:
    """I03: while one gateway says 1,000 things a second, another is answered; none is lost."""
    flood = 5_000
    async with rig(tmp_path, homes=2) as city:
        await city.start_server()
        loud = city.voice(city.homes[0], movements=flood)
        quiet = city.voice(city.homes[1], movements=20)
        with loud.connected(city.city.port), quiet.connected(city.city.port):
            flooding = asyncio.ensure_future(_stream(loud, flood))
            for number in range(1, 21):
                quiet.send(number, 1)
                await quiet.receipted(number)
            heads = _positions(city)
            await flooding
            await until(lambda: city.stored() >= city.produced)
        assert heads[quiet.id] == 20
        assert heads[loud.id] < flood, "the quiet gateway waited until the flood was over"
        await city.prove()


async def test_everything_three_times_changes_nothing(tmp_path: Path) -> None:
    """I04: all envelopes sent twice more leave readings, states and findings as they were."""
    async with rig(tmp_path) as city:
        await city.start_server()
        voice = city.voice(city.homes[0], movements=300, presses=3)
        with voice.connected(city.city.port):
            _send_all(voice)
            await city.all_stored()
            await until(lambda: len(city.findings()) == 3)
            before = _content(city)
            for _ in range(2):
                while not voice.receipts.empty():
                    voice.receipts.get_nowait()
                _send_all(voice)
                await voice.receipted(3, Lane.URGENT)
        assert _content(city) == before
        await city.prove()


@pytest.mark.parametrize("seed", range(5))
async def test_order_of_arrival_does_not_matter(tmp_path: Path, seed: int) -> None:
    """I05: a day's envelopes in any order give the readings, sums and findings of the right order.

    That it holds for any order at all is shown by tests/property/ingest; here through the broker.
    """
    async with rig(tmp_path) as city:
        await city.start_server()
        voice = city.voice(city.homes[0], movements=240, presses=2)
        jobs: list[Callable[[], None]] = [
            *(lambda n=n: voice.send(n * 10 + 1, 10) for n in range(24)),
            *(lambda n=n: voice.send(n, 1, lane=Lane.URGENT) for n in (1, 2)),
        ]
        random.Random(seed).shuffle(jobs)  # noqa: S311 (an order)
        with voice.connected(city.city.port):
            for job in jobs:
                job()
            await voice.receipted(240)
        await city.all_stored()
        await until(lambda: len(city.findings()) == 2)
        rows = city.ask("register", "SELECT last_activity_at, watermark FROM home_state")
        newest_ms = int(voice.observed_at(240).timestamp() * 1000)
        assert rows == [(newest_ms, newest_ms)]
        await city.prove()


@pytest.mark.scenario
async def test_late_sign_of_life_closes_no_case(tmp_path: Path) -> None:
    """I06: movement that arrives three hours late is noted on the open case; a person closes it."""
    async with city_from(tmp_path, "2026-03-10 06:00") as city:
        await city.active("kitchen")
        await city.until("12:30")
        city.go_dark()
        await city.after(minutes=15)
        city.expect_mail("technician", about="gateway", at="12:30", within=timedelta(minutes=12))
        await city.acknowledge("technician", Cause.GATEWAY_SILENT)
        await city.until("17:30")
        await city.active("kitchen")
        await city.until("18:05")
        city.expect_mail("caseworker", about="inactivity", at="18:00")
        await city.acknowledge("caseworker", Cause.INACTIVITY)
        await city.until("20:30")
        await city.come_back()
        await city.after(minutes=10)

        case = city.case(Cause.INACTIVITY)
        assert case.state is not CaseState.RESOLVED
        recovered = [one for one in city.findings(Cause.INACTIVITY) if one.phase is Phase.RECOVERED]
        assert [one.reason for one in recovered] == [Reason.ACTIVITY_SEEN]
        assert recovered[0].began_at == city.time("17:30")


async def test_time_a_day_ahead_is_booked_at_the_receipt(tmp_path: Path) -> None:
    """I07: a record from tomorrow is stored at its receipt, marked, and is no sign of life."""
    async with rig(tmp_path) as city:
        await city.start_server()
        now = datetime.now(UTC)  # noqa: TID251 (a gateway whose clock is wrong)
        voice = Gateway(
            id=city.homes[0].gateway,
            sensors=city.homes[0].sensors,
            began_at=now + timedelta(days=1),
        )
        with voice.connected(city.city.port):
            voice.send(1, 3)
            await voice.receipted(3)
        await until(lambda: city.stored() == 3)
        latest_ms = (now + timedelta(minutes=2)).timestamp() * 1000
        rows = city.ask(
            "readings",
            "SELECT observed_ms, is_activity, text FROM reading JOIN word w ON w.id = quality",
        )
        assert all(at_ms <= latest_ms for at_ms, _, _ in rows)
        assert {(activity, quality) for _, activity, quality in rows} == {
            (0, ClockQuality.UNKNOWN.value)
        }


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
                await until(lambda: _told_of(city, "ingest"))
            assert city.stored() == 20
            holder.execute("ROLLBACK")
        await city.prove()


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
                asyncio.to_thread(_flood, voice, envelopes * records, records)
            )
            await sending
            server.thaw()
            await until(is_through, server)
        assert 0 < peak < limit
        await city.prove()


async def test_strangers_make_no_homes(tmp_path: Path) -> None:
    """I11: unknown gateways and unknown sensors are kept aside; no home and no reading is made."""
    async with rig(tmp_path) as city:
        await city.start_server()
        home = city.homes[0]
        known = city.voice(home, movements=5)
        stranger = Gateway(id=GatewayId("stranger"), sensors=home.sensors, began_at=home.next_at)
        odd = {name: SensorId(f"no-such-{name}") for name in home.sensors}
        with known.connected(city.city.port):
            for number in range(1, 21):
                known.publish(up_lane(stranger.id, Lane.NORMAL), _envelope(stranger, number, 1))
            known.send(1, 5)
            await known.receipted(5)
            known.sensors = odd
            known.send(6, 10)
            await known.receipted(15)
        await city.all_stored()
        assert sum(city.quarantine().values()) == 30
        assert city.ask("register", "SELECT count(*) FROM home") == [(1,)]
        assert city.ask("register", "SELECT count(*) FROM gateway") == [(1,)]
        assert city.stored() == 5


async def test_deaf_thread_is_noticed_and_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I12: an exception in the network's thread ends one life of ingest; the next loses nothing."""
    heard: list[int] = []
    real = Consumer._on_message

    def once(self: Consumer, client: object, userdata: object, message: object) -> None:
        heard.append(1)
        if len(heard) == 5:
            raise ZeroDivisionError("a defect of our own")
        real(self, client, userdata, message)  # type: ignore[arg-type]

    monkeypatch.setattr(Consumer, "_on_message", once)
    monkeypatch.setattr("threading.excepthook", lambda _: None)
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
        assert len(heard) >= 5
        assert city.city.connections_of("ingest") >= 2
        await city.prove()


async def test_memory_limit_loses_nothing(tmp_path: Path) -> None:
    """I13: ingest that gets no more memory receipts nothing wrongly; started again it goes on."""
    async with rig(tmp_path) as city:
        server = await city.start_server(squeezed=HASTY)
        voice = city.voice(city.homes[0], movements=100_000)
        with voice.connected(city.city.port):
            server.freeze()
            await asyncio.to_thread(_flood, voice, 100_000, 200)
            server.limit_memory(more_bytes=1 << 18)
            server.thaw()
            await until(lambda: server.exit_code is not None or _is_starved(server.said()))
            city.kill_server()
            await city.start_server()
            await city.prove()


def _is_starved(said: str) -> bool:
    return "MemoryError" in said or "out of memory" in said or "can't start new thread" in said


def _told_of(city: Rig, name: str) -> bool:
    return any(
        one.cause is Cause.SERVICE_FAILED and one.service == name and one.phase is Phase.BEGUN
        for one in city.findings()
    )


async def _stream(voice: Gateway, movements: int) -> None:
    """Say 100 things each tenth of a second."""
    for first in range(1, movements + 1, 100):
        for seq in range(first, first + 100):
            _publish(voice, seq, 1)
        await pause(0.1)


def _publish(voice: Gateway, first: int, count: int) -> None:
    voice.client.publish(up_lane(voice.id, Lane.NORMAL), _envelope(voice, first, count), qos=1)


def _flood(voice: Gateway, movements: int, each: int = 1) -> None:
    for first in range(1, movements + 1, each):
        _publish(voice, first, each)


def _send_all(voice: Gateway) -> None:
    for number in range(30):
        voice.send(number * 10 + 1, 10)
    for number in range(1, 4):
        voice.send(number, 1, lane=Lane.URGENT)


def _envelope(voice: Gateway, first: int, count: int) -> bytes:
    last = first + count - 1
    header = Header(
        gateway=voice.id,
        lane=Lane.NORMAL,
        epoch="epoch-one",
        first_seq=first,
        end_seq=last,
        as_of=voice.observed_at(last),
        last_seq=last,
        clock=ClockQuality.SYNCED,
    )
    records = [
        encode_reading(
            Reading(
                sensor=voice.sensors["motion"],
                quantity=Quantity.MOTION,
                value=1.0,
                observed_at=voice.observed_at(seq),
            )
        )
        for seq in range(first, first + count)
    ]
    return encode(header, records, derive(MASTER, voice.id, 1))


def _spoilt(good: bytes, chance: random.Random, kind: int) -> bytes:
    """Return something that looks less and less like an envelope."""
    place = chance.randrange(len(good))
    flipped = good[place] ^ (1 << chance.randrange(8))
    forms = (
        good[:place],
        good[:place] + bytes([flipped]) + good[place + 1 :],
        good[:place] + good[place + 1 :],
        good + bytes([kind]),
        chance.randbytes(1 + place),
        b"\n" * (1 + kind),
        b'{"version":%d}\n[]\n' % kind,
        b"[" * (1_000 * kind),
    )
    return forms[kind % len(forms)]


def _positions(city: Rig) -> dict[str, int]:
    rows = city.ask(
        "journal",
        "SELECT s.gateway, count(*) FROM envelope e JOIN stream s ON s.id = e.stream"
        " GROUP BY s.gateway",
    )
    return dict(rows)


def _content(city: Rig) -> list[list[tuple[object, ...]]]:
    return [
        city.ask("readings", "SELECT * FROM reading ORDER BY 1, 2, 3, 4, 5, 6"),
        city.ask(
            "register", "SELECT home_id, cause, phase, reason, began_at FROM finding ORDER BY key"
        ),
        city.ask("register", "SELECT last_activity_at, watermark FROM home_state"),
    ]
