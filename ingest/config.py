"""Settings of ingest."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from domain.errors import InputError, Problem
from messaging.keys import MASTER_BYTES
from storage.journal.retention import KEPT


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
    batch_bytes: int = 8 * 1024 * 1024
    """And bytes of their payloads. What is not read stays with the broker."""
    gather_s: float = 0.02
    """How long a batch gathers after its first message: a commit and what follows cost as much as
    a hundred messages."""
    settle_s: float = 0.1
    """How long the projector lets more come before it takes a batch that is not full: without it
    each message of a quiet city would be a batch with three commits. A press does not wait."""
    has_worker_process: bool = True
    """Whether most of a reading is worked out in a process of its own, beside the receipts; False
    where everything is to be in one process, as in a replay."""
    most_per_s: float = 200.0
    """Envelopes a second of one gateway's lane that are looked at for long; more are left
    unanswered, so they are sent again later. A home that comes back after three days is done in a
    few seconds all the same, see `burst`."""
    burst: int = 3_000
    """Envelopes of one gateway's lane that are looked at without a pause: five weeks of a lively
    home in full envelopes."""
    journal_kept: timedelta = KEPT
    """How long envelopes stay in the journal at least; longer than gateways keep them (7 days)."""

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
