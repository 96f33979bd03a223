"""Faults of the city's broker: it may forget everything, and no reading is lost by it."""

import asyncio
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from cli.broker import CITY
from domain.clock import RealClock
from domain.finding import Cause
from domain.quantity import Lane
from ingest.config import IngestConfig
from ingest.consumer import Consumer
from ingest.service import run
from messaging.connection import TidyClient
from messaging.topics import UP_FILTER, up_lane
from storage.stores import Stores
from tests.support.process import until
from tests.support.rig import Rig, rig
from tests.support.tmpfs import small_disk
from tests.support.wire import MASTER

pytestmark = pytest.mark.integration

HASTY = {
    "ingest.service.DEAF_AFTER_S": 1,
    "ingest.consumer.KEEP_ALIVE_S": 1,
    "ingest.consumer.CONNECT_TIMEOUT_S": 1,
    "cli.supervisor.LONGEST_PAUSE_S": 1,
}
QUICK_RESEND = {
    "gateway.window.RESEND_AFTER_S": 1,
    "gateway.window.LONGEST_RESEND_S": 1,
    "gateway.uplink.LOOK_AGAIN_S": 0.5,
}
UNHEARD = 12
"""So many envelopes without an answer are enough to notice it."""


async def test_all_sessions_lost(tmp_path: Path) -> None:
    """B02: the broker comes back without any session; ingest and gateways subscribe anew."""
    async with rig(tmp_path, homes=2) as city:
        await city.start_server()
        await _start_gateways(city)
        for home in city.homes:
            await city.live(home, 50)
        await city.all_stored()
        city.city.kill()
        city.city.database.unlink(missing_ok=True)
        for home in city.homes:
            await city.live(home, 100)
            await city.press(home)
        await city.city.start()
        await city.prove()
        assert city.city.subscriptions_of("ingest") == 2


async def test_damaged_persistence_is_loud(tmp_path: Path) -> None:
    """B03: the broker that cannot read what it kept does not come up, and people are told.

    When the damaged file is put aside everything is there again.
    """
    async with rig(tmp_path) as city:
        await city.start_server(squeezed=HASTY)
        home = city.homes[0]
        await city.start_gateway(home, squeezed=QUICK_RESEND)
        await city.live(home, 20)
        await city.all_stored()
        city.city.stop()
        saved = bytearray(city.city.database.read_bytes())
        saved[:40] = b"\xff" * 40
        city.city.database.write_bytes(saved)
        await city.live(home, 30)
        with pytest.raises(TimeoutError):
            await city.city.start()
        await until(lambda: city.is_told_of("ingest"))
        city.city.database.rename(city.city.database.with_suffix(".damaged"))
        await city.city.start()
        await city.prove()


@pytest.mark.long
async def test_full_disk_of_the_broker(tmp_path: Path) -> None:
    """B03: a broker that can save nothing any more costs no reading, whenever it is killed."""
    with small_disk(tmp_path / "city", "1m") as disk:
        async with rig(tmp_path, settings={"autosave_interval": "1"}) as city:
            disk.fill()
            await city.start_server()
            home = city.homes[0]
            await city.start_gateway(home, squeezed=QUICK_RESEND)
            for _ in range(3):
                await city.live(home, 100)
                city.city.kill()
                await city.live(home, 20)
                await city.city.start()
            await city.prove()


async def test_queue_limit_of_the_broker(tmp_path: Path) -> None:
    """B04: what the broker dropped over its limit while ingest was away is sent again."""
    async with rig(tmp_path, settings={"max_queued_messages": "3"}) as city:
        await city.start_server()
        home = city.homes[0]
        await city.start_gateway(home, squeezed=QUICK_RESEND)
        await city.live(home, 10)
        await city.all_stored()
        city.kill_server()
        for _ in range(20):
            await city.live(home, 1)
        await until(lambda: city.city.says("Outgoing messages are being dropped") > 0)
        await city.live(home, 500)
        await city.start_server()
        await city.prove()


async def test_denied_gateway_keeps_everything(tmp_path: Path) -> None:
    """B05: a wrong access list says "Success" and delivers nothing: without receipts all is kept.

    The other home goes on; when the list is mended the denied one loses nothing.
    """
    async with rig(tmp_path, homes=2, is_secure=True) as city:
        denied, other = city.homes
        acl = city.city.folder / "acl"
        rules = acl.read_text()
        user = f"user {other.gateway}\n"
        only = f"mimamori/v1/{other.gateway}"
        acl.write_text(
            CITY.mosquitto.partition("pattern")[0]
            + f"{user}topic write {only}/up/#\ntopic read {only}/down/#\n"
            + "pattern read mimamori/v1/%u/down/#\n"
        )
        city.city.reload()
        await city.start_server()
        for home in city.homes:
            await city.start_gateway(home, squeezed=QUICK_RESEND)
            await city.live(home, 30)
        await until(lambda: city.stored() >= 30 and city.is_projected())
        await until(lambda: city.city.says(f"Denied PUBLISH from {denied.gateway}") > 1)
        assert city.stored() == 30
        acl.write_text(rules)
        city.city.reload()
        await city.prove()


async def test_payload_over_the_limit(tmp_path: Path) -> None:
    """B06: one enormous message is dropped or kept aside at the first door; others flow."""
    huge = b"x" * 1_000_000
    async with rig(tmp_path, homes=2) as city:
        await city.start_server()
        await _start_gateways(city)
        await city.publish(city.homes[0], "motion", {"occupancy": True, "note": "x" * 1_000_000})
        loud = paho.Client(CallbackAPIVersion.VERSION2, client_id="loud")
        loud.connect("127.0.0.1", city.city.port)
        loud.loop_start()
        loud.publish(up_lane(city.homes[0].gateway, Lane.NORMAL), huge, qos=1)
        for home in city.homes:
            await city.live(home, 30)
            await city.press(home)
        await city.all_stored()
        loud.disconnect()
        loud.loop_stop()
        assert all(home.process is not None for home in city.homes)
        assert city.quarantine() == {}
        await city.prove()


@pytest.mark.parametrize("restarts", [2, pytest.param(20, marks=pytest.mark.long)])
async def test_retained_fall_is_one_fall(tmp_path: Path, restarts: int) -> None:
    """B07: a press that the broker retains comes at each start of ingest: counted, no finding."""
    async with rig(tmp_path) as city:
        await city.start_server()
        voice = city.voice(city.homes[0], presses=1)
        with voice.connected(city.city.port):
            voice.send(1, 1, lane=Lane.URGENT, retain=True)
            await voice.receipted(1, Lane.URGENT)
            for number in range(restarts):
                city.kill_server()
                await city.start_server()
                await until(lambda n=number: city.quarantine().get("MQT-004", 0) > n)  # type: ignore[misc]
        assert [one.cause for one in city.findings()] == [Cause.HELP]
        await city.prove()


async def test_nobody_takes_anothers_client_id(tmp_path: Path) -> None:
    """B08: a gateway that calls itself by another's client id throws nobody off, forges nothing."""
    async with rig(tmp_path, homes=2, is_secure=True) as city:
        victim, attacker = city.homes
        await city.start_server()
        await city.start_gateway(victim)
        await city.live(victim, 10)
        await city.all_stored()
        before = city.city.connections_of(victim.gateway)
        stolen = city.installation.broker_password(attacker.gateway)
        async with TidyClient(
            "127.0.0.1",
            city.city.port,
            username=attacker.gateway,
            password=stolen,
            identifier=victim.gateway,
        ) as client:
            await client.publish(up_lane(victim.gateway, Lane.NORMAL), b"forged", qos=1)
            await client.publish(up_lane(attacker.gateway, Lane.NORMAL), b"own", qos=1)
            await until(lambda: sum(city.quarantine().values()) == 1)
        await city.live(victim, 10)
        await city.prove()
        assert city.city.connections_of(victim.gateway) == before
        assert sum(city.quarantine().values()) == 1, "what was forged came through"


async def test_frozen_broker(tmp_path: Path) -> None:
    """B09: a broker that stands still is noticed and told of; its restart loses nothing."""
    async with rig(tmp_path) as city:
        await city.start_server(squeezed=HASTY)
        home = city.homes[0]
        await city.start_gateway(home, squeezed=QUICK_RESEND)
        await city.live(home, 20)
        await city.all_stored()
        assert city.city.process is not None
        city.city.process.freeze()
        await city.live(home, 50)
        await until(lambda: city.is_told_of("ingest"))
        city.city.kill()
        await city.city.start()
        await city.prove()


async def test_lost_subscription_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B11: ingest that is connected and hears nothing finds it out and subscribes anew."""
    consumers: list[Consumer] = []
    connect = Consumer.connect

    def remembered(self: Consumer) -> None:
        consumers.append(self)
        connect(self)

    monkeypatch.setattr(Consumer, "connect", remembered)
    monkeypatch.setattr("ingest.consumer.PROBE_EACH_S", 0.5)
    monkeypatch.setattr("ingest.consumer.UNHEARD_S", 2.0)
    async with rig(tmp_path) as city:
        with Stores.open(city.installation.stores) as stores:
            config = IngestConfig(
                host="127.0.0.1", port=city.city.port, password="any", master_key=MASTER
            )
            running = asyncio.ensure_future(run(config, stores, RealClock()))
            try:
                await until(lambda: city.city.subscriptions_of("ingest") == 1)
                await city.start_gateway(city.homes[0], squeezed=QUICK_RESEND)
                consumers[0]._client.unsubscribe(UP_FILTER)
                await until(lambda: city.city.says("Sending UNSUBACK to ingest") == 1)
                await city.live(city.homes[0], 20)
                said = f"Received PUBLISH from {city.homes[0].gateway}"
                before = city.city.says(said)
                await until(lambda: city.stored() == 20 or city.city.says(said) > before + UNHEARD)
                assert city.stored() == 20
            finally:
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)


async def _start_gateways(city: Rig) -> None:
    for home in city.homes:
        await city.start_gateway(home, squeezed=QUICK_RESEND)
