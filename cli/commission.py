"""Gateways on the command line: registering one, replacing one, listing them."""

from __future__ import annotations

import ipaddress
import os
import re
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from cli import door
from cli.desk import (
    ACCESS,
    access_to,
    book,
    columns,
    is_text,
    municipality_of,
    open_register,
    wrong,
)
from cli.gateway_devices import device_of
from cli.installation import Installation
from cli.mosquitto_files import hash_password
from cli.secrets import random_password, write
from cli.sensor_list import ListedSensor, read_sensors
from cli.settings import FILE, read_settings
from domain.access import Access
from domain.clock import RealClock
from domain.errors import shown
from domain.ids import GatewayId, HomeId, SensorId
from gateway.config import GatewayConfig, dump_config
from messaging.client import BrokerSettings
from messaging.keys import derive
from storage.register import credentials, gateways, placements
from storage.register.credentials import Credential
from storage.register.placements import PlacedGateway

TIME_ZONE = "Asia/Tokyo"
"""Of every home that is made here."""
CODE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,14}[A-Za-z0-9])?")
"""ASCII only and short: the code is in mails, and nobody's name fits easily."""
HOST_CHARACTERS = 253


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGateway:
    """A gateway to be registered."""

    code: str
    municipality: str | None
    sensors: Path
    host: str | None
    """None: what the settings say."""
    port: int
    ca_file: Path | None
    output: Path
    replaces: bool


def add_gateway(folder: Path, new: NewGateway) -> str:
    """Register a gateway with its sensors and write its file, both or neither.

    Returns:
        What to print.

    Raises:
        InputError: CSV-… the list of sensors, GWY-001 one stands there already, GWY-002 in clear
            over a network, GWY-003 the file is there, GWY-004 it cannot be written, GWY-005 not a
            host name, or none, HOM-001 nothing to replace, HOM-002 not a code, USR-003, USR-004,
            BRK-004, SEC-….
    """
    sensors = read_sensors(new.sensors)
    _check(new)
    installation, now = Installation(folder), RealClock().now()
    uplink = _uplink(installation, new, now)
    with open_register(folder) as register, ExitStack() as undo:
        work = partial(_register, installation, new, uplink, sensors, now, undo)
        added, replaced = register.write_now(work)
        undo.pop_all()
    lines = [f"gateway {gone} is revoked: what it has not sent is lost" for gone in replaced]
    carry = f"carry {new.output} to the home, then delete it"
    return "\n".join([*lines, f"gateway {added} of home {new.code}: {carry}"])


def list_gateways(folder: Path) -> str:
    """Return all gateways, revoked ones included, with their homes; times are the homes' own."""
    now = RealClock().now()

    def work(connection: Connection) -> tuple[list[PlacedGateway], list[Credential]]:
        book(connection, ACCESS, "gateway.list", "gateways:all", now=now)
        placed = placements.placed_gateways(connection, ACCESS)
        return placed, credentials.valid(connection, ACCESS)

    with open_register(folder) as register:
        placed, valid = register.write_now(work)
    head = ("home", "gateway", "since", "until", "sensors", "last heard", "key")
    return columns([head, *((*_row(one), _keys(one, valid)) for one in placed)])


def _check(new: NewGateway) -> None:
    if CODE.fullmatch(new.code) is None:
        allowed = "1 to 16 of A-Z, a-z, 0-9 and -, such as K-07; never a name or an address"
        raise wrong("HOM-002", "home", shown(new.code), allowed)
    if new.host is not None:
        if not is_text(new.host, longest=HOST_CHARACTERS) or len(new.host.split()) != 1:
            raise wrong("GWY-005", "--broker-host", shown(new.host), "a host name or an address")
        if new.ca_file is None and not _is_loopback(new.host):
            allowed = "--ca-file, or a broker on this machine: all would go in clear otherwise"
            raise wrong("GWY-002", "--broker-host", f"{shown(new.host)} without --ca-file", allowed)
    require_new(new.output)


def require_new(output: Path) -> None:
    """Refuse to overwrite a file: it may be the only copy of another gateway's key.

    Raises:
        InputError: GWY-003.
    """
    if os.path.lexists(output):
        raise wrong("GWY-003", str(output), "it is there already", "a new file")


def write_carried(config: GatewayConfig, output: Path) -> None:
    """Write what is carried to a home; it holds secrets, and is its owner's only.

    Raises:
        InputError: GWY-004 it cannot be written.
    """
    try:
        write(output, dump_config(config))
    except OSError as error:
        found = error.strerror or type(error).__name__
        raise wrong("GWY-004", str(output), found, "a file that you may make") from error


def carried_files(output: Path) -> tuple[Path, Path]:
    """Return what `write_carried` may leave behind when it fails."""
    return output, output.with_name(f".{output.name}.new")


def uplink_of(installation: Installation, now: datetime) -> BrokerSettings:
    """Return how gateways in homes reach the broker of this installation, without credentials.

    Raises:
        InputError: GWY-005 the settings name no public host; BRK-004 its certificate is unusable.
    """
    settings = read_settings(installation.folder).broker
    if not settings.public_host:
        allowed = f"broker.public_host in {FILE}, or --broker-host"
        raise wrong("GWY-005", "--broker-host", "none", allowed)
    if not door.files(installation, settings).authority.exists():
        door.keep(installation, settings, now=now)
    return BrokerSettings(
        host=settings.public_host,
        port=settings.public_port,
        ca_pem=door.authority(installation, settings),
    )


def _uplink(installation: Installation, new: NewGateway, now: datetime) -> BrokerSettings:
    if new.host is None:
        return uplink_of(installation, now)
    return BrokerSettings(host=new.host, port=new.port, ca_file=new.ca_file)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _register(  # noqa: PLR0917 (bound when it is handed to the writer)
    installation: Installation,
    new: NewGateway,
    uplink: BrokerSettings,
    sensors: list[ListedSensor],
    now: datetime,
    undo: ExitStack,
    connection: Connection,
) -> tuple[GatewayId, list[GatewayId]]:
    """Register and write the file in one transaction; `undo` takes the files away again."""
    access = access_to(municipality_of(connection, new.municipality))
    home = _home(connection, access, new, now)
    replaced = _make_room(connection, access, new, home, now)
    specs = [sensor.spec for sensor in sensors]
    added, ids = gateways.add_gateway(connection, access, home_id=home, sensors=specs, now=now)
    password = random_password()
    credentials.add(connection, access, added, 1, hash_password(password), now=now)
    book(connection, access, "gateway.add", f"gateway:{added} home:{home}", now=now)
    for path in carried_files(new.output):
        undo.callback(remove, path)
    own = replace(uplink, username=added, password=password)
    write_carried(_config(installation, own, added, sensors, ids), new.output)
    return added, replaced


def _home(connection: Connection, access: Access, new: NewGateway, now: datetime) -> HomeId:
    found = placements.named_home(connection, access, new.code)
    if found is not None:
        return found.id
    if new.replaces or access.municipality is None:
        raise wrong("HOM-001", "home", shown(new.code), "with --replace, a home that is there")
    return gateways.add_home(
        connection,
        access,
        municipality_id=access.municipality,
        code=new.code,
        time_zone=TIME_ZONE,
        now=now,
    )


def _make_room(
    connection: Connection, access: Access, new: NewGateway, home: HomeId, now: datetime
) -> list[GatewayId]:
    """Take out what stands in the home; refuse where that was not asked for."""
    standing = placements.standing(connection, access, home, now=now)
    if standing and not new.replaces:
        found = f"{new.code} has gateway {standing[0]}"
        raise wrong("GWY-001", "home", found, "one gateway in a home; --replace takes it out")
    for gone in standing:
        placements.take_out(connection, access, gone, now=now)
        book(connection, access, "gateway.revoke", f"gateway:{gone} home:{home}", now=now)
    return standing


def _config(
    installation: Installation,
    uplink: BrokerSettings,
    added: GatewayId,
    sensors: list[ListedSensor],
    ids: dict[str, SensorId],
) -> GatewayConfig:
    return GatewayConfig(
        gateway=added,
        key=derive(installation.master_key(), added, 1),
        outbox=Path("outbox.db"),
        local=BrokerSettings(),
        uplink=uplink,
        devices={
            listed.spec.name: device_of(ids[listed.spec.name], listed.kind, listed.spec.heartbeat)
            for listed in sensors
        },
    )


def remove(path: Path) -> None:
    """Remove a file that may not be there; what cannot be removed must not hide what went wrong."""
    with suppress(OSError):
        path.unlink()


def _row(placed: PlacedGateway) -> tuple[str, ...]:
    until = "-" if placed.valid_to is None else _local(placed, placed.valid_to)
    return (
        placed.home.code,
        placed.id,
        _local(placed, placed.valid_from),
        f"{until} (revoked)" if placed.revoked_at is not None else until,
        str(placed.sensors),
        "never" if placed.last_heard_at is None else _local(placed, placed.last_heard_at),
    )


def _keys(placed: PlacedGateway, valid: list[Credential]) -> str:
    """Return the generation of its key; during a rotation also the one before, with its end."""
    mine = [one for one in valid if one.gateway == placed.id and placed.valid_to is None]
    told = [
        str(one.generation)
        if one.ends_at is None
        else f"({one.generation} until {_local(placed, one.ends_at)})"
        for one in mine
    ]
    return " ".join(told) or "-"


def _local(placed: PlacedGateway, instant: datetime) -> str:
    return f"{instant.astimezone(ZoneInfo(placed.home.time_zone)):%Y-%m-%d %H:%M}"
