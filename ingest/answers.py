"""What admission has to say after the commit: receipts, commands, and what it counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from domain.ids import GatewayId
from domain.quantity import Lane
from messaging.receipt import Command, Receipt
from messaging.status import Presence
from storage.journal.quarantine import Quarantined


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What a gateway said of itself."""

    gateway: GatewayId
    presence: Presence
    payload: bytes
    at: datetime


@dataclass(slots=True, kw_only=True)
class Answers:
    """What is to be said after the commit."""

    receipts: dict[tuple[GatewayId, Lane, str], Receipt] = field(default_factory=dict)
    commands: dict[GatewayId, Command] = field(default_factory=dict)
    statuses: dict[GatewayId, Status] = field(default_factory=dict)
    admitted: int = 0
    """Envelopes appended to the journal."""
    repeated: int = 0
    """Envelopes that held nothing new."""
    quarantined: int = 0
    """Messages kept aside."""
    forged: list[Quarantined] = field(default_factory=list)
    """Of these, the ones that somebody sent in another's name."""

    def add(self, later: Answers) -> None:
        """Take over what was said later; a newer receipt or command replaces an older one."""
        for gateway, command in later.commands.items():
            self.receipts = {
                key: receipt
                for key, receipt in self.receipts.items()
                if (key[0], key[2]) != (gateway, command.epoch)
            }
        self.receipts |= later.receipts
        self.commands |= later.commands
        self.statuses |= later.statuses
        self.admitted += later.admitted
        self.repeated += later.repeated
        self.quarantined += later.quarantined
        self.forged += later.forged
