"""A rotation: both credentials work until the new one is heard, and nothing is lost meanwhile."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta

import aiomqtt

import ingest.service
from cli.broker import INGEST, LOOPBACK
from domain.clock import RealClock, pause
from domain.ids import GatewayId
from domain.moments import to_ms
from domain.quantity import Lane
from domain.reading import ClockQuality
from ingest.config import IngestConfig
from messaging.envelope import Header, encode
from messaging.keys import derive
from messaging.receipt import decode_receipt
from messaging.topics import Down, down, up_lane
from storage.register import credentials
from storage.signals import Log
from tests.integration.broker.city import LONGEST_S, City, until
from tests.support.town import SYSTEM

EPOCH = "epoch-one"


async def is_in(city: City, user: str) -> bool:
    """Tell whether a user gets in."""
    with suppress(aiomqtt.MqttError):
        async with city.client(user):
            return True
    return False


async def test_both_credentials_speak_as_the_same_gateway(city: City) -> None:
    """Old and new user publish on and hear the gateway's own topics, side by side."""
    gateway = await city.add_gateway()
    new = await city.rotate(gateway)
    await city.broker.sync()
    topic = up_lane(gateway, Lane.NORMAL)
    async with (
        city.client(INGEST) as server,
        city.client(gateway) as old_client,
        city.client(new) as new_client,
    ):
        await server.subscribe(topic, qos=1)
        await old_client.publish(topic, b"old", qos=1)
        await until(b"old", server)
        await new_client.publish(topic, b"new", qos=1)
        await until(b"new", server)
        for client in (old_client, new_client):
            await client.subscribe(down(gateway, Down.RECEIPT), qos=1)
        await server.publish(down(gateway, Down.RECEIPT), b"for both", qos=1)
        await until(b"for both", old_client)
        await until(b"for both", new_client)


async def test_the_old_one_ends_at_the_deadline(city: City) -> None:
    """Nobody came by with the file: the old credential ends at the stated time, not later."""
    gateway = await city.add_gateway()
    new = await city.rotate(gateway, overlap=timedelta(0))

    await city.broker.sync()

    assert not await is_in(city, gateway)
    assert await is_in(city, new)


async def test_a_file_that_was_lost_on_the_way_is_worth_nothing(city: City) -> None:
    """Rotating again ends the one that was never heard; the one in use goes on."""
    gateway = await city.add_gateway()
    lost, carried = await city.rotate(gateway), await city.rotate(gateway)

    await city.broker.sync()

    assert await is_in(city, gateway)
    assert not await is_in(city, lost)
    assert await is_in(city, carried)


async def test_a_rotation_loses_nothing(city: City) -> None:
    """Each envelope is receipted, with the key that signed it, before and after the change.

    When the new key is heard the old one ends: at ingest at once, at the broker by itself.
    """
    gateway = await city.add_gateway()
    master = city.installation.master_key()
    config = IngestConfig(
        host=LOOPBACK,
        port=city.settings.port,
        password=city.passwords[INGEST],
        master_key=master,
        has_worker_process=False,
    )
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(ingest.service.run(config, city.stores, RealClock()))
        following = group.create_task(city.broker.run())
        await city.broker.sync()
        new = await city.rotate(gateway)
        city.stores.signals.notify(Log.GATEWAY)  # as the command does
        await city.broker.sync()
        for number in range(1, 4):
            await send_until_receipted(city, gateway, gateway, 1, number)
        for number in range(4, 7):
            await send_until_receipted(city, gateway, new, 2, number)
        valid = await city.stores.register.read(lambda c: credentials.valid(c, SYSTEM, gateway))
        assert [one.username for one in valid] == [new]
        for _ in range(100):
            if not await is_in(city, gateway):
                break
            await pause(0.1)
        assert not await is_in(city, gateway)
        await send_until_receipted(city, gateway, new, 2, 7)
        serving.cancel()
        following.cancel()


async def send_until_receipted(
    city: City, gateway: GatewayId, user: str, generation: int, number: int
) -> None:
    """Send an empty envelope as a gateway does, again until it is receipted."""
    key = derive(city.installation.master_key(), gateway, generation)
    header = Header(
        gateway=gateway,
        lane=Lane.NORMAL,
        epoch=EPOCH,
        first_seq=1,
        end_seq=0,
        as_of_ms=to_ms(RealClock().now() + timedelta(milliseconds=number)),
        last_seq=0,
        clock=ClockQuality.SYNCED,
    )
    async with city.client(user) as client, asyncio.timeout(LONGEST_S):
        await client.subscribe(down(gateway, Down.RECEIPT), qos=1)
        while True:
            await client.publish(up_lane(gateway, Lane.NORMAL), encode(header, [], key), qos=1)
            with suppress(TimeoutError):
                async with asyncio.timeout(1.0):
                    async for message in client.messages:
                        assert isinstance(message.payload, bytes)
                        receipt = decode_receipt(message.payload, key, gateway)
                        assert receipt.epoch == EPOCH
                        return
