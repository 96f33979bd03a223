"""Keys and signatures: one key per gateway and generation, HMAC-SHA256 over the bytes sent.

key = HKDF-SHA256(master, salt = "mimamori", info = "gateway/<id>/<generation>"), 32 bytes.
The master never leaves the server; a gateway only ever holds its own derived key.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from typing import NamedTuple

from domain.errors import InputError, Problem
from domain.ids import GatewayId

SCHEME = b"hmac-sha256"
MASTER_BYTES = 32
KEY_BYTES = 32
_SIGNATURE = re.compile(rb"hmac-sha256 ([1-9][0-9]{0,8}) ([0-9a-f]{64})")


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayKey:
    """One gateway's signing key."""

    generation: int
    """1, 2, 3 ...; a rotation makes the next one."""
    secret: bytes = field(repr=False)
    """32 bytes; never shown, logged or put into an error."""


def derive(master: bytes, gateway: GatewayId, generation: int) -> GatewayKey:
    """Derive the key of one gateway and generation.

    Source: RFC 5869 (HKDF) with SHA-256; one block of output.
    """
    pseudo_random = hmac.digest(b"mimamori", master, hashlib.sha256)
    info = f"gateway/{gateway}/{generation}".encode()
    secret = hmac.digest(pseudo_random, info + b"\x01", hashlib.sha256)
    return GatewayKey(generation=generation, secret=secret)


def sign(body: bytes, key: GatewayKey) -> bytes:
    """Return `body`, a line feed, and the signature line `hmac-sha256 GENERATION HEX`."""
    digest = hmac.digest(key.secret, body, hashlib.sha256).hex().encode()
    return b"%b\n%b %d %b" % (body, SCHEME, key.generation, digest)


class Signed(NamedTuple):
    """A message taken apart, not yet verified."""

    body: bytes
    generation: int
    digest: bytes

    def is_by(self, key: GatewayKey) -> bool:
        """Tell, in constant time, whether `key` signed exactly these bytes."""
        expected = hmac.digest(key.secret, self.body, hashlib.sha256)
        return key.generation == self.generation and hmac.compare_digest(expected, self.digest)


def split_signature(payload: bytes, *, where: str) -> Signed:
    """Take the signature line off.

    Raises:
        InputError: MQT-010 when there is no signature line of the known form.
    """
    body, _, line = payload.rpartition(b"\n")
    parts = _SIGNATURE.fullmatch(line)
    if parts is not None:
        return Signed(body=body, generation=int(parts[1]), digest=bytes.fromhex(parts[2].decode()))
    raise InputError(
        Problem(
            code="MQT-010",
            where=where,
            found=f"{len(payload)} bytes without a signature line at the end",
            allowed='lines of JSON, then "hmac-sha256 GENERATION HEX"',
            do="send what docs/reference/wire.md describes",
        )
    )


def bad_signature(where: str) -> InputError:
    """Return the error for bytes that no valid key of this gateway signed."""
    return InputError(
        Problem(
            code="MQT-019",
            where=where,
            found="the signature is not by a valid key of this gateway",
            allowed="HMAC-SHA256 with the gateway's present key",
            do="carry a new key file to the home if the key was rotated; else treat as an attack",
        )
    )
