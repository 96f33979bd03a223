"""The settings of one gateway: one JSON or TOML file that is carried to the home, mode 0600.

    {
      "gateway": "…", "key": {"generation": 1, "secret": "64 hex digits"}, "outbox": "outbox.db",
      "uplink": {"host": "broker.example", "port": 8883, "username": "…", "password": "…",
                 "ca_pem": "-----BEGIN CERTIFICATE-----…", "mqtt5": true},
      "local": {"host": "127.0.0.1"}, "base_topic": "zigbee2mqtt",
      "outbox_most_mb": 256, "sign_file": "/run/mimamori/sign", "clock": "ntp",
      "devices": {"front door": {"sensor": "…", "contact": "door"}}
    }

Relative paths are beside the file. `key.file` may name a file with the hex digits instead, and
`ca_file` one with the broker's authority instead of `ca_pem`.
"""

from __future__ import annotations

import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import msgspec

from domain.errors import InputError, Problem
from domain.ids import GatewayId, SensorId, is_id
from domain.quantity import Quantity
from gateway.drivers.frame import HEARTBEAT, Device
from gateway.outbox import MOST_BYTES
from messaging.client import BrokerSettings
from messaging.keys import KEY_BYTES, GatewayKey

DEFAULT_MOST_MB = MOST_BYTES // (1024 * 1024)
LEAST_MOST_MB = 1
MAX_FILE_BYTES = 1024 * 1024
"""A home has dozens of devices, not thousands."""
_CONTACTS = frozenset({Quantity.DOOR, Quantity.OPENING})


class ClockSource(StrEnum):
    """Who keeps this machine's clock."""

    NTP = "ntp"
    """A time server: until it has answered in this boot, times are unknown."""
    TRUSTED = "trusted"
    """Something that the kernel does not know of, such as the host of a virtual machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayConfig:
    """Settings of one gateway."""

    gateway: GatewayId
    key: GatewayKey
    outbox: Path
    """SQLite file that holds what is not yet safe, and seven days more; on the SD card."""
    local: BrokerSettings
    """Where Zigbee2MQTT publishes. The user needs read and write on `base_topic`/#."""
    uplink: BrokerSettings
    """The city's broker."""
    devices: Mapping[str, Device] = field(default_factory=dict)
    """Zigbee2MQTT's friendly names; they stay in the home."""
    base_topic: str = "zigbee2mqtt"
    outbox_most_mb: int = DEFAULT_MOST_MB
    """Where the outbox stops to grow: what can best be spared is dropped then."""
    sign_file: Path | None = None
    """Says whether all is safe, for a lamp in the home; None: no such file."""
    clock: ClockSource = ClockSource.NTP

    def __post_init__(self) -> None:
        """Refuse what would only show later."""
        if not is_id(self.gateway):
            raise ValueError(f"gateway {self.gateway!r} is not an id")
        if not self.base_topic or set(self.base_topic) & set("+#"):
            raise ValueError(f"base_topic {self.base_topic!r} is not a topic")
        if self.outbox_most_mb < LEAST_MOST_MB:
            raise ValueError(f"outbox_most_mb is at least {LEAST_MOST_MB}")
        for name, device in self.devices.items():
            if not is_id(device.sensor):
                raise ValueError(f"sensor {device.sensor!r} of device {name!r} is not an id")
            if device.contact not in _CONTACTS:
                raise ValueError(f"contact of device {name!r} is door or opening")


def load_config(path: Path) -> GatewayConfig:
    """Read a gateway's file.

    Raises:
        InputError: CFG-001 missing, unreadable or readable by others, CFG-002 not JSON or TOML,
            CFG-005 unknown key, wrong type or impossible value, CFG-012 no certificate authority.
    """
    raw = _read_secret(path)
    try:
        tree: Any = tomllib.loads(raw) if path.suffix == ".toml" else msgspec.json.decode(raw)
    except (tomllib.TOMLDecodeError, msgspec.DecodeError) as error:
        raise _problem("CFG-002", path, str(error), "JSON, or TOML in a .toml file") from error
    try:
        form = msgspec.convert(tree, _Form)
        return _config(form, path.parent)
    except (msgspec.ValidationError, ValueError) as error:
        raise _problem("CFG-005", path, str(error), "the keys of gateway/config.py") from error


def dump_config(config: GatewayConfig) -> bytes:
    """Return the JSON that `load_config` reads; it holds secrets, so write it with mode 0600."""
    form = _Form(
        gateway=config.gateway,
        key=_Key(generation=config.key.generation, secret=config.key.secret.hex()),
        outbox=str(config.outbox),
        local=_broker_form(config.local),
        uplink=_broker_form(config.uplink),
        base_topic=config.base_topic,
        devices={name: _device_form(device) for name, device in config.devices.items()},
        outbox_most_mb=config.outbox_most_mb,
        sign_file=None if config.sign_file is None else str(config.sign_file),
        clock=config.clock,
    )
    return msgspec.json.format(msgspec.json.encode(form), indent=2)


class _Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of the file; a misspelt key is refused, never passed over."""


class _Key(_Strict, frozen=True, kw_only=True, omit_defaults=True):
    generation: int
    secret: str | None = None
    file: str | None = None


class _Broker(_Strict, frozen=True, kw_only=True, omit_defaults=True):
    host: str = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 1883
    username: str | None = None
    password: str | None = None
    ca_file: str | None = None
    ca_pem: str | None = None
    mqtt5: bool = False
    keep_alive_s: Annotated[int, msgspec.Meta(ge=5, le=65535)] = 30


class _Device(_Strict, frozen=True, kw_only=True, omit_defaults=True):
    sensor: str
    contact: Quantity = Quantity.DOOR
    is_help_button: bool = True
    heartbeat_s: int = int(HEARTBEAT.total_seconds())


class _Form(_Strict, frozen=True, kw_only=True):
    gateway: str
    key: _Key
    uplink: _Broker
    outbox: str = "outbox.db"
    local: _Broker = _Broker()
    base_topic: str = "zigbee2mqtt"
    devices: dict[str, _Device] = {}
    outbox_most_mb: int = DEFAULT_MOST_MB
    sign_file: str | None = None
    clock: ClockSource = ClockSource.NTP


def _config(form: _Form, folder: Path) -> GatewayConfig:
    return GatewayConfig(
        gateway=GatewayId(form.gateway),
        key=_key(form.key, folder),
        outbox=folder / form.outbox,
        local=_broker(form.local, folder),
        uplink=_broker(form.uplink, folder),
        devices={name: _device(device) for name, device in form.devices.items()},
        base_topic=form.base_topic,
        outbox_most_mb=form.outbox_most_mb,
        sign_file=None if form.sign_file is None else folder / form.sign_file,
        clock=form.clock,
    )


def _key(form: _Key, folder: Path) -> GatewayKey:
    if (form.secret is None) == (form.file is None):
        raise ValueError("key needs either secret or file")
    digits = form.secret if form.file is None else _read_secret(folder / form.file)
    try:
        secret = bytes.fromhex((digits or "").strip())
    except ValueError:
        secret = b""
    if len(secret) != KEY_BYTES or form.generation < 1:
        raise ValueError(f"key needs {KEY_BYTES} bytes as hex digits and a generation from 1 on")
    return GatewayKey(generation=form.generation, secret=secret)


def _broker(form: _Broker, folder: Path) -> BrokerSettings:
    ca_file = None if form.ca_file is None else folder / form.ca_file
    if ca_file is not None and not ca_file.is_file():
        raise _problem("CFG-012", ca_file, "no such file", "the broker's authority as PEM")
    return BrokerSettings(
        host=form.host,
        port=form.port,
        username=form.username,
        password=form.password,
        ca_file=ca_file,
        ca_pem=form.ca_pem,
        mqtt5=form.mqtt5,
        keep_alive_s=form.keep_alive_s,
    )


def _device(form: _Device) -> Device:
    if form.heartbeat_s <= 0:
        raise ValueError("heartbeat_s must be above 0")
    return Device(
        sensor=SensorId(form.sensor),
        contact=form.contact,
        is_help_button=form.is_help_button,
        heartbeat=timedelta(seconds=form.heartbeat_s),
    )


def _broker_form(broker: BrokerSettings) -> _Broker:
    return _Broker(
        host=broker.host,
        port=broker.port,
        username=broker.username,
        password=broker.password,
        ca_file=None if broker.ca_file is None else str(broker.ca_file),
        ca_pem=broker.ca_pem,
        mqtt5=broker.mqtt5,
        keep_alive_s=broker.keep_alive_s,
    )


def _device_form(device: Device) -> _Device:
    return _Device(
        sensor=device.sensor,
        contact=device.contact,
        is_help_button=device.is_help_button,
        heartbeat_s=int(device.heartbeat.total_seconds()),
    )


def _read_secret(path: Path) -> str:
    """Read a file that nobody else may read."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            raise _problem("CFG-001", path, f"mode {mode:04o}", "mode 0600: it holds secrets")
        with path.open("rb") as file:
            return file.read(MAX_FILE_BYTES).decode()
    except (OSError, UnicodeDecodeError) as error:
        raise _problem("CFG-001", path, str(error), "a readable UTF-8 file") from error


def _problem(code: str, path: Path, found: str, allowed: str) -> InputError:
    do = "write it anew with `mimamori gateway add`, or correct it and chmod 600"
    return InputError(
        Problem(code=code, where=str(path), found=found, allowed=allowed, do=do),
    )
