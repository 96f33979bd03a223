"""What alerting needs of a way to tell people: one message to one address, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from domain.ids import NotificationId


class Outcome(StrEnum):
    """How one attempt to send ended."""

    ACCEPTED = "accepted"
    """The provider took the message over; that is not delivery to the person."""
    RETRY = "retry"
    """Not now: the provider is away, busy, or wrongly set up. The same message may pass later."""
    REFUSED = "refused"
    """Never: this address does not take this message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message to one address."""

    id: NotificationId
    """The same for every attempt, so that a copy can be recognised as one."""
    address: str
    subject: str
    body: str
    language: str
    written_at: datetime
    """Aware, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What came of one attempt."""

    outcome: Outcome
    error: str | None = None
    """The provider's words, for the register only: it may name an address."""
    provider_id: str | None = None
    """What the provider calls the message."""
    is_address_bad: bool = False
    """With REFUSED: whether it is the address that is wrong, and not only this message."""


class Notifier(Protocol):
    """One way to tell people."""

    async def send(self, message: Message) -> Attempt:
        """Send once, within a hard limit of its own.

        What can be expected to go wrong outside comes back as an attempt, never as an exception.
        """
