"""A revoked gateway is out: its connection, its session, what it left behind, its password."""

import asyncio

import aiomqtt
import pytest

from cli.broker import INGEST
from domain.clock import pause
from domain.ids import GatewayId
from messaging.client import publish
from messaging.topics import UP_FILTER, Down, Up, down, up
from tests.integration.broker.city import LONGEST_S, City, ends, until

UNHEARD_S = 5.0
"""Longest wait for an answer: aiomqtt does not always notice that the connection has ended."""
MANY = 20
"""Messages of each gateway before anything happens."""


async def test_a_revoked_gateway_is_out(city: City) -> None:
    """Its connection ends, it cannot return, and its neighbour goes on undisturbed."""
    gone, stays = await city.add_gateway(), await city.add_gateway()
    await city.broker.sync()
    async with (
        city.client(INGEST) as ingest,
        city.client(gone) as leaving,
        city.client(stays) as staying,
    ):
        await ingest.subscribe(UP_FILTER, qos=1)
        await leaving.publish(up(gone, Up.STATUS), b"online", qos=1, retain=True)

        await city.revoke(gone)
        await city.broker.sync()

        assert await ends(leaving)
        with pytest.raises(aiomqtt.MqttError):
            async with city.client(gone):
                pass
        await staying.publish(up(stays, Up.NORMAL), b"still here", qos=1)
        await until(b"still here", ingest)


async def test_nothing_is_left_of_a_revoked_gateway(city: City) -> None:
    """Neither its retained status nor what was queued for it is there for whoever comes."""
    gone, stays = await city.add_gateway(), await city.add_gateway()
    await city.broker.sync()
    async with city.client(gone, clean=False) as leaving:
        await leaving.subscribe(down(gone, Down.RECEIPT), qos=1)
        await leaving.publish(up(gone, Up.STATUS), b"online", qos=1, retain=True)
    async with city.client(INGEST) as ingest:
        await ingest.publish(down(gone, Down.RECEIPT), b"queued", qos=1)

    await city.revoke(gone)
    await city.broker.sync()

    async with city.client(INGEST) as ingest, city.client(stays) as staying:
        await ingest.subscribe(UP_FILTER, qos=1)
        await staying.publish(up(stays, Up.NORMAL), b"marker", qos=1)
        assert await until(b"marker", ingest) == []


async def test_a_revocation_while_nothing_ran_takes_effect_at_the_start(city: City) -> None:
    """The broker's sessions outlive a stop; so does the knowledge of who has to go."""
    gone = await city.add_gateway()
    await city.broker.sync()
    async with city.client(gone) as leaving:
        await leaving.publish(up(gone, Up.STATUS), b"online", qos=1, retain=True)
    await city.broker.stop()
    await city.revoke(gone)

    await city.broker.start()

    async with city.client(INGEST) as ingest:
        await ingest.subscribe(UP_FILTER, qos=1)
        with pytest.raises(aiomqtt.MqttError):
            async with city.client(gone):
                pass
        stays = await city.add_gateway()
        await city.broker.sync()
        async with city.client(stays) as staying:
            await staying.publish(up(stays, Up.NORMAL), b"marker", qos=1)
        assert await until(b"marker", ingest) == []


async def test_revoking_under_load_disturbs_nobody_else(city: City) -> None:
    """Three gateways publish without a pause, and one is revoked: the others' messages all arrive.

    They arrive once and in order, on connections that never break; the revoked one's has ended.
    """
    gone, *staying = [await city.add_gateway() for _ in range(3)]
    await city.broker.sync()
    heard: dict[str, list[int]] = {one: [] for one in (gone, *staying)}
    async with city.client(INGEST) as ingest:
        await ingest.subscribe(UP_FILTER, qos=1)
        revoked = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            for one in staying:
                group.create_task(publish_until(city, one, revoked))
            leaving = group.create_task(publish_for_ever(city, gone))
            group.create_task(hear(ingest, heard, staying))
            await until_all_are_heard(heard)
            await city.revoke(gone)
            await city.broker.sync()
            assert await leaving
            revoked.set()
    for one in staying:
        assert heard[one] == list(range(len(heard[one])))
    with pytest.raises(aiomqtt.MqttError):
        async with city.client(gone):
            pass


async def until_all_are_heard(heard: dict[str, list[int]]) -> None:
    """Wait until everybody is under way."""
    for _ in range(1_000):
        if min(map(len, heard.values())) >= MANY:
            return
        await pause(0.02)
    raise AssertionError(heard)


async def publish_until(city: City, gateway: GatewayId, ending: asyncio.Event) -> None:
    """Publish 0, 1, 2 ... on one connection that never breaks, then a last word."""
    async with city.client(gateway) as client:
        number = 0
        while not ending.is_set():
            await publish(client, up(gateway, Up.NORMAL), str(number).encode())
            number += 1
        await client.publish(up(gateway, Up.URGENT), b"-1", qos=1)


async def publish_for_ever(city: City, gateway: GatewayId) -> bool:
    """Publish until the connection ends; tells that it did."""
    try:
        async with city.client(gateway) as client:
            while True:
                await publish(client, up(gateway, Up.NORMAL), b"1", timeout_s=UNHEARD_S)
    except aiomqtt.MqttError:
        return True


async def hear(
    ingest: aiomqtt.Client, heard: dict[str, list[int]], speakers: list[GatewayId]
) -> None:
    """Write down who says what, until each speaker has said its last word."""
    missing = {up(one, Up.URGENT) for one in speakers}
    async with asyncio.timeout(2 * LONGEST_S):
        async for message in ingest.messages:
            missing.discard(message.topic.value)
            if not missing:
                return
            if message.topic.value.endswith("/normal"):
                assert isinstance(message.payload, bytes)
                heard[message.topic.value.split("/")[2]].append(int(message.payload))
    raise AssertionError("the connection ended")
