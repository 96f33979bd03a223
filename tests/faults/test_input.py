"""Faults of what ingest is sent: garbage, floods, repeats, disorder, wrong times, strangers."""

import asyncio
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.case import CaseState
from domain.clock import pause
from domain.finding import Cause, Phase, Reason
from domain.ids import GatewayId, SensorId
from domain.quantity import Lane
from domain.reading import ClockQuality
from messaging.topics import up_lane
from tests.faults.envelopes import envelope, publish
from tests.integration.ingest.city import Gateway
from tests.support.process import until
from tests.support.rig import Rig, rig
from tests.support.scenario import city_from

pytestmark = pytest.mark.integration


async def test_poison_is_kept_aside_and_the_flow_goes_on(tmp_path: Path) -> None:
    """I02: garbage of forty kinds lies in quarantine, exactly; what is good around it is stored.

    Nothing is tried again for ever: the service lives on without a restart.
    """
    async with rig(tmp_path) as city:
        server = await city.start_server()
        voice = city.voice(city.homes[0], movements=400)
        chance = random.Random(2)  # noqa: S311 (chosen garbage)
        good = envelope(voice, 1_000, 5)
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
    """I03: while one gateway says 1,000 things a second, another is answered.

    What is left unanswered of the flood is not lost: its gateway sends it again.
    """
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
            for first in range(1, flood + 1, 100):
                loud.send(first, 100)
                await pause(0.02)  # not a flood again
            await loud.receipted(flood)
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


@pytest.mark.parametrize(
    "seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 20))]
)
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
                known.publish(up_lane(stranger.id, Lane.NORMAL), envelope(stranger, number, 1))
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


async def _stream(voice: Gateway, movements: int) -> None:
    """Say 100 things each tenth of a second."""
    for first in range(1, movements + 1, 100):
        for seq in range(first, first + 100):
            publish(voice, seq, 1)
        await pause(0.1)


def _send_all(voice: Gateway) -> None:
    for number in range(30):
        voice.send(number * 10 + 1, 10)
    for number in range(1, 4):
        voice.send(number, 1, lane=Lane.URGENT)


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
