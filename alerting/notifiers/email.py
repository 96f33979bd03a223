"""Telling by e-mail: one recipient for each message, within a hard limit, over SMTP."""

from __future__ import annotations

import asyncio
import re
import ssl
from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime

import aiosmtplib

from alerting.config import MailConfig, SmtpSecurity
from alerting.ports import Attempt, Message, Notifier, Outcome

SUBJECT_CHARACTERS = 200
"""Longest subject; mailboxes show far less."""
ADDRESS_CHARACTERS = 254
"""Source: RFC 5321 section 4.5.3.1.3, with RFC 3696 erratum 1690."""
QUIT_LIMIT_S = 1.0
"""A message is accepted before we say goodbye: nobody waits for the answer to that."""
_PERMANENT = 500
_MAILBOX = frozenset({550, 551, 553})
"""Answers to RCPT that speak of the mailbox, where no enhanced status says otherwise."""
_ENHANCED = re.compile(r"\b5\.(?P<subject>\d{1,3})\.\d{1,3}\b")
_GONE = frozenset({"5.2.1"})
"""The mailbox is disabled: as good as none."""


class EmailNotifier:
    """Sends through one SMTP server, with a connection for each message.

    5xx for the recipient or the message is final. 5xx before that (sign-in, sender) is our own
    set-up: it can be mended while the message waits, so it is tried again.
    """

    def __init__(self, config: MailConfig) -> None:
        """Prepare; nothing is connected."""
        self._config = config
        self._domain = config.sender.partition("@")[2]
        self._tls = _tls_context(config)

    async def send(self, message: Message) -> Attempt:
        """Send one message; see `Notifier.send`."""
        if not is_usable(message.address):
            error = "the address cannot be used"
            return Attempt(outcome=Outcome.REFUSED, error=error, is_address_bad=True)
        client = self._client()
        try:
            async with asyncio.timeout(self._config.limit_s):
                attempt = await self._exchange(client, message)
        except TimeoutError:
            error = f"no answer within {self._config.limit_s:g} s"
            attempt = Attempt(outcome=Outcome.RETRY, error=error)
        except (aiosmtplib.SMTPException, OSError) as failure:
            attempt = Attempt(outcome=Outcome.RETRY, error=_told(failure))
        else:
            await _say_goodbye(client)
        finally:
            client.close()
        return attempt

    async def _exchange(self, client: aiosmtplib.SMTP, message: Message) -> Attempt:
        await client.connect()
        if self._config.username is not None and self._config.password is not None:
            await client.login(self._config.username, self._config.password)
        await client.mail(self._config.sender)
        return await self._hand_over(client, message)

    def _client(self) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(
            hostname=self._config.host,
            port=self._config.port,
            use_tls=self._config.security is SmtpSecurity.TLS,
            start_tls=self._config.security is SmtpSecurity.STARTTLS,
            tls_context=self._tls,
            timeout=self._config.limit_s,
        )

    async def _hand_over(self, client: aiosmtplib.SMTP, message: Message) -> Attempt:
        email = compose(message, sender=self._config.sender, domain=self._domain)
        try:
            await client.rcpt(message.address)
        except aiosmtplib.SMTPResponseException as failure:
            is_bad = says_bad_address(failure.code, failure.message)
            return replace(_failed(failure), is_address_bad=is_bad)
        try:
            answer = await client.data(email.as_bytes())
        except aiosmtplib.SMTPResponseException as failure:
            return _failed(failure)
        return Attempt(
            outcome=Outcome.ACCEPTED,
            provider_id=_plain(answer.message, limit=SUBJECT_CHARACTERS),
        )


def compose(message: Message, *, sender: str, domain: str) -> EmailMessage:
    """Write the mail of a message: one recipient, nothing of it can become a header of its own."""
    email = EmailMessage(policy=SMTP_POLICY)
    email["From"] = sender
    email["To"] = message.address
    email["Subject"] = _plain(message.subject, limit=SUBJECT_CHARACTERS)
    email["Date"] = format_datetime(message.written_at)
    email["Message-ID"] = f"<{message.id}@{domain}>"
    email["Auto-Submitted"] = "auto-generated"
    email["Content-Language"] = _plain(message.language, limit=8)
    email.set_content(message.body.replace("\x00", ""), cte="base64")
    return email


def is_usable(address: str) -> bool:
    """Tell whether `address` is exactly one plain ASCII address."""
    local, at, domain = address.rpartition("@")
    is_plain = address.isascii() and address.isprintable()
    has_foreign = any(sign in address for sign in ' ,;:<>()[]"\\')
    fits = len(address) <= ADDRESS_CHARACTERS
    return bool(local and at and domain) and is_plain and fits and not has_foreign


def says_bad_address(code: int, words: str) -> bool:
    """Tell whether a refusal of a recipient is about the address.

    Not where its enhanced status (RFC 3463) speaks of something else, such as 5.7.1: a relay that
    takes nothing from us says nothing about anybody's mailbox.
    """
    if code < _PERMANENT:
        return False
    status = _ENHANCED.search(words)
    if status is None:
        return code in _MAILBOX
    return status["subject"] == "1" or status[0] in _GONE


def _failed(failure: aiosmtplib.SMTPResponseException) -> Attempt:
    outcome = Outcome.REFUSED if failure.code >= _PERMANENT else Outcome.RETRY
    return Attempt(outcome=outcome, error=_told(failure))


async def _say_goodbye(client: aiosmtplib.SMTP) -> None:
    try:
        await client.quit(timeout=QUIT_LIMIT_S)
    except (aiosmtplib.SMTPException, OSError):
        return


def _tls_context(config: MailConfig) -> ssl.SSLContext | None:
    if config.security is SmtpSecurity.NONE:
        return None
    return ssl.create_default_context(cafile=config.ca_file)


def _plain(text: str, *, limit: int) -> str:
    """Return one line without control characters, at most `limit` characters long."""
    words = "".join(sign if sign.isprintable() else " " for sign in text).split()
    return " ".join(words)[:limit]


def _told(failure: Exception) -> str:
    return _plain(f"{type(failure).__name__}: {failure}", limit=500)


_: type[Notifier] = EmailNotifier
