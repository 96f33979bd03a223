"""Who may speak and hear where, told by what arrives: answers of a broker prove nothing."""

import itertools
import secrets

import aiomqtt
import pytest

from cli.broker import INGEST
from domain.ids import GatewayId
from messaging.topics import ROOT, UP_FILTER, VERSION, Down, Up, down, up
from tests.integration.broker.city import City, ends, until

GATEWAYS = 3
WAYS = ("publish", "retain", "will")
HOSTILE = ("#", "+", "$SYS/broker/version", f"{ROOT}/#", f"{ROOT}/{VERSION}/+/up/normal", "a/b")


@pytest.fixture
async def gateways(city: City) -> list[GatewayId]:
    """Three gateways that the broker knows."""
    found = [await city.add_gateway() for _ in range(GATEWAYS)]
    await city.broker.sync()
    return found


def topics_of(gateways: list[GatewayId]) -> list[str]:
    """Return every topic of every gateway, and some that are nobody's."""
    own = [up(one, what) for one in gateways for what in Up]
    told = [down(one, what) for one in gateways for what in Down]
    near = [f"{ROOT}/v2/{gateways[0]}/up/normal", f"{ROOT}/{VERSION}/ingest/down/receipt", "a/b"]
    return [*own, *told, *near]


@pytest.mark.parametrize("way", WAYS)
async def test_a_gateway_speaks_on_its_own_topics_only(
    city: City, gateways: list[GatewayId], way: str
) -> None:
    """Of 3 gateways times all topics, exactly those below the speaker's own `up` arrive."""
    arrived: set[tuple[str, str]] = set()
    expected: set[tuple[str, str]] = set()
    async with city.client(INGEST) as ingest:
        await ingest.subscribe(f"{ROOT}/#", qos=1)
        for speaker, topic in itertools.product(gateways, topics_of(gateways)):
            if topic.startswith(f"{ROOT}/{VERSION}/{speaker}/up/"):
                expected.add((speaker, topic))
            await speak(city, speaker, topic, way)
        for message in await heard_until_marker(city, ingest, gateways[0]):
            assert isinstance(message.payload, bytes)
            arrived.add((message.payload.decode(), message.topic.value))

    assert arrived == expected
    assert len(expected) == GATEWAYS * len(Up)


async def speak(city: City, speaker: GatewayId, topic: str, way: str) -> None:
    """Let a gateway say its own name on a topic, at once or when it vanishes."""
    said = speaker.encode()
    if way == "will":
        client = city.client(speaker, will=aiomqtt.Will(topic, said, qos=1))
        async with client:
            client._client._sock_close()
        return
    async with city.client(speaker) as client:
        await client.publish(topic, said, qos=1, retain=way == "retain")


async def heard_until_marker(
    city: City, ingest: aiomqtt.Client, sender: GatewayId
) -> list[aiomqtt.Message]:
    """Return what arrives before a marker that is sent now."""
    marker = secrets.token_bytes()
    async with city.client(sender) as client:
        await client.publish(up(sender, Up.NORMAL), marker, qos=1)
    return await until(marker, ingest)


async def test_a_gateway_hears_its_own_topics_only(city: City, gateways: list[GatewayId]) -> None:
    """Whatever it subscribes to, of all that is said it hears only what is below its `down`."""
    listener, *others = gateways
    async with city.client(INGEST) as ingest, city.client(listener) as client:
        for asked in ("#", "$SYS/#", f"{ROOT}/#", UP_FILTER, *topics_of(gateways)):
            await client.subscribe(asked, qos=1)
        for other in others:
            async with city.client(other) as neighbour:
                for what in Up:
                    await neighbour.publish(up(other, what), b"private", qos=1, retain=True)
            for told in Down:
                await ingest.publish(down(other, told), b"private", qos=1, retain=True)
        await client.publish(up(listener, Up.STATUS), b"own", qos=1)
        await ingest.publish(down(listener, Down.RECEIPT), b"marker", qos=1)
        assert await until(b"marker", client) == []
    async with city.client(listener) as client, city.client(INGEST) as ingest:
        await client.subscribe("#", qos=1)
        await ingest.publish(down(listener, Down.RECEIPT), b"retained?", qos=1)
        assert await until(b"retained?", client) == []


async def test_nobody_takes_another_s_client_id(city: City, gateways: list[GatewayId]) -> None:
    """A client id of another throws nobody off and speaks for nobody, both ways round."""
    one, other, _ = gateways
    for victim, thief in ((one, other), (other, one)):
        async with (
            city.client(INGEST) as ingest,
            city.client(victim) as client,
            city.client(thief, client_id=victim) as stealing,
        ):
            await ingest.subscribe(UP_FILTER, qos=1)
            await stealing.publish(up(victim, Up.NORMAL), b"forged", qos=1)
            await stealing.publish(up(thief, Up.NORMAL), b"its own", qos=1)
            assert await until(b"its own", ingest) == []
            await client.publish(up(victim, Up.NORMAL), b"still here", qos=1)
            assert await until(b"still here", ingest) == []


async def test_nobody_takes_ingest_s_place(city: City, gateways: list[GatewayId]) -> None:
    """A gateway with the client id of ingest leaves ingest its connection and subscriptions."""
    async with city.client(INGEST) as ingest:
        await ingest.subscribe(UP_FILTER, qos=1)
        async with city.client(gateways[0], client_id=INGEST) as stealing:
            await stealing.subscribe("#", qos=1)
            await stealing.publish(up(gateways[0], Up.NORMAL), b"heard", qos=1)
        assert await until(b"heard", ingest) == []


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_wildcard_is_nobody(city: City, name: str) -> None:
    """A user name that would beat the pattern of the access list does not get in."""
    city.passwords[name] = "any"
    with pytest.raises(aiomqtt.MqttError):
        async with city.client(name):
            pass


async def test_the_same_user_again_ends_the_first(city: City, gateways: list[GatewayId]) -> None:
    """Two machines with one carried file are not both heard: one connection to a credential."""
    async with city.client(gateways[0]) as first, city.client(gateways[0]):
        assert await ends(first)
