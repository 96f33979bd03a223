"""Operator's commands that register people and gateways."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from cli.installation import Installation
from cli.lock import exclusive
from cli.secrets import write
from dashboard.auth.passwords import Passwords
from devices.simulators.flat import BATTERY_HEARTBEAT, MAINS_HEARTBEAT, SensorKind
from domain.access import Role, service
from domain.clock import RealClock
from domain.errors import InputError, Problem, shown
from domain.ids import GatewayId, MunicipalityId, SensorId
from gateway.config import GatewayConfig, dump_config
from gateway.drivers.frame import Device
from messaging.client import BrokerSettings
from messaging.keys import derive
from storage.register import gateways, users
from storage.register.database import Register
from storage.register.gateways import NewSensor

ACCESS = service("operator")
COLUMNS = ("name", "room", "kind", "entrance")
TIME_ZONE = "Asia/Tokyo"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUser:
    """A person to be added."""

    login: str
    role: Role
    name: str
    email: str | None
    municipality: str | None
    language: str
    password: str
    assign_all_homes: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGateway:
    """A gateway to be registered."""

    code: str
    sensors: Path
    host: str
    port: int
    ca_file: Path | None
    output: Path


def add_user(folder: Path, new: NewUser) -> str:
    """Add a person; returns the line to print.

    Raises:
        InputError: USR-001 role SYSTEM, USR-002 login taken, USR-003 no municipality, PWD-001.
    """
    if new.role is Role.SYSTEM:
        raise _wrong("USR-001", "--role", "system", "a role that a person has")
    password_hash = Passwords().hash(new.password)
    now = RealClock().now()
    with exclusive(folder), Register.open(Installation(folder).stores / "register.db") as register:
        try:
            register.write_now(lambda c: _insert_user(c, new, password_hash, now))
        except IntegrityError as error:
            raise _wrong("USR-002", "login", shown(new.login), "one that is free") from error
    return f"{new.login} may sign in as {new.role}"


def add_gateway(folder: Path, new: NewGateway) -> str:
    """Register a gateway with its sensors and write its file; returns the line to print.

    Raises:
        InputError: CSV-003 wrong columns, CSV-004 bad row, USR-003 no municipality yet.
    """
    sensors = _read_sensors(new.sensors)
    installation, now = Installation(folder), RealClock().now()
    with exclusive(folder), Register.open(installation.stores / "register.db") as register:
        gateway, ids = register.write_now(lambda c: _insert_gateway(c, new, sensors, now))
    config = GatewayConfig(
        gateway=gateway,
        key=derive(installation.master_key(), gateway, 1),
        outbox=Path("outbox.db"),
        local=BrokerSettings(),
        uplink=BrokerSettings(
            host=new.host,
            port=new.port,
            username=gateway,
            password=installation.broker_password(gateway),
            ca_file=new.ca_file,
        ),
        devices={spec.name: _device(ids[spec.name], kind) for spec, kind in sensors},
    )
    write(new.output, dump_config(config))
    return f"gateway {gateway} of home {new.code}: carry {new.output} to the home, then delete it"


def _insert_user(connection: Connection, new: NewUser, password_hash: str, now: datetime) -> None:
    municipality = _municipality(connection, new.municipality)
    user = users.add(
        connection,
        ACCESS,
        municipality=municipality,
        login=new.login,
        display_name=new.name,
        role=new.role,
        email=new.email,
        language=new.language,
        password_hash=password_hash,
        now=now,
    )
    if new.assign_all_homes:
        for home, _, _, _ in gateways.fitted(connection, ACCESS):
            users.assign(
                connection, ACCESS, municipality=municipality, user=user, home=home, now=now
            )


def _insert_gateway(
    connection: Connection,
    new: NewGateway,
    sensors: list[tuple[NewSensor, SensorKind]],
    now: datetime,
) -> tuple[GatewayId, dict[str, SensorId]]:
    municipality = _municipality(connection, None)
    home = gateways.home_by_code(connection, ACCESS, municipality, new.code)
    if home is None:
        home = gateways.add_home(
            connection,
            ACCESS,
            municipality_id=municipality,
            code=new.code,
            time_zone=TIME_ZONE,
            now=now,
        )
    specs = [spec for spec, _ in sensors]
    return gateways.add_gateway(connection, ACCESS, home_id=home, sensors=specs, now=now)


def _municipality(connection: Connection, name: str | None) -> MunicipalityId:
    known = gateways.municipalities(connection, ACCESS)
    for municipality, known_name in known:
        if name is None or name == known_name:
            return municipality
    if name is None:
        raise _wrong("USR-003", "municipality", "none yet", "--municipality with the first user")
    return gateways.add_municipality(connection, ACCESS, name)


def _read_sensors(path: Path) -> list[tuple[NewSensor, SensorKind]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file, strict=True)
        header = next(rows, [])
        if tuple(header) != COLUMNS:
            raise _wrong("CSV-003", str(path), shown(",".join(header)), ",".join(COLUMNS))
        return [_sensor(path, number, row) for number, row in enumerate(rows, start=2) if row]


def _sensor(path: Path, number: int, row: list[str]) -> tuple[NewSensor, SensorKind]:
    where = f"{path} line {number}"
    if len(row) != len(COLUMNS):
        raise _wrong("CSV-004", where, f"{len(row)} columns", f"{len(COLUMNS)} columns")
    name, room, kind, entrance = (cell.strip() for cell in row)
    if kind not in set(SensorKind):
        raise _wrong("CSV-004", where, shown(kind), ", ".join(SensorKind))
    if entrance not in {"yes", "no"}:
        raise _wrong("CSV-004", where, shown(entrance), "yes or no")
    known = SensorKind(kind)
    spec = NewSensor(
        name=name,
        room=room,
        is_entrance=entrance == "yes",
        heartbeat=BATTERY_HEARTBEAT if known.on_battery else MAINS_HEARTBEAT,
        is_battery=known.on_battery,
    )
    return spec, known


def _device(sensor: SensorId, kind: SensorKind) -> Device:
    return (
        Device(sensor=sensor, contact=kind.quantity) if kind.is_contact else Device(sensor=sensor)
    )


def _wrong(code: str, where: str, found: str, allowed: str) -> InputError:
    do = "correct it and try again; nothing was changed"
    return InputError(Problem(code=code, where=where, found=found, allowed=allowed, do=do))
