"""A gateway's status: retained, with a will, for display only; no rule may depend on it."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from domain.errors import InputError, Problem
from messaging.envelope import VERSION


class Presence(StrEnum):
    """Whether a gateway is connected, as far as the broker knows."""

    ONLINE = "online"
    OFFLINE = "offline"
    """Said by the gateway when it stops, by its will when it vanishes."""


class _Status(msgspec.Struct, frozen=True):
    version: int
    state: Presence


def encode_status(presence: Presence) -> bytes:
    """Return the bytes of a status message; not signed."""
    return msgspec.json.encode(_Status(version=VERSION, state=presence))


def decode_status(payload: bytes, *, where: str) -> Presence:
    """Read a status message.

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


_decoder = msgspec.json.Decoder(_Status)
