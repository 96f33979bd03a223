"""A real SMTP server on loopback whose answers are scripted, with a mailbox."""

from __future__ import annotations

import asyncio
import ssl
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from domain.clock import pause


class SmtpServer:
    """What the server was given, and what it shall answer; address words are for RCPT and DATA."""

    def __init__(self) -> None:
        """Accept everything."""
        self.port = 0
        self.mails: list[EmailMessage] = []
        """Taken over, oldest first."""
        self.recipients: list[list[str]] = []
        """Of each mail, as the envelope names them."""
        self.rcpt: dict[str, list[str]] = {}
        """By address: the next answers to RCPT; the last one stays."""
        self.data: dict[str, list[str]] = {}
        """By address: the next answers to the end of DATA; the last one stays."""
        self.hanging: set[str] = set()
        """Addresses whose mail is never answered."""
        self.drip_s = 0.0
        """Real seconds before each answer."""

    async def handle_RCPT(  # noqa: N802 (aiosmtpd calls it so)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer as scripted."""
        del server, session, options
        await pause(self.drip_s)
        answer = _next(self.rcpt, address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(  # noqa: N802 (aiosmtpd calls it so)
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Answer as scripted; keep the mail when the answer takes it over."""
        del server, session
        address = envelope.rcpt_tos[0]
        if address in self.hanging:
            await asyncio.Event().wait()
        await pause(self.drip_s)
        answer = _next(self.data, address)
        if answer.startswith("250"):
            content = envelope.content
            assert isinstance(content, bytes)
            mail = message_from_bytes(content, policy=default)
            assert isinstance(mail, EmailMessage)
            self.mails.append(mail)
            self.recipients.append(list(envelope.rcpt_tos))
        return answer


@asynccontextmanager
async def serving(
    server: SmtpServer,
    *,
    starttls: ssl.SSLContext | None = None,
    tls: ssl.SSLContext | None = None,
    password: str | None = None,
) -> AsyncIterator[SmtpServer]:
    """Serve on a free port of loopback; with a password, only whoever signs in with it."""

    def authenticate(
        smtp: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        del smtp, session, envelope, mechanism
        is_right = isinstance(data, LoginPassword) and data.password.decode() == password
        return AuthResult(success=is_right, handled=False)

    loop = asyncio.get_running_loop()
    sessions: list[SMTP] = []

    def session() -> SMTP:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # signing in without TLS: this is loopback
            made = SMTP(
                server,
                loop=loop,
                hostname="mail.example",
                tls_context=starttls,
                require_starttls=starttls is not None,
                authenticator=authenticate if password is not None else None,
                auth_required=password is not None,
                auth_require_tls=False,
            )
        sessions.append(made)
        return made

    listening = await loop.create_server(session, "127.0.0.1", 0, ssl=tls)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        for made in sessions:
            if made.transport is not None:
                made.transport.close()
        await listening.wait_closed()


def _next(script: dict[str, list[str]], address: str) -> str:
    waiting = script.get(address)
    if not waiting:
        return "250 OK"
    return waiting.pop(0) if len(waiting) > 1 else waiting[0]
