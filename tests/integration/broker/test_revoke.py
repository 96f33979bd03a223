"""A revoked gateway is out: its connection, its session, what it left behind, its password."""

import aiomqtt
import pytest

from cli.broker import INGEST
from messaging.topics import UP_FILTER, Down, Up, down, up
from tests.integration.broker.city import City, ends, until


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
