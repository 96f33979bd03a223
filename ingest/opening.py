"""Opening what arrived: topic, signature, header and pack, each refused by name; no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from domain.errors import InputError, Problem, shown
from domain.gateway import KnownGateway
from domain.ids import GatewayId
from messaging.envelope import (
    MAX_BYTES,
    Header,
    decode_header,
    split_body,
)
from messaging.keys import GatewayKey, Signed, bad_signature, derive, split_signature
from messaging.pack import check_pack
from messaging.senml import NO_TIME_MS
from messaging.status import Presence, decode_status
from messaging.topics import UpTopic

STATUS_BYTES = 2_000
"""Longest status message: it is kept to be shown."""


class Arrived(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One message as the broker delivered it."""

    topic: str
    payload: bytes
    received_at: datetime
    is_retained: bool = False
    """Whether the broker kept it from before, rather than passing it on now."""
    qos: int = 1
    """0: the broker may lose it; it is used all the same."""


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """An envelope that a known gateway signed."""

    arrived: Arrived
    gateway: KnownGateway
    header: Header
    body: bytes
    problem: Problem | None
    """Why the signed pack cannot be read: its sequence numbers are covered all the same, so that
    the gateway does not send it for ever. None: it has its shape; the projector reads it."""

    @property
    def is_history(self) -> bool:
        """Whether it is of an ended epoch and was asked for again: it claims no instant."""
        return self.header.as_of_ms == NO_TIME_MS and not self.header.is_empty


class Keyring:
    """Who may speak: the known gateways and their keys."""

    def __init__(self, master: bytes, gateways: Mapping[GatewayId, KnownGateway]) -> None:
        """Take the master key and the directory of gateways."""
        self._master, self._gateways = master, gateways
        self._keys: dict[tuple[GatewayId, int], GatewayKey] = {}
        self._heard: dict[GatewayId, int] = {}

    def gateway(self, gateway: GatewayId) -> KnownGateway | None:
        """Return a gateway that may speak: known, placed, with a valid key and not revoked."""
        known = self._gateways.get(gateway)
        if known is None or known.is_revoked or not known.placements or not known.key_generations:
            return None
        return known

    def is_signed_by(self, gateway: KnownGateway, signed: Signed) -> bool:
        """Tell whether a valid key of the gateway signed this; the newest such key answers it."""
        if signed.generation not in gateway.key_generations:
            return False
        if not signed.is_by(self._key(gateway.id, signed.generation)):
            return False
        self._heard[gateway.id] = max(signed.generation, self._heard.get(gateway.id, 0))
        return True

    def key(self, gateway: KnownGateway) -> GatewayKey:
        """Return the key to answer with: the newest that was heard, else the newest.

        A gateway knows one key only; during a rotation it may still be the one before.
        """
        newest = max(gateway.key_generations)
        return self._key(gateway.id, self._heard.get(gateway.id, newest))

    def taken_over(self) -> dict[GatewayId, int]:
        """Return the gateways that were heard with a newer key than one that is still valid."""
        return {
            gateway: generation
            for gateway, generation in self._heard.items()
            if generation > min(self._gateways[gateway].key_generations)
        }

    def _key(self, gateway: GatewayId, generation: int) -> GatewayKey:
        name = (gateway, generation)
        if name not in self._keys:
            self._keys[name] = derive(self._master, *name)
        return self._keys[name]


def open_envelope(arrived: Arrived, topic: UpTopic, keyring: Keyring) -> Opened:
    """Open what arrived on a lane's topic.

    Raises:
        InputError: MQT-002, 010, 013, 016, 017, 019, 020 or 021; see docs/reference/wire.md.
    """
    where = f'topic "{arrived.topic}"'
    if len(arrived.payload) > MAX_BYTES:
        raise _problem("MQT-013", where, f"{len(arrived.payload)} bytes", f"at most {MAX_BYTES}")
    known = keyring.gateway(topic.gateway)
    if known is None:
        raise _problem("MQT-021", where, "a gateway that is not registered", "a commissioned one")
    signed = split_signature(arrived.payload, where=where)
    if not keyring.is_signed_by(known, signed):
        raise bad_signature(where)
    head, pack = split_body(signed.body, where=where)
    header = decode_header(head, where=where)
    if header.gateway != topic.gateway or header.lane.value != topic.up.value:
        found = f"an envelope of {shown(header.gateway)}, lane {header.lane}"
        raise _problem("MQT-002", where, found, "gateway and lane of the topic")
    return Opened(
        arrived=arrived,
        gateway=known,
        header=header,
        body=signed.body,
        problem=_problem_of(header, pack, where),
    )


def open_status(arrived: Arrived) -> Presence:
    """Read a gateway's word about itself.

    Raises:
        InputError: MQT-010 not a status message, MQT-013 too long for one.
    """
    where = f"topic {shown(arrived.topic)}"
    if len(arrived.payload) > STATUS_BYTES:
        found = f"{len(arrived.payload)} bytes"
        raise _problem("MQT-013", where, found, f"at most {STATUS_BYTES}")
    return decode_status(arrived.payload, where=where)


def _problem_of(header: Header, raw: bytes, where: str) -> Problem | None:
    try:
        check_pack(header, raw, where=where)
    except InputError as error:
        return error.problem
    return None


def _problem(code: str, where: str, found: str, allowed: str) -> InputError:
    do = "check the gateway's configuration; the message is kept in quarantine"
    return InputError(Problem(code=code, where=where, found=found, allowed=allowed, do=do))
