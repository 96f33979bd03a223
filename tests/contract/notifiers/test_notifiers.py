"""What every notifier keeps, the fake as well as the one that speaks to a real mail server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Protocol

import pytest

from alerting.config import MailConfig, SmtpSecurity, WebhookConfig
from alerting.notifiers.email import EmailNotifier
from alerting.notifiers.webhook import WebhookNotifier
from alerting.ports import Attempt, Message, Notifier, Outcome
from domain.clock import VirtualClock
from domain.ids import NotificationId
from tests.support.fake_notifier import FakeNotifier
from tests.support.hook_server import HookServer, hooks
from tests.support.smtp import SmtpServer, serving
from tests.support.town import NOON

SATO = "sato@city.example"
MESSAGE = Message(
    id=NotificationId("abc123"),
    address=SATO,
    subject="【見守り】K-07 動きがありません",
    body="21:40から9時間12分、動きがありません。\n",
    language="ja",
    written_at=NOON,
)


class Provider(Protocol):
    """What is behind a notifier, as far as a test has to steer it."""

    def answer(self, address: str, *codes: int) -> None:
        """Let the next attempts at an address be answered so; the last answer stays."""

    def hang(self, address: str) -> None:
        """Never answer at an address."""

    def taken(self) -> list[tuple[str, str, str]]:
        """Return address, subject and body of what was taken over."""


@dataclass
class FakeProvider:
    """The fake is its own provider."""

    notifier: FakeNotifier

    def answer(self, address: str, *codes: int) -> None:
        """Translate codes into attempts."""
        self.notifier.answer(address, *(_attempt(code) for code in codes))

    def hang(self, address: str) -> None:
        """Never answer."""
        self.notifier.hanging.add(address)

    def taken(self) -> list[tuple[str, str, str]]:
        """Return what was accepted."""
        return [(m.address, m.subject, m.body) for m in self.notifier.sent]


@dataclass
class SmtpProvider:
    """A scripted mail server."""

    server: SmtpServer

    def answer(self, address: str, *codes: int) -> None:
        """Script the answers to RCPT."""
        self.server.rcpt[address] = [f"{code} scripted" for code in codes]

    def hang(self, address: str) -> None:
        """Never answer to DATA."""
        self.server.hanging.add(address)

    def taken(self) -> list[tuple[str, str, str]]:
        """Return what lies in the mailbox."""
        return [
            (to[0], mail["Subject"], mail.get_content().replace("\r\n", "\n"))
            for mail, to in zip(self.server.mails, self.server.recipients, strict=True)
        ]


@dataclass
class HookProvider:
    """A scripted receiver of webhooks: an address of the suite is a path of its."""

    server: HookServer

    def answer(self, address: str, *codes: int) -> None:
        """Say the same in HTTP."""
        self.server.answers[f"/{address}"] = [_HTTP[code // 100] for code in codes]

    def hang(self, address: str) -> None:
        """Never answer."""
        self.server.hanging.add(f"/{address}")

    def taken(self) -> list[tuple[str, str, str]]:
        """Return what was taken over."""
        bodies = [(one.path[1:], json.loads(one.body)) for one in self.server.taken.values()]
        return [(path, body["subject"], body["body"]) for path, body in bodies]


_HTTP = {2: 200, 4: 503, 5: 410}


@dataclass
class ToHook:
    """Turns an address of the suite into a URL."""

    notifier: Notifier
    port: int

    async def send(self, message: Message) -> Attempt:
        """Send to the path of that name."""
        url = f"http://127.0.0.1:{self.port}/{message.address}"
        return await self.notifier.send(replace(message, address=url))


@pytest.fixture(params=["fake", "email", "webhook"])
async def both(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Notifier, Provider]]:
    """Each notifier with its provider."""
    if request.param == "fake":
        fake = FakeNotifier()
        yield fake, FakeProvider(fake)
        return
    if request.param == "webhook":
        secret = "a secret of at least thirty-two characters"
        config = WebhookConfig(secret=secret, allowed_hosts=("127.0.0.1",))
        async with hooks(HookServer()) as receiver:
            notifier = WebhookNotifier(config, VirtualClock(NOON))
            yield ToHook(notifier, receiver.port), HookProvider(receiver)
        return
    async with serving(SmtpServer()) as server:
        mail = MailConfig(
            host="127.0.0.1",
            port=server.port,
            sender="mimamori@city.example",
            security=SmtpSecurity.NONE,
            limit_s=5.0,
        )
        yield EmailNotifier(mail), SmtpProvider(server)


async def test_accepted_message_is_with_the_provider(both: tuple[Notifier, Provider]) -> None:
    """What is accepted was taken over whole, in Japanese, by exactly one recipient."""
    notifier, provider = both
    attempt = await notifier.send(MESSAGE)

    assert attempt.outcome is Outcome.ACCEPTED
    assert provider.taken() == [(SATO, MESSAGE.subject, MESSAGE.body)]


@pytest.mark.parametrize("code", [421, 450, 451])
async def test_temporary_answer_may_be_tried_again(
    both: tuple[Notifier, Provider], code: int
) -> None:
    """A provider that is busy says so with words, and takes the same message later."""
    notifier, provider = both
    provider.answer(SATO, code, 250)
    first, second = await notifier.send(MESSAGE), await notifier.send(MESSAGE)

    assert (first.outcome, second.outcome) == (Outcome.RETRY, Outcome.ACCEPTED)
    assert first.error
    assert len(provider.taken()) == 1


@pytest.mark.parametrize("code", [550, 553])
async def test_permanent_answer_is_final(both: tuple[Notifier, Provider], code: int) -> None:
    """An address that does not exist is refused with words, and nothing is taken over."""
    notifier, provider = both
    provider.answer(SATO, code)
    attempt = await notifier.send(MESSAGE)

    assert attempt.outcome is Outcome.REFUSED
    assert attempt.error
    assert provider.taken() == []


async def test_one_that_hangs_holds_up_nobody(both: tuple[Notifier, Provider]) -> None:
    """O03: while an attempt hangs, another one goes through; giving up on it is harmless."""
    notifier, provider = both
    provider.hang("slow@city.example")
    async with asyncio.TaskGroup() as group:
        hanging = group.create_task(notifier.send(replace(MESSAGE, address="slow@city.example")))
        attempt = await notifier.send(MESSAGE)
        hanging.cancel()

    assert attempt.outcome is Outcome.ACCEPTED
    assert [address for address, _, _ in provider.taken()] == [SATO]


def _attempt(code: int) -> Attempt:
    if code < 300:
        return Attempt(outcome=Outcome.ACCEPTED)
    outcome = Outcome.REFUSED if code >= 500 else Outcome.RETRY
    return Attempt(outcome=outcome, error=str(code))
