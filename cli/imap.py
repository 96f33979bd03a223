"""Looking for a message in a mailbox over IMAP, and taking it out: the last leg of the check."""

from __future__ import annotations

import asyncio
import contextlib
import imaplib
import logging
import ssl
from dataclasses import dataclass, field

from domain.ids import NotificationId

log = logging.getLogger(__name__)

LIMIT_S = 10.0
"""Longest wait for one answer of the server, in real seconds; a look asks six times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapInbox:
    """One mailbox; TLS always, but for tests on this machine."""

    host: str
    port: int
    username: str
    password: str = field(repr=False)
    domain: str
    """What is behind the @ of the sender, which names our messages."""
    is_tls: bool = True

    async def take(self, message: NotificationId) -> bool:
        """Tell whether a message is there, and remove it; a failure is logged and a no."""
        try:
            return await asyncio.to_thread(self._take, f"<{message}@{self.domain}>")
        except (imaplib.IMAP4.error, OSError) as error:
            log.warning("cannot look into the mailbox of the check: %s", type(error).__name__)
            return False

    def _take(self, message_id: str) -> bool:
        client = self._connect()
        try:
            client.login(self.username, self.password)
            client.select("INBOX")
            _, found = client.search(None, "HEADER", "Message-ID", f'"{message_id}"')
            numbers = found[0].split() if found and found[0] else []
            for number in numbers:
                client.store(number.decode(), "+FLAGS", "\\Deleted")
            if numbers:
                client.expunge()
            return bool(numbers)
        finally:
            with contextlib.suppress(imaplib.IMAP4.error, OSError):
                client.logout()

    def _connect(self) -> imaplib.IMAP4:
        if not self.is_tls:
            return imaplib.IMAP4(self.host, self.port, timeout=LIMIT_S)
        context = ssl.create_default_context()
        return imaplib.IMAP4_SSL(self.host, self.port, ssl_context=context, timeout=LIMIT_S)
