"""Zigbee2MQTT's dialect: its topics and payloads in, readings out, without any I/O.

Known forms: one JSON object per device topic, one topic per attribute, or both. `last_seen` should
be switched on there (`advanced.last_seen`): without it a reading is booked when it is heard.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec

from domain.errors import Problem, shown
from domain.quantity import Quantity
from domain.reading import Reading
from gateway.drivers.frame import BATTERY_EACH, Device, Frame, State

MAX_PAYLOAD_BYTES = 64 * 1024
"""No device reports that much; a longer one is not looked into."""
FIRST_BELIEVED = datetime(2001, 1, 1, tzinfo=UTC)
"""Zigbee counts from 2000: a device whose clock was never set shows that year."""
MOST_AHEAD = timedelta(minutes=2)
"""Furthest that a device's time may lie ahead of ours; beyond it ours is taken."""
MOST_BEHIND = timedelta(hours=1)
"""How old a message may be on a machine whose own clock was never set."""
_VERBS = frozenset({"set", "get"})
_AVAILABILITY = "availability"
_BRIDGE = "bridge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of the local broker."""

    topic: str
    payload: bytes
    retained: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What came of one message; all empty when it was not about a device."""

    device: str | None = None
    """Friendly name of the device whose state this is."""
    state: State | None = None
    readings: tuple[Reading, ...] = ()
    problems: tuple[Problem, ...] = ()


def translate(
    message: Message,
    devices: Mapping[str, Device],
    states: Mapping[str, State],
    *,
    base_topic: str,
    now: datetime,
) -> Told:
    """Read one message; never raises, whatever the bytes are.

    Args:
        message: As it came from the broker.
        devices: The devices of this home by friendly name.
        states: The last known state of each device, from `Told.state` of an earlier message.
        base_topic: Zigbee2MQTT's `mqtt.base_topic`.
        now: Time of a message that brings none of its own; aware, UTC.

    Returns:
        Readings and the new state; problems are kept in quarantine and stop nothing.
    """
    name, attribute = _addressed(message.topic, devices, base_topic)
    if name is None or not message.payload:
        return Told()
    device = devices.get(name)
    if device is None:
        return Told(problems=(_unknown(name),))
    values = _values(message.payload, attribute)
    if isinstance(values, Problem):
        return Told(problems=(values,))
    own_time = _time(values.get("last_seen"))
    # A machine that begins in 1970 shows that year to its Zigbee2MQTT too.
    earliest = min(FIRST_BELIEVED, now - MOST_BEHIND)
    is_usable = own_time is not None and earliest <= own_time <= now + MOST_AHEAD
    frame = Frame(
        device,
        states.get(name, {}),
        observed_at=own_time if own_time is not None and is_usable else now,
        has_own_time=is_usable,
        retained=message.retained,
        where=f"device of sensor {device.sensor}",
    )
    if values.get("last_seen") is not None and not is_usable:
        _refuse_time(frame, values["last_seen"])
    for key, read in _READERS.items():
        if values.get(key) is not None:
            read(frame, device, values[key])
    return Told(
        device=name,
        state=frame.state,
        readings=tuple(frame.readings),
        problems=tuple(frame.problems),
    )


def _addressed(
    topic: str, devices: Mapping[str, Device], base_topic: str
) -> tuple[str | None, str | None]:
    """Return friendly name and, in the attribute-per-topic form, the attribute."""
    rest = topic.removeprefix(f"{base_topic}/")
    if rest == topic:
        return None, None
    if rest in devices:
        return rest, None
    parts = rest.split("/")
    if parts[0] == _BRIDGE or parts[-1] in {*_VERBS, _AVAILABILITY} or _VERBS & set(parts[-2:-1]):
        return None, None
    name, _, attribute = rest.rpartition("/")
    return (name, attribute) if name in devices else (rest, None)


def _values(payload: bytes, attribute: str | None) -> dict[str, object] | Problem:
    if len(payload) > MAX_PAYLOAD_BYTES:
        return _broken(f"{len(payload)} bytes")
    try:
        value: object = msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        if attribute is None:
            return _broken(str(error))
        value = payload.decode("utf-8", errors="replace")
    if attribute is not None:
        return {attribute: value}
    return value if isinstance(value, dict) else _broken(type(value).__name__)


def _time(value: object) -> datetime | None:
    """Read `last_seen`: milliseconds since 1970, or ISO 8601 with an offset."""
    try:
        if isinstance(value, str):
            instant = datetime.fromisoformat(value)
            return None if instant.tzinfo is None else instant.astimezone(UTC)
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None


def _occupancy(frame: Frame, _device: Device, value: object) -> None:
    seen = _boolean(frame, "occupancy", value)
    if seen is True:
        frame.moved()
    elif seen is False:
        frame.changed(Quantity.MOTION, 0.0)


def _contact(frame: Frame, device: Device, value: object) -> None:
    closed = _boolean(frame, "contact", value)
    if closed is not None:
        frame.changed(device.contact, 0.0 if closed else 1.0)


def _lamp(frame: Frame, _device: Device, value: object) -> None:
    # A cover's state is OPEN or CLOSE, a lock's LOCK or UNLOCK: not lamps.
    if value in ("ON", "OFF"):
        frame.changed(Quantity.LIGHT, 1.0 if value == "ON" else 0.0)


def _action(frame: Frame, device: Device, value: object) -> None:
    """Any press of a help button is a call, single, long or double; letting go is not."""
    if not isinstance(value, str):
        _wrong(frame, "action", value, "a word")
    elif device.is_help_button and value and "release" not in value:
        frame.happened(Quantity.HELP, 1.0)


def _emergency(frame: Frame, _device: Device, value: object) -> None:
    """Each new `true` is a call: some buttons never take it back, and a second press must count."""
    if _boolean(frame, "emergency", value):
        frame.happened(Quantity.HELP, 1.0)


def _measured(quantity: Quantity) -> Callable[[Frame, Device, object], None]:
    def read(frame: Frame, _device: Device, value: object) -> None:
        number = _number(frame, quantity.value, value)
        if number is not None:
            frame.measured(quantity, number)

    return read


def _battery(frame: Frame, _device: Device, value: object) -> None:
    number = _number(frame, "battery", value)
    if number is not None:
        frame.due(Quantity.BATTERY, number, every=BATTERY_EACH, on_change=True)


def _link(frame: Frame, device: Device, value: object) -> None:
    number = _number(frame, "linkquality", value)
    if number is not None:
        # Half, because a word that comes just before it is due again would not be told, and the
        # next one only a heartbeat later.
        frame.due(Quantity.LINK_QUALITY, number, every=device.heartbeat / 2)


_READERS: dict[str, Callable[[Frame, Device, object], None]] = {
    "action": _action,
    "emergency": _emergency,
    "occupancy": _occupancy,
    "contact": _contact,
    "garage_door_contact": _contact,
    "state": _lamp,
    "power": _measured(Quantity.POWER),
    "energy": _measured(Quantity.ENERGY),
    "temperature": _measured(Quantity.TEMPERATURE),
    "humidity": _measured(Quantity.HUMIDITY),
    "illuminance": _measured(Quantity.ILLUMINANCE),
    "battery": _battery,
    "linkquality": _link,
}
"""What is read, in this order; every other attribute is passed over."""


def _boolean(frame: Frame, key: str, value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    _wrong(frame, key, value, "true or false")
    return None


def _number(frame: Frame, key: str, value: object) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            pass
    _wrong(frame, key, value, "a number")
    return None


def _wrong(frame: Frame, key: str, value: object, allowed: str) -> None:
    found = f"{key} {_shown(value)}"
    frame.refuse("MQT-042", found=found, allowed=allowed, do="look at the device's converter")


def _refuse_time(frame: Frame, value: object) -> None:
    frame.refuse(
        "MQT-044",
        found=f"last_seen {_shown(value)}",
        allowed="ISO 8601 with an offset or ms since 1970, not ahead of this clock",
        do="set the clock of the machine that runs Zigbee2MQTT; the present instant was taken",
    )


def _shown(value: object) -> str:
    try:
        return shown(str(value)[:1000])
    except (ValueError, RecursionError):  # a number of thousands of digits; lists in lists
        return type(value).__name__


def _unknown(name: str) -> Problem:
    return Problem(
        code="MQT-041",
        where="local broker",
        found=f"device {shown(name)} is not in this gateway's table",
        allowed="the devices of this home",
        do="add the device to the home, or remove it from Zigbee2MQTT",
    )


def _broken(found: str) -> Problem:
    return Problem(
        code="MQT-040",
        where="local broker",
        found=f"not a JSON object: {found}",
        allowed="Zigbee2MQTT's JSON output",
        do="look at who else publishes on Zigbee2MQTT's topics",
    )
