"""A whole city on one machine: brokers, simulated gateways, services and a mailbox, in one process.

Demonstrations and replays differ only in the clocks and in what they play.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import alerting.service
import ingest.service
from alerting.config import AlertingConfig, MailConfig, SmtpSecurity
from alerting.notifiers.email import EmailNotifier
from alerting.ports import Notifier
from anomaly.service import Detector
from cli.broker import CITY, HOMES, LOOPBACK, PLAYER, Broker
from cli.embedded import make_broker
from cli.enrol import EnrolledHome
from cli.gateway_devices import device_of
from cli.installation import Installation
from cli.mailbox import Mailbox
from cli.supervisor import Service, in_background, supervise
from devices.simulators.link import BrokerAddress, Link
from devices.simulators.source import Source
from domain.clock import Clock
from gateway.config import GatewayConfig
from gateway.service import Gateway
from ingest.config import IngestConfig
from messaging.client import BrokerSettings
from messaging.keys import derive
from storage.register.notifications import Channel
from storage.stores import Stores


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedHome:
    """A registered home and what happens in it."""

    enrolled: EnrolledHome
    source: Source

    @property
    def base_topic(self) -> str:
        """Zigbee2MQTT's base topic of this home on the shared broker of the simulation."""
        return f"local/{self.enrolled.gateway}/zigbee2mqtt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """Who is told which time; the same clock twice unless time is pushed."""

    homes: Clock
    """Gateways and ingest."""
    judges: Clock
    """Detector, alerting, pages."""


class GatewayBox:
    """The place of one gateway: each start puts a new one into it, as a reboot does."""

    def __init__(self, config: GatewayConfig, clock: Clock) -> None:
        """Nothing runs yet."""
        self.config, self._clock = config, clock
        self.gateway: Gateway | None = None

    def unreceipted(self) -> int:
        """Count the records of the outbox without a receipt; 0 while it is not open."""
        try:
            return 0 if self.gateway is None else self.gateway.unreceipted()
        except RuntimeError:
            return 0

    def beat(self) -> None:
        """Ask for a heartbeat now; a gateway that is not running sends one when it starts."""
        if self.gateway is not None:
            self.gateway.beat()

    async def run(self) -> None:
        """Run one life of the gateway."""
        self.gateway = Gateway(self.config, self._clock)
        try:
            await self.gateway.run()
        finally:
            self.gateway = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rig:
    """What a driver may touch while everything runs."""

    stores: Stores
    gateways: list[GatewayBox]
    detector: Detector
    mailbox: Mailbox
    link: Link
    """The sensors' way to the gateways."""


@asynccontextmanager
async def running(
    installation: Installation,
    stores: Stores,
    homes: Sequence[PlayedHome],
    clocks: Clocks,
    *,
    mailbox: Mailbox,
    page_url: str,
) -> AsyncIterator[Rig]:
    """Run everything while the block runs; whatever fails is started again by its supervisor."""
    city = make_broker(installation.city_broker, CITY)
    home = make_broker(installation.home_broker, HOMES)
    try:
        await _start_brokers(installation, city, home, homes)
        gateways = [
            GatewayBox(_gateway_config(installation, one, city, home), clocks.homes)
            for one in homes
        ]
        detector = Detector(stores, clocks.judges)
        services = [
            Service(
                name="ingest",
                progress=("ingest", "projector"),
                run=lambda: ingest.service.run(
                    _ingest_config(installation, city), stores, clocks.homes
                ),
            ),
            Service(name="anomaly", progress=("anomaly",), run=detector.run),
            Service(
                name="alerting",
                progress=("alerting",),
                run=lambda: _alert(stores, clocks.judges, mailbox, page_url),
            ),
            *(
                Service(name=f"gateway.{number}", run=one.run)
                for number, one in enumerate(gateways)
            ),
        ]
        link = Link(
            BrokerAddress(
                host=LOOPBACK,
                port=home.port,
                username=PLAYER,
                password=installation.home_broker_password(PLAYER),
            )
        )
        rig = Rig(stores=stores, gateways=gateways, detector=detector, mailbox=mailbox, link=link)
        async with in_background(supervise(services, stores, clocks.judges), name="rig"):
            try:
                yield rig
            finally:
                await link.close()
    finally:
        await city.stop()
        await home.stop()


async def _start_brokers(
    installation: Installation, city: Broker, home: Broker, homes: Sequence[PlayedHome]
) -> None:
    for one in homes:
        installation.broker_password(one.enrolled.gateway)
        installation.home_broker_password(one.enrolled.gateway)
    installation.home_broker_password(PLAYER)
    await city.start(installation.broker_passwords())
    await home.start(installation.home_broker_passwords())


def ways_to(mailbox: Mailbox) -> dict[Channel, Notifier]:
    """Return the ways to tell people of a simulation: all mail goes into its mailbox."""
    mail = MailConfig(
        host=LOOPBACK,
        port=mailbox.smtp_port,
        sender="mimamori@city.example",
        security=SmtpSecurity.NONE,
    )
    return {Channel.EMAIL: EmailNotifier(mail)}


async def _alert(stores: Stores, clock: Clock, mailbox: Mailbox, page_url: str) -> None:
    await alerting.service.run(
        stores.register,
        stores.signals,
        clock,
        AlertingConfig(base_url=page_url),
        ways_to(mailbox),
    )


def _ingest_config(installation: Installation, city: Broker) -> IngestConfig:
    return IngestConfig(
        host=LOOPBACK,
        port=city.port,
        password=installation.broker_password("ingest"),
        master_key=installation.master_key(),
        gather_s=0.0,  # a step of virtual time ends when all is known: nobody else has to wait
        settle_s=0.0,
        has_worker_process=False,
        most_per_s=1e6,  # a month passes in minutes
    )


def _gateway_config(
    installation: Installation, one: PlayedHome, city: Broker, home: Broker
) -> GatewayConfig:
    enrolled = one.enrolled
    folder = installation.gateways / enrolled.gateway
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return GatewayConfig(
        gateway=enrolled.gateway,
        key=derive(installation.master_key(), enrolled.gateway, 1),
        outbox=folder / "outbox.db",
        local=BrokerSettings(
            host=LOOPBACK,
            port=home.port,
            username=enrolled.gateway,
            password=installation.home_broker_password(enrolled.gateway),
        ),
        uplink=BrokerSettings(
            host=LOOPBACK,
            port=city.port,
            username=enrolled.gateway,
            password=installation.broker_password(enrolled.gateway),
        ),
        devices={
            device.name: device_of(enrolled.sensors[device.name], device.kind, device.heartbeat)
            for device in one.source.devices
        },
        base_topic=one.base_topic,
    )
