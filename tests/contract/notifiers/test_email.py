"""What e-mail keeps beyond the contract of all notifiers, against a real server."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from alerting.config import MailConfig, SmtpSecurity
from alerting.notifiers.email import EmailNotifier, is_usable
from alerting.ports import Outcome
from domain.errors import InputError
from tests.contract.notifiers.test_notifiers import MESSAGE, SATO
from tests.support.smtp import SmtpServer, serving

FAR_FUTURE = datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture
async def server() -> AsyncIterator[SmtpServer]:
    """A mail server in clear."""
    async with serving(SmtpServer()) as started:
        yield started


def config(server: SmtpServer) -> MailConfig:
    """Point at the server, in clear."""
    return MailConfig(
        host="127.0.0.1",
        port=server.port,
        sender="mimamori@city.example",
        security=SmtpSecurity.NONE,
        limit_s=5.0,
    )


async def test_every_copy_has_the_same_name(server: SmtpServer) -> None:
    """Message-ID comes from the notification: a copy can be recognised as one."""
    notifier = EmailNotifier(config(server))
    await notifier.send(MESSAGE)
    await notifier.send(MESSAGE)

    assert [mail["Message-ID"] for mail in server.mails] == ["<abc123@city.example>"] * 2
    assert server.mails[0]["Auto-Submitted"] == "auto-generated"


async def test_subject_cannot_smuggle_a_header(server: SmtpServer) -> None:
    """CR and LF in a subject become spaces: one recipient, no header of a stranger's."""
    evil = replace(MESSAGE, subject="K-07\r\nBcc: thief@example.org\r\n\r\nhello\x00")
    await EmailNotifier(config(server)).send(evil)

    assert server.recipients == [[SATO]]
    assert server.mails[0]["Bcc"] is None
    assert server.mails[0]["Subject"] == "K-07 Bcc: thief@example.org hello"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "sato",
        "@city.example",
        "sato@",
        "a@x.example, b@x.example",
        "a@x.example\r\nRCPT TO:<b@x.example>",
        "a b@x.example",
        "<a@x.example>",
        "佐藤@x.example",
        f"{'a' * 250}@x.example",
    ],
)
async def test_address_that_is_not_one_plain_address_is_refused(
    server: SmtpServer, address: str
) -> None:
    """What is not exactly one address never reaches the server."""
    attempt = await EmailNotifier(config(server)).send(replace(MESSAGE, address=address))

    assert not is_usable(address)
    assert attempt.outcome is Outcome.REFUSED
    assert server.mails == []


async def test_message_refused_after_its_content_is_final(server: SmtpServer) -> None:
    """550 at the end of DATA is as final as at RCPT."""
    server.data[SATO] = ["550 no"]

    assert (await EmailNotifier(config(server)).send(MESSAGE)).outcome is Outcome.REFUSED


async def test_server_that_never_answers_meets_the_limit(server: SmtpServer) -> None:
    """O03: a server that hangs in DATA ends at the hard limit, to be tried again."""
    server.hanging.add(SATO)
    attempt = await EmailNotifier(replace(config(server), limit_s=0.2)).send(MESSAGE)

    assert attempt.outcome is Outcome.RETRY


async def test_slow_answers_add_up(server: SmtpServer) -> None:
    """O03: the limit holds for the whole message, however slowly each answer drips in."""
    server.drip_s = 0.3
    attempt = await EmailNotifier(replace(config(server), limit_s=0.5)).send(MESSAGE)

    assert attempt.outcome is Outcome.RETRY


async def test_server_that_is_away_is_tried_again() -> None:
    """Nobody listening is no reason to give up."""
    async with serving(SmtpServer()) as gone:
        notifier = EmailNotifier(config(gone))

    assert (await notifier.send(MESSAGE)).outcome is Outcome.RETRY


async def test_wrong_password_is_our_own_mistake() -> None:
    """A sign-in that fails can be mended while the message waits: it is not the recipient's."""
    async with serving(SmtpServer(), password="right") as server:
        signed = replace(config(server), username="mimamori", password="right")
        assert (await EmailNotifier(signed).send(MESSAGE)).outcome is Outcome.ACCEPTED

        wrong = replace(signed, password="wrong")
        assert (await EmailNotifier(wrong).send(MESSAGE)).outcome is Outcome.RETRY


@pytest.mark.parametrize("security", [SmtpSecurity.STARTTLS, SmtpSecurity.TLS])
async def test_encrypted_way(tmp_path: Path, security: SmtpSecurity) -> None:
    """With TLS the server's certificate is checked against the CA that was set."""
    context, ca_file = _certificate(tmp_path)
    is_begun_in_clear = security is SmtpSecurity.STARTTLS
    async with serving(
        SmtpServer(),
        starttls=context if is_begun_in_clear else None,
        tls=None if is_begun_in_clear else context,
    ) as server:
        trusting = replace(config(server), security=security, ca_file=ca_file)
        assert (await EmailNotifier(trusting).send(MESSAGE)).outcome is Outcome.ACCEPTED

        doubting = replace(trusting, ca_file=None)
        assert (await EmailNotifier(doubting).send(MESSAGE)).outcome is Outcome.RETRY
        assert len(server.mails) == 1


async def test_missing_starttls_is_not_ignored(server: SmtpServer) -> None:
    """Where encryption was asked for and is not offered, nothing is sent in clear."""
    asking = replace(config(server), security=SmtpSecurity.STARTTLS)

    assert (await EmailNotifier(asking).send(MESSAGE)).outcome is Outcome.RETRY
    assert server.mails == []


@pytest.mark.parametrize("sender", ["", "mimamori", "a@b@c", "a@x.example\nBcc: b@x.example"])
def test_senseless_sender_is_refused_by_name(sender: str) -> None:
    """A sender that could never send is refused when the settings are read."""
    with pytest.raises(InputError, match="CFG-023"):
        MailConfig(host="127.0.0.1", port=25, sender=sender)


def test_password_without_user_is_refused_by_name() -> None:
    """Half a sign-in is a mistake."""
    with pytest.raises(InputError, match="CFG-021"):
        MailConfig(host="127.0.0.1", port=25, sender="a@x.example", password="secret")


def _certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """Make a server's certificate for 127.0.0.1 that is its own CA."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(FAR_FUTURE + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    file.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context, file
