"""Bad input through a real broker: refused by name or by the broker, and the others go on."""

import socket

import pytest

from domain.quantity import Lane
from messaging.topics import up_lane
from storage.stores import Stores
from tests.integration.ingest.city import Broker, commission, until
from tests.integration.ingest.test_service import ingest, settled

pytestmark = pytest.mark.integration
PATIENCE_S = 10.0


def text(value: bytes) -> bytes:
    """Return a string as MQTT writes it."""
    return len(value).to_bytes(2, "big") + value


def packet(kind: int, body: bytes) -> bytes:
    """Return a packet with its length."""
    left, length = len(body), b""
    while True:
        left, digit = left >> 7, left & 0x7F
        length += bytes([digit | (0x80 if left else 0)])
        if not left:
            return bytes([kind]) + length + body


def publish_raw(port: int, topic: bytes, payload: bytes) -> bytes:
    """Publish by hand what no library would send, QoS 1.

    Returns:
        What the broker answers; empty when it ends the connection.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as connection:
        connect = text(b"MQTT") + b"\x04\x02" + (30).to_bytes(2, "big") + text(b"by-hand")
        connection.sendall(packet(0x10, connect))
        assert connection.recv(4)[:1] == b"\x20"
        connection.sendall(packet(0x32, text(topic) + b"\x00\x07" + payload))
        try:
            return connection.recv(4)
        except ConnectionError:
            return b""


async def test_bad_messages_are_kept_by_name_and_good_ones_go_on(
    broker: Broker, stores: Stores
) -> None:
    """m1, m3, m4, m5, m14 as they come off the wire, between good envelopes."""
    _, gateway = commission(stores)
    other = up_lane(gateway.id, Lane.NORMAL)
    long = f"mimamori/v1/{'g' * 65_000}/up/normal"
    async with ingest(broker, stores):
        with gateway.connected(broker.port):
            gateway.send(1, 2)
            gateway.publish("mimamori/v2/gateway/up/normal", b"x")
            gateway.publish("mimamori/v1//up/normal", b"x")
            assert publish_raw(broker.port, long.encode(), b"x")
            gateway.publish(other, b"")
            gateway.publish(other, b"{}\n[]\nhmac-sha256 1 " + b"0" * 64)
            gateway.send(3, 2, qos=0)
            gateway.send(5, 2)
            await gateway.receipted(6)
        await settled(stores)
        counts = stores.journal.quarantine_counts()

    assert counts == {"MQT-001": 1, "MQT-003": 2, "MQT-010": 1, "MQT-019": 1, "MQT-005": 1}


async def test_what_a_broker_kept_is_no_news(broker: Broker, stores: Stores) -> None:
    """m4: a retained envelope is delivered again to a new session; counted, stored once."""
    _, gateway = commission(stores)
    with gateway.connected(broker.port):
        gateway.send(1, 2, retain=True)
        async with ingest(broker, stores):
            await gateway.receipted(2)
            await until(lambda: "MQT-004" in stores.journal.quarantine_counts())
            gateway.send(3, 1)
            await gateway.receipted(3)
            await settled(stores)

    assert stores.journal.head() == 2


@pytest.mark.parametrize(
    "topic",
    [
        b"mimamori/v1/ga\x00te/up/normal",
        b"mimamori/v1/\xed\xa0\x80/up/normal",
        b"mimamori/+/x/up/#",
    ],
    ids=["nul", "surrogate", "wildcard"],
)
async def test_what_mqtt_forbids_harms_nobody(broker: Broker, stores: Stores, topic: bytes) -> None:
    """m3: the broker ends such a connection; ingest hears the others."""
    _, gateway = commission(stores)
    async with ingest(broker, stores):
        with gateway.connected(broker.port):
            assert publish_raw(broker.port, topic, b"x") == b""
            gateway.send(1, 2)
            await gateway.receipted(2)
        await settled(stores)

    assert stores.journal.quarantine_counts() == {}
