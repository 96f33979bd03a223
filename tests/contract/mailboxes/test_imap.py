"""The mailbox of the check: a message is recognised by its id, taken out, and nothing else is.

The same on a scripted server and on a real one, Dovecot over TLS.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path

import pytest

from alerting.config import MailConfig, SmtpSecurity
from alerting.notifiers.email import EmailNotifier
from alerting.ports import Message
from cli.imap import ImapInbox
from domain.ids import NotificationId
from tests.support import dovecot as real
from tests.support.dovecot import Dovecot, dovecot
from tests.support.scripted_imap import ScriptedImap
from tests.support.services import require
from tests.support.smtp import SmtpServer, serving

MESSAGE = NotificationId("abcdef")
OURS, OTHER = "<abcdef@city.example>", "<other@city.example>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """One of the servers, and how it is looked into."""

    inbox: ImapInbox
    put: Callable[[str], None]
    """Delivers a message of an id."""
    ids: Callable[[], list[str]]
    """Says which are there."""
    set_password: Callable[[str], None]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Dovecot]:
    """A Dovecot whose authority this machine believes."""
    with dovecot(require("dovecot", "the check's mailbox on a real IMAP server")) as running:
        monkeypatch.setenv("SSL_CERT_FILE", str(running.authority))
        yield running


@pytest.fixture(params=["scripted", "dovecot"])
def mailbox(request: pytest.FixtureRequest) -> Iterator[Mailbox]:
    """Each of the servers."""
    if request.param == "dovecot":
        yield _real(request.getfixturevalue("server"))
        return
    scripted = ScriptedImap()
    inbox = ImapInbox(
        host="127.0.0.1",
        port=scripted.port,
        username="check@city.example",
        password="word",
        domain="city.example",
        is_tls=False,
    )
    yield Mailbox(
        inbox=inbox,
        put=scripted.ids.append,
        ids=lambda: scripted.ids,
        set_password=lambda word: setattr(scripted, "password", word),
    )
    scripted.close()


async def test_a_message_that_is_there_is_taken_out_and_no_other(mailbox: Mailbox) -> None:
    """It is recognised by the id that delivery gave it; the mailbox does not grow."""
    for one in (OTHER, OURS):
        mailbox.put(one)

    assert await mailbox.inbox.take(MESSAGE)
    assert mailbox.ids() == [OTHER]
    assert not await mailbox.inbox.take(MESSAGE)


async def test_an_empty_mailbox_is_a_no(mailbox: Mailbox) -> None:
    """Nothing has arrived yet."""
    assert not await mailbox.inbox.take(MESSAGE)


async def test_a_mailbox_that_fails_is_a_no(mailbox: Mailbox) -> None:
    """A wrong password and a server that is away raise nothing; nothing is taken out."""
    mailbox.put(OURS)
    mailbox.set_password("another")
    assert not await mailbox.inbox.take(MESSAGE)
    assert mailbox.ids() == [OURS]

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert not await replace(mailbox.inbox, port=port).take(MESSAGE)


async def test_a_server_that_nobody_vouches_for_is_a_no(
    server: Dovecot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Neither an unknown authority nor another name gets the password."""
    mailbox = _real(server)
    mailbox.put(OURS)
    assert not await replace(mailbox.inbox, host="127.0.0.1").take(MESSAGE)

    nobody = tmp_path / "nobody.pem"
    nobody.touch()
    monkeypatch.setenv("SSL_CERT_FILE", str(nobody))
    assert not await mailbox.inbox.take(MESSAGE)
    assert mailbox.ids() == [OURS]


async def test_the_mail_that_we_send_is_found(server: Dovecot) -> None:
    """As it came over SMTP, with all its headers."""
    mailbox = _real(server)
    async with serving(SmtpServer()) as smtp:
        config = MailConfig(
            host="127.0.0.1",
            port=smtp.port,
            sender="mimamori@city.example",
            security=SmtpSecurity.NONE,
        )
        message = Message(
            id=MESSAGE,
            address=real.USER,
            subject="[みまもり] CHECK",
            body="検査",
            language="ja",
            written_at=datetime(2026, 3, 10, tzinfo=UTC),
        )
        await EmailNotifier(config).send(message)
        server.put(smtp.mails[0].as_bytes())

    assert await mailbox.inbox.take(MESSAGE)
    assert mailbox.ids() == []


def _real(server: Dovecot) -> Mailbox:
    inbox = ImapInbox(
        host=real.HOST,
        port=server.port,
        username=real.USER,
        password=real.PASSWORD,
        domain="city.example",
    )
    return Mailbox(
        inbox=inbox,
        put=lambda one: server.put(f"Message-ID: {one}\r\nSubject: a\r\n\r\nb\r\n".encode()),
        ids=lambda: [str(message_from_bytes(one)["Message-ID"]) for one in server.contents()],
        set_password=server.set_password,
    )
