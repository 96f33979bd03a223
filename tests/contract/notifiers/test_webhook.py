"""What webhooks keep beyond the contract of all notifiers, against a real server."""

from __future__ import annotations

import hmac
import json
import logging
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from ipaddress import ip_address

import pytest

from alerting.config import WebhookConfig
from alerting.notifiers.outward import RefusedError, is_outside, resolve
from alerting.notifiers.webhook import WebhookNotifier, attempt_of
from alerting.ports import Message, Outcome
from domain.clock import VirtualClock
from domain.errors import InputError
from tests.contract.notifiers.test_notifiers import MESSAGE
from tests.support.hook_server import HookServer, hooks
from tests.support.town import NOON

SECRET = "a secret of at least thirty-two characters"
MANY_BYTES = 1 << 30


@pytest.fixture
async def server() -> AsyncIterator[HookServer]:
    """A receiver."""
    async with hooks(HookServer()) as started:
        yield started


def notifier(*, limit_s: float = 5.0, allowed: tuple[str, ...] = ("127.0.0.1",)) -> WebhookNotifier:
    """Make one that may speak to this machine."""
    config = WebhookConfig(secret=SECRET, allowed_hosts=allowed, limit_s=limit_s)
    return WebhookNotifier(config, VirtualClock(NOON))


def to(server: HookServer, path: str = "/sato") -> Message:
    """Address the message to the receiver."""
    return replace(MESSAGE, address=f"http://127.0.0.1:{server.port}{path}")


async def test_receiver_can_check_who_speaks(server: HookServer) -> None:
    """The signature is over timestamp and body, as docs/reference/webhook.md says."""
    attempt = await notifier().send(to(server))

    (posted,) = server.posted
    timestamp = posted.headers["x-mimamori-timestamp"]
    signed = timestamp.encode() + b"." + posted.body
    wanted = f"v1={hmac.new(SECRET.encode(), signed, 'sha256').hexdigest()}"
    assert posted.headers["x-mimamori-signature"] == wanted
    assert int(timestamp) == int(NOON.timestamp())
    assert json.loads(posted.body)["subject"] == MESSAGE.subject
    assert attempt.provider_id == "r-1"


async def test_the_address_is_in_no_log(
    server: HookServer, caplog: pytest.LogCaptureFixture
) -> None:
    """P11: it is a secret of its owner; the library would write it for each request."""
    with caplog.at_level(logging.DEBUG):
        await notifier().send(to(server, "/secret-word"))

    assert len(server.posted) == 1
    assert "secret-word" not in caplog.text


async def test_the_same_message_has_the_same_key_and_409_is_a_yes(server: HookServer) -> None:
    """O04: an answer that got lost makes no second message: the receiver knows it, we believe."""
    first = await notifier().send(to(server))
    again = await notifier().send(to(server))

    assert (first.outcome, again.outcome) == (Outcome.ACCEPTED, Outcome.ACCEPTED)
    assert [one.headers["idempotency-key"] for one in server.posted] == [MESSAGE.id] * 2
    assert len(server.taken) == 1


async def test_answer_that_drips_meets_the_limit(server: HookServer) -> None:
    """O06: each byte alone comes in time, all together they do not."""
    server.drip_s = 0.1
    assert (await notifier(limit_s=0.5).send(to(server))).outcome is Outcome.RETRY


async def test_endless_answer_is_left_alone(server: HookServer) -> None:
    """O06: of a gigabyte no more than 64 KiB are read, beside what lies in the system's buffers."""
    server.flood_bytes = MANY_BYTES
    assert (await notifier().send(to(server))).outcome is Outcome.ACCEPTED
    assert server.flooded < 16 << 20


async def test_redirect_is_not_followed(server: HookServer) -> None:
    """O06: a receiver outside cannot send us to one inside."""
    server.answers["/sato"] = [302]
    server.location = f"http://127.0.0.1:{server.port}/inside"
    attempt = await notifier().send(to(server))

    assert attempt.outcome is Outcome.REFUSED
    assert [one.path for one in server.posted] == ["/sato"]


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/x",
        "https://localhost/x",
        "https://[::1]/x",
        "https://[::ffff:127.0.0.1]/x",
        "https://169.254.169.254/latest/meta-data",
        "https://10.0.0.5/x",
        "https://192.168.1.1/x",
        "https://100.64.0.1/x",
        "https://[fd00::1]/x",
        "https://[64:ff9b::a00:1]/x",
        "https://0.0.0.0/x",
        "https://2130706433/x",
        "http://93.184.216.34/x",
        "https://user:word@93.184.216.34/x",
        "https://93.184.216.34/x#part",
        "ftp://93.184.216.34/x",
        "file:///etc/passwd",
        "https://",
        "https://93.184.216.34:99999/x",
        "https://93.184.216.34/a b",
        "",
    ],
)
async def test_what_lies_inside_or_is_no_url_is_refused(url: str) -> None:
    """O06: nothing is connected to; the address is told of."""
    attempt = await notifier(allowed=()).send(replace(MESSAGE, address=url))

    assert attempt.outcome is Outcome.REFUSED
    assert attempt.is_address_bad


async def test_name_that_means_inside_and_outside_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One public address beside a private one is an attempt to get in."""
    answers = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443))
        for address in ("93.184.216.34", "10.0.0.1")
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: answers)
    with pytest.raises(RefusedError):
        await resolve("https://hooks.example/x", allowed=())


async def test_connection_goes_to_the_address_that_was_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The URL holds the address, Host and SNI the name: no second look-up can differ."""
    answer = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 8443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: answer)
    target = await resolve("https://Hooks.example:8443/x?y=1", allowed=())

    assert target.url == "https://93.184.216.34:8443/x?y=1"
    assert (target.host, target.authority) == ("hooks.example", "hooks.example:8443")


def test_public_addresses_are_outside() -> None:
    """IPv4 and IPv6."""
    assert is_outside(ip_address("93.184.216.34"))
    assert is_outside(ip_address("2606:4700::1111"))


@pytest.mark.parametrize(
    ("status", "outcome", "is_bad"),
    [
        (204, Outcome.ACCEPTED, False),
        (409, Outcome.ACCEPTED, False),
        (401, Outcome.RETRY, False),
        (429, Outcome.RETRY, False),
        (500, Outcome.RETRY, False),
        (400, Outcome.REFUSED, False),
        (404, Outcome.REFUSED, True),
        (410, Outcome.REFUSED, True),
    ],
)
def test_each_answer_has_a_meaning(status: int, outcome: Outcome, *, is_bad: bool) -> None:
    """As docs/reference/webhook.md says."""
    attempt = attempt_of(status, None)
    assert (attempt.outcome, attempt.is_address_bad) == (outcome, is_bad)


def test_short_secret_is_refused_by_name() -> None:
    """A secret that can be guessed signs nothing."""
    with pytest.raises(InputError, match="CFG-025"):
        WebhookConfig(secret="short")
