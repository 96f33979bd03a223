"""The ingest service against a real broker: from what is published to receipts and states."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, Row, select

from domain.clock import RealClock
from domain.errors import TransientError
from domain.finding import Cause, Reason
from domain.ids import GatewayId
from domain.quantity import Lane
from ingest import consumer as consumer_module
from ingest.config import IngestConfig
from ingest.opening import Arrived
from ingest.projector import ACCESS as PROJECTOR
from ingest.quick_client import PRIVATE, QuickClient
from ingest.service import run
from messaging.status import Presence, encode_status
from messaging.topics import Up, up, up_lane
from storage.readings.port import PlacedReading
from storage.register import cursors, findings, services
from storage.register.schema import gateway_status, home_state
from storage.stores import Stores
from tests.integration.ingest.city import ACCESS, Broker, commission, config, until
from tests.support.wire import envelope

pytestmark = pytest.mark.integration


@asynccontextmanager
async def ingest(
    broker: Broker, stores: Stores, settings: IngestConfig | None = None
) -> AsyncIterator[asyncio.Task[None]]:
    """Run the service inside the block, from the moment at which it hears."""
    before = broker.connections_of("ingest")
    task = asyncio.create_task(run(settings or config(broker.port), stores, RealClock()))
    await until(lambda: broker.connections_of("ingest") > before and is_started(stores))
    yield task
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def is_started(stores: Stores) -> bool:
    """Tell whether ingest has said that it works."""
    found = stores.register.read_now(lambda c: services.states(c, ACCESS))
    return "ingest" in {state.name for state in found}


def causes(stores: Stores) -> list[Cause]:
    """Return the causes of all findings."""
    found = stores.register.read_now(lambda c: findings.after(c, ACCESS, 0))
    return [each.finding.cause for each in found]


def projected(stores: Stores) -> int:
    """Return how far the projector is."""

    def work(connection: Connection) -> int:
        return cursors.position(connection, PROJECTOR)

    return stores.register.read_now(work)


def state(stores: Stores) -> Row[tuple[object, ...]]:
    """Return the state of the one home."""
    return stores.register.read_now(lambda c: c.execute(select(home_state)).one())


async def settled(stores: Stores) -> None:
    """Wait until the projector is at the journal's head."""
    await until(lambda: projected(stores) == stores.journal.head())


async def test_what_is_published_is_receipted_stored_and_merged(
    broker: Broker, stores: Stores
) -> None:
    """The whole way of a reading, up to the home's state."""
    home, gateway = commission(stores)
    async with ingest(broker, stores):
        with gateway.connected(broker.port):
            gateway.send(1, 20)
            gateway.send(21, 5)
            await gateway.receipted(25)
        await settled(stores)

    since, until_ = gateway.began_at, gateway.began_at + timedelta(hours=1)
    stored = list(stores.readings.of_home(home, since, until_))
    assert [placed.id.seq for placed in stored] == list(range(1, 26))
    assert state(stores).last_activity_at == gateway.observed_at(25)
    assert state(stores).previous_activity_at == gateway.observed_at(24)
    assert state(stores).watermark == gateway.observed_at(25)


async def test_a_press_becomes_a_finding(broker: Broker, stores: Stores) -> None:
    """By the urgent lane, with its own sequence and its own receipts."""
    home, gateway = commission(stores)
    async with ingest(broker, stores):
        with gateway.connected(broker.port):
            gateway.send(1, 3)
            gateway.send(1, 1, lane=Lane.URGENT)
            await gateway.receipted(1, Lane.URGENT)
        await settled(stores)

    (found,) = stores.register.read_now(lambda c: findings.after(c, ACCESS, 0))
    assert (found.finding.home, found.finding.began_at) == (home, gateway.observed_at(1))
    assert found.finding.reason is Reason.BUTTON_ARRIVED_LATE


async def test_everything_three_times_has_no_effect(broker: Broker, stores: Stores) -> None:
    """Resends and retained copies: the stores are the same as after once."""
    home, gateway = commission(stores)
    async with ingest(broker, stores):
        with gateway.connected(broker.port):
            for _ in range(3):
                gateway.send(1, 10)
                gateway.send(11, 10, retain=True)
                gateway.send(1, 2, lane=Lane.URGENT)
            gateway.send(21, 1)
            await gateway.receipted(21)
        await settled(stores)

    stored = list(stores.readings.of_home(home, gateway.began_at, gateway.observed_at(60)))
    assert len(stored) == 23
    assert len(stores.register.read_now(lambda c: findings.after(c, ACCESS, 0))) == 2


async def test_garbage_of_all_kinds_stops_nothing(broker: Broker, stores: Stores) -> None:
    """It is counted by its codes, and the records between it are stored."""
    _, gateway = commission(stores)
    async with ingest(broker, stores):
        with gateway.connected(broker.port):
            for seq in range(1, 31):
                gateway.publish(up(gateway.id, Up.NORMAL), bytes([seq]) * seq)
                gateway.publish(f"mimamori/v9/{gateway.id}/up/normal", b"{}")
                gateway.send(seq, 1)
            await gateway.receipted(30)

    assert stores.journal.quarantine_counts() == {"MQT-010": 30, "MQT-001": 30}


async def test_quality_of_service_0_does_not_end_the_connection(
    broker: Broker, stores: Stores
) -> None:
    """Acknowledging such a message makes Mosquitto hang up: anybody could keep us deaf."""
    _, gateway = commission(stores)
    async with ingest(broker, stores):
        with gateway.connected(broker.port):
            gateway.send(1, 1, qos=0)
            gateway.send(2, 1)
            await gateway.receipted(2)
            gateway.send(3, 1)
            await gateway.receipted(3)

    assert broker.connections_of("ingest") == 1
    assert stores.journal.quarantine_counts() == {"MQT-005": 1}


async def test_a_press_is_found_though_no_reading_can_be_stored(
    broker: Broker, stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store of readings that is down holds up neither receipts nor the button, then goes on."""
    _, gateway = commission(stores)
    real, is_down = stores.readings.write, [True]

    def write(batch: Sequence[PlacedReading]) -> None:
        if is_down[0]:
            raise OSError("the store of readings is down")
        real(batch)

    monkeypatch.setattr(stores.readings, "write", write)
    async with ingest(broker, stores) as task:
        with gateway.connected(broker.port):
            gateway.send(1, 5)
            await gateway.receipted(5)
            gateway.send(1, 1, lane=Lane.URGENT)
            await gateway.receipted(1, Lane.URGENT)
            await until(lambda: len(causes(stores)) == 1)
            assert projected(stores) == 0
            is_down[0] = False
            await until(lambda: projected(stores) == stores.journal.head())
        assert causes(stores) == [Cause.HELP]
        assert not task.done()


async def test_who_sends_in_anothers_name_is_told_of(broker: Broker, stores: Stores) -> None:
    """A bad signature is a matter of security: one finding, however often it is tried."""
    _, gateway = commission(stores)
    async with ingest(broker, stores):
        with gateway.connected(broker.port):
            forged = envelope([b'{"n":"gap","vs":"1-1"}'], sender=GatewayId("somebody"))
            for _ in range(3):
                gateway.publish(up_lane(gateway.id, Lane.NORMAL), forged)
            gateway.send(1, 1)
            await gateway.receipted(1)
        await until(lambda: causes(stores) == [Cause.GATEWAY_FORGED])
    assert stores.journal.quarantine_counts() == {"MQT-019": 3}


async def test_a_flood_above_the_allowance_has_no_receipt_and_is_counted(
    broker: Broker, stores: Stores
) -> None:
    """What was not looked at is sent again later, and is there once."""
    _, gateway = commission(stores)
    few = replace(config(broker.port), burst=3, most_per_s=0.001)
    async with ingest(broker, stores, few):
        with gateway.connected(broker.port):
            for first in range(1, 6):
                gateway.send(first, 1)
            await until(lambda: stores.journal.quarantine_counts() == {"MQT-023": 2})
            gateway.send(1, 1, lane=Lane.URGENT)
            await gateway.receipted(1, Lane.URGENT)
    assert stores.journal.head() == 4
    async with ingest(broker, stores):
        with gateway.connected(broker.port):
            gateway.send(4, 2)
            await gateway.receipted(5)


async def test_a_status_is_shown(broker: Broker, stores: Stores) -> None:
    """Online, then gone, as the gateway or its will says."""
    _, gateway = commission(stores)

    def is_online() -> bool | None:
        return stores.register.read_now(
            lambda c: c.execute(select(gateway_status.c.online)).scalar()
        )

    async with ingest(broker, stores):
        with gateway.connected(broker.port):
            topic = up(gateway.id, Up.STATUS)
            gateway.publish(topic, encode_status(Presence.ONLINE), retain=True)
            await until(lambda: is_online() is True)
            gateway.publish(topic, encode_status(Presence.OFFLINE), retain=True)
            await until(lambda: is_online() is False)


async def test_ingest_comes_back_when_the_broker_does(broker: Broker, stores: Stores) -> None:
    """The broker is killed and forgets everything: ingest subscribes again by itself."""
    _, gateway = commission(stores)
    async with ingest(broker, stores) as task:
        with gateway.connected(broker.port):
            gateway.send(1, 5)
            await gateway.receipted(5)
        broker.stop()
        seen = broker.connections_of("ingest")
        await broker.start()
        await until(lambda: broker.connections_of("ingest") > seen)
        with gateway.connected(broker.port):
            await until(lambda: broker.subscriptions_of("ingest") == 2)
            gateway.send(6, 5)
            await gateway.receipted(10)
        assert not task.done()


async def test_a_handler_that_raises_cannot_make_ingest_deaf(
    broker: Broker, stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error ends the service, it is started anew, and the message comes again."""
    _, gateway = commission(stores)
    real, broken = Arrived, [True]

    def break_once(**fields: object) -> object:
        if broken.pop() if broken else False:
            raise ZeroDivisionError
        return real(**fields)  # type: ignore[arg-type]

    monkeypatch.setattr(consumer_module, "Arrived", break_once)
    with gateway.connected(broker.port):
        async with ingest(broker, stores) as task:
            gateway.send(1, 5)
            (result,) = await asyncio.wait_for(asyncio.gather(task, return_exceptions=True), 30)
            assert isinstance(result, ExceptionGroup)
            (error,) = result.exceptions
            assert isinstance(error, ZeroDivisionError)
        async with ingest(broker, stores):
            await gateway.receipted(5)


async def test_a_wrong_port_is_told_by_name(broker: Broker, stores: Stores) -> None:
    """Nobody there: an error that says what to do, not a service that waits in silence."""
    broker.stop()

    with pytest.raises(ExceptionGroup) as raised:
        await run(config(broker.port), stores, RealClock())

    assert isinstance(raised.value.exceptions[0], TransientError)
    assert raised.value.exceptions[0].problem.code == "MQT-030"


def test_the_private_members_we_rely_on_are_there() -> None:
    """A new paho that renames one must fail here, not in the night."""
    client = QuickClient("any", lambda _: None)

    assert [name for name in PRIVATE if not hasattr(client, name)] == []


async def test_a_long_queue_neither_holds_up_the_connection_nor_makes_one_endless_batch(
    broker: Broker, stores: Stores
) -> None:
    """What was queued comes before the answer to the subscription: we hear with the first of it."""
    _, gateway = commission(stores)
    settings = replace(config(broker.port), batch_messages=50)
    session = consumer_module.Consumer(settings, RealClock())
    await asyncio.to_thread(session.connect)
    session.close()
    with gateway.connected(broker.port):
        for number in range(2_000):
            gateway.client.publish(
                up_lane(gateway.id, Lane.NORMAL), gateway.envelope(number + 1, 1), 1
            )
        await until(lambda: not gateway.client.want_write())

    again = consumer_module.Consumer(settings, RealClock())
    await asyncio.to_thread(again.connect)
    sizes: list[int] = []
    while sum(sizes) < 300:
        batch = await asyncio.to_thread(again.take)
        again.acknowledge(batch)
        sizes.append(len(batch))
        assert batch

    again.close()
    assert max(sizes) <= settings.batch_messages
