"""Settings of ingest."""

from __future__ import annotations

from dataclasses import dataclass, field

from domain.errors import InputError, Problem
from messaging.keys import MASTER_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestConfig:
    """How ingest hears and answers."""

    host: str
    port: int
    username: str = "ingest"
    """Also the client id: the broker ties one to the other."""
    password: str = field(repr=False)
    master_key: bytes = field(repr=False)
    """32 bytes from which every gateway's key is derived."""
    tls_ca: str | None = None
    """Path of the CA certificate; None: no TLS, for loopback only."""
    batch_messages: int = 2_000
    """Most messages in one commit: a commit costs about as much as 100 messages."""
    queue_messages: int = 8_000
    """Most messages in memory: beyond it the socket is not read, and the broker holds them."""

    def __post_init__(self) -> None:
        """Refuse a master key of the wrong length."""
        if len(self.master_key) != MASTER_BYTES:
            raise InputError(
                Problem(
                    code="CFG-031",
                    where="master key",
                    found=f"{len(self.master_key)} bytes",
                    allowed=f"{MASTER_BYTES} random bytes",
                    do="let `mimamori` make it; never make it up",
                )
            )
