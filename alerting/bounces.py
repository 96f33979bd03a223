"""Mail that comes back: reads the report (RFC 3464) and tells the person otherwise, at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import Message
from email.policy import compat32

from sqlalchemy import Connection

from alerting import failing
from domain.access import Access
from domain.ids import NotificationId, is_id
from storage.register import delivery_log, notifications
from storage.register.contact_methods import Failing
from storage.register.notifications import NotificationState

MAX_BYTES = 1 << 20
"""Longest report that is read."""
MOST_PARTS = 50
_NAME = re.compile(r"<(?P<id>[a-z0-9-]{3,32})@[^<>\s]+>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """What a report says of one of our messages."""

    message: NotificationId
    """From the Message-ID that we gave it: it is random, so a report cannot be made up."""
    is_permanent: bool
    """Status 5.x.x. A 4.x.x means that the server gave up trying: the address may be good."""
    status: str


def read(raw: bytes) -> Bounce | None:
    """Read a mail that came to the address our messages come from.

    Returns:
        None where it is no report of a failure, or of no message of ours; never raises.
    """
    mail = message_from_bytes(raw[:MAX_BYTES], policy=compat32)
    statuses = list(_fields(mail, "message/delivery-status"))
    failed = [part for part in statuses if _word(part, "Action") == "failed"]
    names = [
        match["id"]
        for part in _fields(mail, "message/rfc822", "text/rfc822-headers")
        if (match := _NAME.fullmatch(_word(part, "Message-ID"))) and is_id(match["id"])
    ]
    if not failed or len(set(names)) != 1:
        return None
    status = _word(failed[0], "Status")
    is_permanent = status.startswith("5")
    return Bounce(message=NotificationId(names[0]), is_permanent=is_permanent, status=status[:12])


def take_in(
    connection: Connection, access: Access, bounce: Bounce, *, base_url: str, now: datetime
) -> int:
    """Book that a message came back, and that those in its list did.

    The method is marked where the failure is permanent; the person is told over another one, else
    the next people are, if the case waits for an answer to this message.

    Returns:
        How many messages it was; 0 when none of ours, or booked before.
    """
    lost = delivery_log.by_id(connection, access, bounce.message)
    accepted = [one for one in lost if one.state is NotificationState.ACCEPTED]
    if not accepted:
        return 0
    notifications.bounced(connection, access, [one.id for one in accepted], status=bounce.status)
    contact = accepted[0].contact
    if bounce.is_permanent and contact is not None:
        failing.mark(connection, access, contact, Failing.BOUNCED, now=now)
    for one in accepted:
        failing.fail(
            connection,
            access,
            one,
            NotificationState.BOUNCED,
            channel=one.channel,
            base_url=base_url,
            now=now,
        )
    return len(accepted)


def _fields(mail: Message, *kinds: str) -> Iterator[Message]:
    """Yield what has the header fields of some kinds of parts, at most `MOST_PARTS` parts deep."""
    for number, part in enumerate(mail.walk()):
        if number >= MOST_PARTS:
            return
        if part.get_content_type() not in kinds:
            continue
        payload = part.get_payload()
        if isinstance(payload, list):
            yield from (one for one in payload[:MOST_PARTS] if isinstance(one, Message))
        elif isinstance(payload, str):
            yield message_from_bytes(payload.encode("utf-8", "replace"), policy=compat32)


def _word(part: Message, name: str) -> str:
    """Return a field as one word without its comment, in lower case; empty where it is absent."""
    return str(part.get(name, "")).partition("(")[0].strip().lower()
