"""A home: its broker, the city's broker, a fake ingest, and what publishes like Zigbee2MQTT."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import aiomqtt
import pytest

from domain.clock import Clock, RealClock, VirtualClock, pause
from domain.ids import GatewayId, SensorId
from gateway.config import ClockSource, GatewayConfig
from gateway.drivers.frame import Device
from messaging.client import BrokerSettings, make_client
from messaging.keys import GatewayKey
from tests.integration.gateway.broker import Mosquitto
from tests.integration.gateway.fake_ingest import FakeIngest

GATEWAY = GatewayId("gw-test")
KEY = GatewayKey(generation=1, secret=b"k" * 32)
START = datetime(2024, 11, 22, 9, 0, tzinfo=UTC)
"""From here on the movements of a test are counted, in seconds."""
NOON = START + timedelta(hours=3)
"""What the clock shows when a test begins: a device's time is never ahead of it."""
LONGEST_WAIT_S = 60.0
AT_ONCE = 100
T = TypeVar("T")
DEVICES = {
    "hall motion": Device(sensor=SensorId("s-motion")),
    "front/door": Device(sensor=SensorId("s-door")),
    "button": Device(sensor=SensorId("s-button")),
}


async def until(condition: Callable[[], bool]) -> None:
    """Wait until it holds; fail after `LONGEST_WAIT_S`."""
    clock: Clock = RealClock()
    end_s = clock.monotonic() + LONGEST_WAIT_S
    while not condition():
        assert clock.monotonic() < end_s, "it did not come to pass"
        await pause(0.01)


class Street:
    """Everything around one gateway."""

    def __init__(self, folder: Path) -> None:
        """Prepare two brokers; `begin` starts them."""
        self.folder = folder
        self.home = Mosquitto(folder / "home")
        self.city = Mosquitto(folder / "city")
        self.clock = VirtualClock(NOON)
        self.ingest = FakeIngest(self.city.settings("ingest"), GATEWAY, KEY)

    def config(self, *, mqtt5: bool = False, uplink: BrokerSettings | None = None) -> GatewayConfig:
        """Return the settings of the gateway in this street."""
        return GatewayConfig(
            gateway=GATEWAY,
            key=KEY,
            outbox=self.folder / "outbox.db",
            local=self.home.settings("gateway-local", mqtt5=mqtt5),
            uplink=uplink or self.city.settings(GATEWAY, mqtt5=mqtt5),
            devices=DEVICES,
            clock=ClockSource.TRUSTED,
        )

    def closed_city(self) -> Mosquitto:
        """Return a broker that lets nobody in but a user whom nobody has the password of."""
        line = "somebody:$7$101$AAAAAAAAAAAAAAAA$" + "A" * 86 + "=="
        return Mosquitto(self.folder / "closed", password_line=line)

    async def move(self, seconds: Iterable[int]) -> None:
        """Publish a movement for each second after the start; returns when the broker has them."""
        await self.publish(
            ("hall motion", {"occupancy": True, "last_seen": _iso(second)}) for second in seconds
        )

    async def publish(self, messages: Iterable[tuple[str, dict[str, object]]]) -> None:
        """Publish as Zigbee2MQTT does, with QoS 1."""
        async with self.zigbee2mqtt() as client:
            for chunk in _chunks(messages):
                async with (
                    asyncio.TaskGroup() as tasks
                ):  # begun in the order in which they are made
                    for name, payload in chunk:
                        topic = f"zigbee2mqtt/{name}"
                        tasks.create_task(client.publish(topic, json.dumps(payload), qos=1))

    @asynccontextmanager
    async def zigbee2mqtt(self) -> AsyncIterator[aiomqtt.Client]:
        """Return a connected client of the home's broker."""
        async with make_client(self.home.settings("zigbee2mqtt"), name="z") as client:
            yield client

    def arrived(self) -> list[int]:
        """Return the seconds of the movements that the server has, in order of number."""
        return [
            round((reading.observed_at - START).total_seconds())
            for reading in self.ingest.readings()
            if reading.sensor == "s-motion"
        ]


def _chunks(items: Iterable[T]) -> Iterator[list[T]]:
    left = iter(items)
    while chunk := list(itertools.islice(left, AT_ONCE)):
        yield chunk


def _iso(second: int) -> str:
    return (START + timedelta(seconds=second)).isoformat()


@pytest.fixture
async def street(tmp_path: Path) -> AsyncIterator[Street]:
    """Start both brokers; stop them whatever happens."""
    street = Street(tmp_path)
    try:
        await street.home.start()
        await street.city.start()
        yield street
    finally:
        for broker in (street.home, street.city):
            with suppress(AssertionError, ProcessLookupError):
                broker.thaw()
            broker.stop()
