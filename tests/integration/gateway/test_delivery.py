"""From the home's broker to the server through real brokers: everything, once, and honestly."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from domain.quantity import Lane, Quantity
from gateway import window
from gateway.config import GatewayConfig
from gateway.outbox import Outbox
from gateway.service import Gateway
from messaging.client import BrokerSettings
from messaging.keys import GatewayKey
from messaging.receipt import Command, CommandWord, Receipt
from tests.integration.gateway.conftest import GATEWAY, KEY, NOON, START, Street, until

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
def _soon_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Send again after half a second, so that no test waits for 15."""
    monkeypatch.setattr(window, "RESEND_AFTER_S", 0.5)
    monkeypatch.setattr(window, "LONGEST_RESEND_S", 2.0)


@asynccontextmanager
async def running(street: Street, config: GatewayConfig | None = None) -> AsyncIterator[Gateway]:
    """Run fake ingest and gateway; both end with the block."""
    gateway = Gateway(config or street.config(), street.clock)
    ingest = asyncio.create_task(street.ingest.run())
    home = asyncio.create_task(gateway.run())
    try:
        yield gateway
    finally:
        for task in (home, ingest):
            task.cancel()
        for result in await asyncio.gather(home, ingest, return_exceptions=True):
            if not isinstance(result, asyncio.CancelledError):
                raise AssertionError(result)  # noqa: TRY004 (it is a failed test)


async def settle(gateway: Gateway, street: Street) -> None:
    """Push the clock a second and wait until the server knows the home up to there."""
    street.clock.push(street.clock.now() + timedelta(seconds=1))
    gateway.beat()
    await until(lambda: (gateway.receipted_as_of or START) >= street.clock.now())


async def heard(gateway: Gateway) -> None:
    """Wait until the gateway hears its home for the first time."""
    await until(lambda: gateway.receipted_as_of is not None)


@pytest.mark.parametrize("mqtt5", [False, True])
async def test_movements_arrive_in_order_and_are_proved(
    street: Street,
    mqtt5: bool,  # noqa: FBT001
) -> None:
    """What was published before the clock moved is on the server when the watermark is there."""
    async with running(street, street.config(mqtt5=mqtt5)) as gateway:
        await heard(gateway)
        for step in range(5):
            await street.move(range(step * 100, step * 100 + 100))
            await settle(gateway, street)

            assert street.arrived() == list(range(step * 100 + 100))
            assert (street.ingest.watermark() or START) >= street.clock.now()
        assert (gateway.heard, gateway.committed, gateway.unreceipted()) == (500, 500, 0)
        assert b'"online"' in street.ingest.statuses[-1]
    assert b'"offline"' in (await _last_status(street))


async def test_heartbeat_each_minute(street: Street) -> None:
    """A home in which nothing happens is heard once a minute, and its watermark moves."""
    async with running(street) as gateway:
        await heard(gateway)
        for minute in range(1, 6):
            street.clock.push(NOON + timedelta(minutes=minute))
            await until(lambda: gateway.receipted_as_of == street.clock.now())

    assert all(header.is_empty for header in street.ingest.headers)
    assert 6 <= len(street.ingest.headers) <= 8


async def test_lost_envelopes_come_again(street: Street) -> None:
    """A broker that acknowledges and drops loses nothing: only a receipt is believed."""
    street.ingest.drop_each = 3
    async with running(street) as gateway:
        await until(lambda: bool(street.ingest.statuses))
        await _hears(gateway)
        await street.move(range(100))
        await until(lambda: gateway.unreceipted() == 0 and len(street.arrived()) >= 100)

    assert street.arrived() == list(range(100))


async def test_silent_server_gets_all_when_it_speaks_again(street: Street) -> None:
    """While no receipt comes all is kept; afterwards nothing is doubled."""
    async with running(street) as gateway:
        await heard(gateway)
        street.ingest.is_answering = False
        await street.move(range(200))
        await until(lambda: gateway.committed == 200)
        assert gateway.unreceipted() == 200
        street.ingest.is_answering = True
        await until(lambda: gateway.unreceipted() == 0)

    assert street.arrived() == list(range(200))


async def test_city_broker_killed_midway(street: Street) -> None:
    """Kill -9 of the city's broker, three times under load: every record arrives."""
    async with running(street) as gateway:
        await heard(gateway)
        for cut in range(3):
            await street.move(range(cut * 200, cut * 200 + 100))
            street.city.kill()
            await street.move(range(cut * 200 + 100, cut * 200 + 200))
            await street.city.start()
        await until(lambda: gateway.unreceipted() == 0 and len(street.arrived()) >= 600)

    assert street.arrived() == list(range(600))


async def test_stopped_gateway_gets_what_it_missed(street: Street) -> None:
    """What is published while the gateway is away waits in its session at the home's broker."""
    async with running(street) as gateway:
        await heard(gateway)
        await street.publish([("front/door", {"contact": True})])
        await street.move(range(50))
        await until(lambda: gateway.committed == 51)
    await street.move(range(50, 120))
    await street.publish([("front/door", {"contact": True, "battery": 90})])
    async with running(street) as gateway:
        await until(lambda: len(street.arrived()) >= 120)
        await settle(gateway, street)

    assert street.arrived() == list(range(120))
    doors = [one for one in street.ingest.readings() if one.quantity is Quantity.DOOR]
    assert doors == [], "a restart is no change"


async def test_uncommitted_messages_are_not_acknowledged(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A gateway that dies between hearing and committing hears the same again."""
    broken = True

    def append(outbox: Outbox, readings: list[object], **more: object) -> int:
        if broken and readings:
            raise MemoryError
        return real(outbox, readings, **more)  # type: ignore[arg-type]

    real = Outbox.append
    gateway = Gateway(street.config(), street.clock)
    home = asyncio.create_task(gateway.run())
    await _hears(gateway)
    monkeypatch.setattr(Outbox, "append", append)
    await street.move(range(40))
    with pytest.RaisesGroup(MemoryError, flatten_subgroups=True):
        await asyncio.wait_for(home, 30)
    broken = False
    assert street.arrived() == []

    async with running(street):
        await until(lambda: len(street.arrived()) >= 40)

    assert street.arrived() == list(range(40))


async def test_frozen_home_broker_stops_the_watermark(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A gateway that cannot hear its home is alive and says so, and claims to know no more."""
    monkeypatch.setattr("gateway.listener.LOOK_TIMEOUT_S", 0.3)
    async with running(street) as gateway:
        await heard(gateway)
        await settle(gateway, street)
        known = street.ingest.watermark()
        count = len(street.ingest.headers)
        frozen_at = street.clock.now()
        street.home.freeze()
        for minute in range(1, 4):
            street.clock.push(frozen_at + timedelta(minutes=minute))
            await until(lambda m=minute: len(street.ingest.headers) >= count + m)  # type: ignore[misc]
        assert street.ingest.watermark() == known
        street.home.thaw()
        await settle(gateway, street)

    assert (street.ingest.watermark() or START) > (known or START)


async def test_lower_receipt_brings_records_again(street: Street) -> None:
    """A restored server says where it stands and gets everything from there."""
    async with running(street) as gateway:
        await heard(gateway)
        await street.move(range(60))
        await settle(gateway, street)
        (lane, epoch) = next(iter(street.ingest.journal))
        street.ingest.restore(lane, epoch, keep=25)
        await street.ingest.say_receipt(
            Receipt(gateway=GATEWAY, lane=Lane.NORMAL, epoch=epoch, seq=25)
        )
        await until(lambda: len(street.arrived()) >= 60)

    assert street.arrived() == list(range(60))


async def test_new_epoch_on_command(street: Street) -> None:
    """Told once or twice to count anew, the gateway does it once, and nothing is lost."""
    async with running(street) as gateway:
        await heard(gateway)
        await street.move(range(30))
        await settle(gateway, street)
        old = street.ingest.headers[-1].epoch
        command = Command(gateway=GATEWAY, word=CommandWord.NEW_EPOCH, epoch=old)
        await street.ingest.say_command(command)
        await street.ingest.say_command(command)
        await until(lambda: street.ingest.headers[-1].epoch != old)
        await street.move(range(30, 50))
        await settle(gateway, street)

    epochs = list(dict.fromkeys(header.epoch for header in street.ingest.headers))
    assert len(epochs) == 2
    assert street.arrived() == list(range(50))
    assert street.ingest.head(Lane.NORMAL, epochs[1]) == 20


async def test_forged_receipt_has_no_effect(street: Street) -> None:
    """Who has broken into the broker cannot make a gateway forget."""
    async with running(street) as gateway:
        await heard(gateway)
        street.ingest.is_answering = False
        await street.move(range(10))
        await until(lambda: gateway.unreceipted() == 10)
        epoch = street.ingest.headers[-1].epoch
        forged = Receipt(gateway=GATEWAY, lane=Lane.NORMAL, epoch=epoch, seq=10)
        real_key, street.ingest.key = KEY, GatewayKey(generation=1, secret=b"x" * 32)
        await street.ingest.say_receipt(forged)
        street.ingest.key = real_key
        await street.ingest.say_receipt(
            Receipt(gateway=GATEWAY, lane=Lane.URGENT, epoch=epoch, seq=0)
        )
        await settle_quarantine(street)
        assert gateway.unreceipted() == 10


async def test_press_goes_before_the_backlog(street: Street) -> None:
    """After an outage the call for help is among the first envelopes, before thousands."""
    async with running(street) as gateway:
        await heard(gateway)
        street.city.kill()
        await street.move(range(3000))
        await street.publish([("button", {"action": "emergency"})])
        await until(lambda: gateway.committed == 3001)
        before = len(street.ingest.headers)
        await street.city.start()
        await until(lambda: gateway.unreceipted() == 0)

    lanes = [header.lane for header in street.ingest.headers[before:] if not header.is_empty]
    assert Lane.URGENT in lanes[:3]
    assert len(lanes) > 10


async def test_backlog_goes_in_large_envelopes(street: Street) -> None:
    """Under a backlog two hundred records share an envelope; live ones are at most twenty."""
    async with running(street) as gateway:
        await heard(gateway)
        street.city.kill()
        await street.move(range(4000))
        await until(lambda: gateway.committed == 4000)
        before = len(street.ingest.headers)
        await street.city.start()
        await until(lambda: gateway.unreceipted() == 0 and len(street.arrived()) == 4000)

    sizes = [
        header.end_seq - header.first_seq + 1
        for header in street.ingest.headers[before:]
        if not header.is_empty
    ]
    assert sizes[0] == window.FEWEST_ON_THE_WAY
    assert max(sizes) == window.BACKLOG_RECORDS
    assert street.arrived() == list(range(4000))


async def test_unknown_devices_and_broken_messages_stop_nothing(street: Street) -> None:
    """What cannot be used lies in the gateway's quarantine, counted; the rest goes on."""
    async with running(street) as gateway:
        await heard(gateway)
        async with street.zigbee2mqtt() as client:
            await client.publish("zigbee2mqtt/hall motion", b"{broken", qos=1)
            await client.publish("zigbee2mqtt/stranger", b"{}", qos=1)
            await client.publish("zigbee2mqtt/bridge/state", b"online", qos=0)
        await street.move(range(5))
        await settle(gateway, street)

    outbox = Outbox.open(street.config().outbox, now=START)
    assert outbox.quarantine_counts() == {"MQT-040": 1, "MQT-041": 1}
    outbox.close()
    assert street.arrived() == list(range(5))


async def test_refused_password_is_named_and_waited_out(
    street: Street, caplog: pytest.LogCaptureFixture
) -> None:
    """A gateway that the city does not know says why and keeps everything."""
    closed = street.closed_city()
    await closed.start()
    settings = BrokerSettings(port=closed.port, username=GATEWAY, password="wrong")
    try:
        with caplog.at_level(logging.WARNING, "messaging.client"):
            async with running(street, street.config(uplink=settings)) as gateway:
                await until(lambda: "MQT-030" in caplog.text)
                await _hears(gateway)
                await street.move(range(5))
                await until(lambda: gateway.unreceipted() == 5)
    finally:
        closed.stop()

    assert "wrong" not in caplog.text


async def settle_quarantine(street: Street) -> None:
    """Wait until the forged message lies in quarantine."""

    def is_there() -> bool:
        outbox = Outbox.open(street.config().outbox, now=START)
        try:
            return outbox.quarantine_counts() == {"MQT-019": 1}
        finally:
            outbox.close()

    await until(is_there)


async def _hears(gateway: Gateway) -> None:
    """Wait until the gateway hears its home, though the server may not answer."""
    await until(lambda: gateway._listener._client is not None)


async def _last_status(street: Street) -> bytes:
    await street.ingest.hear_until(lambda: b'"offline"' in street.ingest.statuses[-1])
    return street.ingest.statuses[-1]
