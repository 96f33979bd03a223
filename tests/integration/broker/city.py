"""A city's broker as `mimamori up` runs it, with gateways registered as by a technician."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import aiomqtt
from sqlalchemy import Connection

from cli.broker import INGEST, LOOPBACK, free_port
from cli.city_broker import CityBroker
from cli.door import authority
from cli.gateway_keys import OVERLAP
from cli.installation import Installation
from cli.mosquitto_files import hash_password
from cli.settings import BrokerSettings
from domain.clock import RealClock
from domain.ids import GatewayId
from messaging.connection import TidyClient
from storage.register import credentials, gateways, placements
from storage.register.credentials import username_of
from storage.stores import Stores
from tests.support.town import SYSTEM

PUBLIC_HOST = "broker.city.example"
LONGEST_S = 20.0


@dataclass(slots=True, kw_only=True)
class City:
    """A running broker and who may sign in."""

    installation: Installation
    settings: BrokerSettings
    stores: Stores
    broker: CityBroker
    passwords: dict[str, str] = field(default_factory=dict)
    """By user name."""

    async def add_gateway(self) -> GatewayId:
        """Register one, in a home of its own."""
        now, password = RealClock().now(), secrets.token_urlsafe()

        def work(connection: Connection) -> GatewayId:
            town = gateways.add_municipality(connection, SYSTEM, "City")
            home = gateways.add_home(
                connection,
                SYSTEM,
                municipality_id=town,
                code="K-01",
                time_zone="Asia/Tokyo",
                now=now,
            )
            added, _ = gateways.add_gateway(
                connection,
                SYSTEM,
                home_id=home,
                sensors=[],
                now=now,
            )
            hashed = hash_password(password)
            credentials.add(connection, SYSTEM, added, 1, hashed, now=now)
            return added

        added = await self.stores.register.write(work)
        self.passwords[added] = password
        return added

    async def revoke(self, gateway: GatewayId) -> None:
        """Revoke a gateway in the register only."""
        now = RealClock().now()
        await self.stores.register.write(lambda c: placements.take_out(c, SYSTEM, gateway, now=now))

    async def rotate(self, gateway: GatewayId, *, overlap: timedelta = OVERLAP) -> str:
        """Begin a gateway's next credential; returns its user name."""
        now, password = RealClock().now(), secrets.token_urlsafe()
        hashed, until = hash_password(password), now + overlap
        generation = await self.stores.register.write(
            lambda c: credentials.rotate(c, SYSTEM, gateway, hashed, until=until, now=now)
        )
        username = username_of(gateway, generation)
        self.passwords[username] = password
        return username

    def client(
        self, user: str, *, client_id: str | None = None, clean: bool = True, **more: object
    ) -> TidyClient:
        """Return a client of a user on the loopback, not connected yet."""
        return TidyClient(
            LOOPBACK,
            self.settings.port,
            username=user,
            password=self.passwords[user],
            identifier=client_id or user,
            clean_session=clean,
            timeout=LONGEST_S,
            **more,  # type: ignore[arg-type]
        )

    def tls_context(self) -> ssl.SSLContext:
        """Return how a gateway checks the broker's certificate."""
        return ssl.create_default_context(cadata=authority(self.installation, self.settings))


async def until(marker: bytes, client: aiomqtt.Client) -> list[aiomqtt.Message]:
    """Return what arrives before the marker."""
    before: list[aiomqtt.Message] = []
    async with asyncio.timeout(LONGEST_S):
        async for message in client.messages:
            if message.payload == marker:
                return before
            before.append(message)
    raise AssertionError("the connection ended")


async def ends(client: aiomqtt.Client) -> bool:
    """Tell whether a connection ends within the time."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LONGEST_S):
            try:
                async for _ in client.messages:
                    pass
            except aiomqtt.MqttError:
                return True
    return False


def prepared(base: Path, stores: Stores, *, embedded: bool = True) -> City:
    """Return a city's broker with a door for homes on the loopback; it does not run yet."""
    installation = Installation(base / "data")
    settings = BrokerSettings(
        port=free_port(),
        public_host=PUBLIC_HOST,
        public_port=free_port(),
        public_address=LOOPBACK,
        embedded=embedded,
    )
    broker = CityBroker(installation, settings, stores.register, stores.signals, RealClock())
    city = City(installation=installation, settings=settings, stores=stores, broker=broker)
    city.passwords[INGEST] = installation.broker_password(INGEST)
    return city


@asynccontextmanager
async def running(base: Path) -> AsyncIterator[City]:
    """Run a city's broker."""
    with Stores.open(Installation(base / "data").stores) as stores:
        city = prepared(base, stores)
        await city.broker.start()
        try:
            yield city
        finally:
            await city.broker.stop()
