"""The one-time code that proves a contact method: made, written, and sent over that method."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from alerting.messages.phrases import phrases
from alerting.notifiers.email import is_usable
from alerting.ports import Message, Notifier, Outcome
from alerting.sending import try_once
from domain.channel import Channel
from domain.ids import NotificationId, new_id
from storage.register.contact_methods import Method

CODE_DIGITS = 8
CODE_LASTS = timedelta(hours=24)
LONGEST_WAIT = timedelta(hours=12)
"""Longest time without an answer until a method is used."""
ADDRESS_CHARACTERS = 2_000


def is_address(channel: Channel, address: str) -> bool:
    """Tell whether an address has the form that a channel needs; a code shows if it exists."""
    if channel is Channel.EMAIL:
        return is_usable(address)
    is_short = len(address) <= ADDRESS_CHARACTERS and address.isprintable()
    return is_short and "://" in address and len(address.split()) == 1


def new_code() -> str:
    """Return a code that nobody can foresee."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"


def code_message(method: Method, code: str, *, language: str, now: datetime) -> Message:
    """Write the message that brings a code."""
    words = phrases(language)["code"]
    return Message(
        id=NotificationId(new_id()),
        address=method.address,
        subject=words["subject"],
        body=words["body"].format(code=code),
        language=language,
        written_at=now,
    )


async def bring_code(notifier: Notifier, message: Message) -> str | None:
    """Send the message that brings a code, once.

    Returns:
        What went wrong, which may name the address; None when it was taken over.
    """
    attempt = await try_once(notifier, lambda: message, of=message.id)
    return None if attempt.outcome is Outcome.ACCEPTED else attempt.error or attempt.outcome
