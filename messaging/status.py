"""A gateway's status: retained, with a will, for display only; no rule may depend on it.

A receiver that knows only `version` and `state` passes over what else is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import msgspec

from domain.errors import InputError, Problem
from domain.ids import SensorId
from domain.moments import to_ms
from domain.reading import ClockQuality
from messaging.envelope import VERSION

MAX_STATUS_BYTES = 1_900
"""Longest status that is sent; the server takes up to 2,000 bytes."""


class Presence(StrEnum):
    """Whether a gateway is connected, as far as the broker knows."""

    ONLINE = "online"
    OFFLINE = "offline"
    """Said by the gateway when it stops, by its will when it vanishes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How a gateway says it is; numbers and ids only, nothing personal."""

    at: datetime
    program: str
    """Version of the program."""
    clock: ClockQuality
    disk_free_mb: int
    memory_mb: int
    """What the program holds in memory."""
    memory_free_mb: int
    starts: int
    """How often the program has started within the last hour, this time included."""
    boots: int
    """In how many runs of the machine."""
    waiting: int
    """Records that have no receipt yet."""
    outbox_mb: int
    is_room_short: bool
    """Whether the disk is full or the limit reached: what can be spared is being dropped."""
    dropped: Mapping[str, int] = field(default_factory=dict)
    """Records dropped so far, by kind."""
    quarantined: Mapping[str, int] = field(default_factory=dict)
    """Messages that could not be used so far, by code."""
    heard: Mapping[SensorId, datetime] = field(default_factory=dict)
    """When each sensor was last heard of, in this run or before."""


class _Health(msgspec.Struct, frozen=True, omit_defaults=True):
    at: int
    program: str
    clock: ClockQuality
    disk_free_mb: int
    memory_mb: int
    memory_free_mb: int
    starts: int
    boots: int
    waiting: int
    outbox_mb: int
    room_short: bool = False
    dropped: dict[str, int] = {}
    quarantined: dict[str, int] = {}
    sensors: int = 0
    heard: dict[str, int] = {}


class _Status(msgspec.Struct, frozen=True, omit_defaults=True):
    version: int
    state: Presence
    health: _Health | None = None


class _Presence(msgspec.Struct, frozen=True):
    version: int
    state: Presence


def encode_status(presence: Presence, health: Health | None = None) -> bytes:
    """Return the bytes of a status message, at most `MAX_STATUS_BYTES`; not signed.

    Where not all sensors fit in, those that were heard most recently are left out.
    """
    if health is None:
        return msgspec.json.encode(_Status(version=VERSION, state=presence))
    silent_first = sorted(health.heard, key=lambda sensor: (health.heard[sensor], sensor))
    for count in range(len(silent_first), -1, -1):
        body = _health(health, silent_first[:count])
        payload = msgspec.json.encode(_Status(version=VERSION, state=presence, health=body))
        if len(payload) <= MAX_STATUS_BYTES:
            return payload
    return msgspec.json.encode(_Status(version=VERSION, state=presence))


def decode_status(payload: bytes, *, where: str) -> Presence:
    """Read the presence in a status message; what else it says is for people to look at.

    Raises:
        InputError: MQT-010 not a status message.
    """
    try:
        return _decoder.decode(payload).state
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(
            Problem(
                code="MQT-010",
                where=where,
                found=str(error),
                allowed='{"version":1,"state":"online"} or "offline"',
                do="send what docs/reference/wire.md describes",
            )
        ) from error


_decoder = msgspec.json.Decoder(_Presence)


def _health(health: Health, sensors: list[SensorId]) -> _Health:
    return _Health(
        at=to_ms(health.at),
        program=health.program,
        clock=health.clock,
        disk_free_mb=health.disk_free_mb,
        memory_mb=health.memory_mb,
        memory_free_mb=health.memory_free_mb,
        starts=health.starts,
        boots=health.boots,
        waiting=health.waiting,
        outbox_mb=health.outbox_mb,
        room_short=health.is_room_short,
        dropped=dict(health.dropped),
        quarantined=dict(health.quarantined),
        sensors=len(health.heard),
        heard={sensor: to_ms(health.heard[sensor]) // 1000 for sensor in sensors},
    )
