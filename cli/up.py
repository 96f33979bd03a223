"""Running the services: all in one process, or one alone."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import alerting.morning
import alerting.service
import anomaly.service
import dashboard.service
import gateway.service
import ingest.service
from alerting.config import AlertingConfig
from alerting.morning import MorningConfig
from cli.bounce_folder import BounceFolder
from cli.broker import LOOPBACK
from cli.certificate_watch import CertificateWatch
from cli.city_broker import CityBroker, adopt_passwords
from cli.control import serve
from cli.desk import Tell, lend
from cli.disk_watch import DiskWatch
from cli.heart import Heart
from cli.installation import Installation
from cli.integrity import run_integrity
from cli.lock import exclusive
from cli.notifiers import notifiers_of
from cli.report import console
from cli.requests import perform
from cli.reserve import Reserve
from cli.settings import OperatorSettings, read_settings
from cli.supervisor import Service, supervise
from cli.watching import PROGRESS, make_canary
from domain.clock import Clock, RealClock
from domain.errors import InputError, MimamoriError, Problem, shown
from gateway.config import load_config
from ingest.config import IngestConfig
from storage.signals import Log
from storage.stores import Stores

FOLLOW_S = 30.0
"""Longest wait for the broker to take over what a command has changed."""
CHANGES_GATEWAYS = frozenset({"gateway.add", "gateway.revoke", "gateway.rotate"})
ALONE = ("ingest", "anomaly", "alerting", "digest", "dashboard")
"""Services that work on the data folder, one process at a time."""

log = logging.getLogger(__name__)


async def run_up(folder: Path) -> None:
    """Run everything in this process until it is stopped.

    Raises:
        MimamoriError: BRK-… the broker cannot be trusted or does not start, CFG-…, SEC-….
    """
    _log_to_terminal()
    installation, settings, clock = Installation(folder), read_settings(folder), RealClock()
    reserve = Reserve(installation.stores, settings.disk.reserve_bytes)
    with suppress(OSError):  # the folder is not there yet, or its own error comes with the stores
        reserve.keep()  # on a full disk nothing could be opened otherwise
    with exclusive(folder), Stores.open(installation.stores) as stores:
        await adopt_passwords(installation, stores.register, clock)
        canary = await make_canary(installation, settings, stores, clock)
        broker = CityBroker(installation, settings.broker, stores.register, stores.signals, clock)
        await broker.start()
        try:
            _greet(settings)
            services = [
                Service(name=name, progress=PROGRESS[name], run=run)
                for name, run in _services(installation, settings, stores, clock).items()
            ]
            expiry = CertificateWatch(installation, settings.broker, stores, clock)
            services += [
                Service(name="broker", run=broker.run),
                Service(name="canary", run=canary.run),
                Service(name="heart", run=Heart(stores, clock).run),
                Service(name="integrity", run=lambda: run_integrity(installation.stores, clock)),
                Service(name="expiry", run=expiry.run),
                Service(name="room", run=DiskWatch(reserve, stores, clock).run),
                *_bounces(settings, stores, clock),
                Service(name="control", run=lambda: _control(folder, stores, broker)),
            ]
            with lend(folder, stores, _tell_from_thread(broker)):
                await supervise(services, stores, clock)
        finally:
            await broker.stop()


def _greet(settings: OperatorSettings) -> None:
    broker, page = settings.broker, settings.page.base_url
    homes = f"{broker.public_host}:{broker.public_port}" if broker.public_host else "no door"
    console.print(f"pages: {page}  broker: {LOOPBACK}:{broker.port}  homes: {homes}")


def _tell_from_thread(broker: CityBroker) -> Tell:
    """Return how a command, which runs in a thread, tells a gateway something."""
    loop = asyncio.get_running_loop()

    def tell(topic: str, payload: bytes) -> None:
        future = asyncio.run_coroutine_threadsafe(broker.tell(topic, payload), loop)
        future.result(FOLLOW_S)

    return tell


async def _control(folder: Path, stores: Stores, broker: CityBroker) -> None:
    """Do commands of administration that people give while we run."""

    async def changed(command: str) -> str:
        if command == "broker.test":
            await broker.test()
        if command == "quarantine.retry":
            stores.signals.notify(Log.JOURNAL)
        if command not in CHANGES_GATEWAYS:
            return ""
        stores.signals.notify(Log.GATEWAY)
        try:
            async with asyncio.timeout(FOLLOW_S):
                await broker.sync()
        except (MimamoriError, TimeoutError) as error:
            log.warning("the broker does not follow: %s", error)
            return "the broker has not taken this over yet; it is tried again by itself"
        return ""

    await serve(folder, partial(perform, folder), changed)


async def run_one(service: str, *, data_dir: Path, gateway_file: Path | None) -> None:
    """Run one service until it is stopped; a failure ends the process, for its supervisor to see.

    Raises:
        InputError: CLI-010 no such service, CLI-011 a gateway without its file, CFG-030 the data
            folder is in use: several processes over one folder need PostgreSQL.
    """
    _log_to_terminal()
    if service == "gateway":
        await gateway.service.run(load_config(_required(gateway_file)), RealClock())
        return
    if service not in ALONE:
        raise InputError(_no_such_service(service))
    installation, settings, clock = Installation(data_dir), read_settings(data_dir), RealClock()
    with exclusive(data_dir), Stores.open(installation.stores) as stores:
        await _services(installation, settings, stores, clock)[service]()


def _bounces(settings: OperatorSettings, stores: Stores, clock: Clock) -> list[Service]:
    folder = None if settings.mail is None else settings.mail.bounces
    if folder is None:
        return []
    look = BounceFolder(folder, stores, clock, base_url=settings.page.base_url)
    return [Service(name="bounces", run=look.run)]


def _services(
    installation: Installation, settings: OperatorSettings, stores: Stores, clock: Clock
) -> dict[str, Callable[[], Awaitable[None]]]:
    page = settings.page
    notifiers = notifiers_of(settings, clock)
    ingest_config = IngestConfig(
        host=LOOPBACK,
        port=settings.broker.port,
        password=installation.broker_password("ingest"),
        master_key=installation.master_key(),
        journal_kept=settings.journal.kept,
    )
    return {
        "ingest": lambda: ingest.service.run(ingest_config, stores, clock),
        "anomaly": lambda: anomaly.service.run(stores, clock),
        "alerting": lambda: alerting.service.run(
            stores.register,
            stores.signals,
            clock,
            AlertingConfig(base_url=page.base_url),
            notifiers,
        ),
        "digest": lambda: alerting.morning.run(
            stores.register,
            stores.signals,
            clock,
            MorningConfig(base_url=page.base_url, time_zone=page.settings().time_zone),
            notifiers,
        ),
        "dashboard": lambda: dashboard.service.run(
            stores.register,
            stores.readings,
            stores.signals,
            clock,
            page.settings(has_switch=settings.watching.switch is not None),
            installation.vault(),
            notifiers=notifiers,
        ),
    }


def _no_such_service(name: str) -> Problem:
    return Problem(
        code="CLI-010",
        where="mimamori run",
        found=shown(name),
        allowed=", ".join(("gateway", *ALONE)),
        do="name one of them, or use `mimamori up` for all",
    )


def _required(path: Path | None) -> Path:
    if path is None:
        raise InputError(
            Problem(
                code="CLI-011",
                where="mimamori run gateway",
                found="no --config",
                allowed="the file that `mimamori gateway add` wrote",
                do="give it with --config",
            )
        )
    return path


def _log_to_terminal() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("asyncio").setLevel(logging.WARNING)
