"""Sending what the outbox holds, on a real register: leases, retries, refusals, ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Row, select

from alerting.config import MailConfig, SmtpSecurity
from alerting.delivery import LEASE_S, RETRY_AFTER_S, Worker
from alerting.intake import follow
from alerting.notifiers.email import EmailNotifier
from alerting.ports import Attempt, Message, Outcome
from alerting.service import ACCESS
from domain.case import CaseState
from storage.register import users
from storage.register.notifications import Channel, NotificationState
from storage.register.schema import case, case_event, episode, notification
from tests.integration.alerting.conftest import SETTINGS, World
from tests.support.smtp import SmtpServer, serving
from tests.support.town import NOON, SYSTEM, a_finding

SATO, ITO = "sato@city.example", "ito@city.example"
RETRY = Attempt(outcome=Outcome.RETRY, error="450 busy")
REFUSED = Attempt(outcome=Outcome.REFUSED, error="550 unknown")


@pytest.fixture
async def waiting(world: World) -> World:
    """A case of K-07 with its first message, to sato, in the outbox."""
    await world.find(a_finding(world.town.home))
    await world.register.write(
        lambda c: follow(c, ACCESS, base_url=SETTINGS.base_url, now=world.clock.now())
    )
    return world


async def send_all(worker: Worker) -> int:
    """Claim and send what is due, one after the other."""
    claimed = await worker.claim()
    for message in claimed:
        await worker.deliver(message)
    return len(claimed)


async def rows(world: World) -> list[Row[tuple[object, ...]]]:
    """Return the outbox, by step."""
    query = select(notification).order_by(notification.c.step, notification.c.user_id)
    return list(await world.register.read(lambda c: c.execute(query).all()))


async def let_retry(world: World) -> None:
    """Let the real wait of every retry be over."""
    await world.register.write(lambda c: c.execute(notification.update().values(retry_at_s=0.0)))


async def test_accepted_message_is_its_own_record(waiting: World) -> None:
    """What the provider took over is booked with its instant, and not sent again."""
    worker = waiting.worker()
    assert await send_all(worker) == 1
    assert await send_all(worker) == 0

    (row,) = await rows(waiting)
    assert (row.state, row.attempts, row.accepted_at) == (NotificationState.ACCEPTED, 1, NOON)
    waiting.mail.expect(SATO)


async def test_worker_that_dies_after_the_yes_sends_one_more_copy(waiting: World) -> None:
    """O08: killed between acceptance and commit: once more, by the same name, and then never."""
    dying, other = waiting.worker(), waiting.worker()
    (claimed,) = await dying.claim()
    await dying._attempt(claimed)
    assert await send_all(other) == 0, "the lease still holds"

    await waiting.register.write(
        lambda c: c.execute(
            notification.update().values(lease_until_s=notification.c.lease_until_s - 2 * LEASE_S)
        )
    )
    assert await send_all(other) == 1
    assert await send_all(other) == 0

    first, second = waiting.mail.expect(SATO, SATO)
    assert first.id == second.id


async def test_two_workers_send_it_once(waiting: World) -> None:
    """Side by side, one of two workers has the message."""
    sent = [await send_all(waiting.worker()) for _ in range(2)]

    assert sent == [1, 0]
    waiting.mail.expect(SATO)


async def test_busy_provider_is_asked_again_later(waiting: World) -> None:
    """O01: 4xx waits 5 s, 15 s, 60 s, 300 s and then 300 s again and again, until it is taken."""
    worker = waiting.worker()
    waiting.mail.answer(SATO, *[RETRY] * 5, Attempt(outcome=Outcome.ACCEPTED))
    waits = []
    for _ in range(5):
        before_s = waiting.clock.monotonic()
        await send_all(worker)
        (row,) = await rows(waiting)
        assert row.state == NotificationState.PENDING
        waits.append(min(RETRY_AFTER_S, key=lambda w: abs(row.retry_at_s - before_s - w)))
        assert row.retry_at_s >= before_s + waits[-1]
        assert await send_all(worker) == 0, "its wait is not over"
        await let_retry(waiting)

    assert waits == [5, 15, 60, 300, 300]
    assert await send_all(worker) == 1
    waiting.mail.expect(SATO)


async def test_refused_message_raises_the_next_step_at_once(waiting: World) -> None:
    """550 for the only person of a step: the next step does not wait its ten minutes."""
    worker = waiting.worker()
    waiting.mail.answer(SATO, REFUSED)
    await send_all(worker)
    await send_all(worker)

    states = [(row.step, row.state) for row in await rows(waiting)]
    assert states[0] == (1, NotificationState.REFUSED)
    assert sorted(state for step, state in states[1:] if step == 2) == ["accepted", "refused"]
    waiting.mail.expect(ITO)
    words = select(case_event.c.word).order_by(case_event.c.position)
    assert "not_delivered" in await waiting.register.read(
        lambda c: list(c.execute(words).scalars())
    )


async def test_refusal_waits_while_a_colleague_was_told(world: World) -> None:
    """As long as somebody else of the step has the message, the next step keeps its time."""
    await world.register.write(
        lambda c: users.assign(
            c,
            SYSTEM,
            user=world.town.people["ito"],
            home=world.town.home,
            municipality=world.town.id,
            now=NOON,
        )
    )
    await world.find(a_finding(world.town.home))
    world.mail.answer(SATO, REFUSED)
    async with world.running():
        await world.settle()
        world.mail.expect(ITO)

    next_step_at = await world.register.read(
        lambda c: c.execute(select(episode.c.next_step_at)).scalar_one()
    )
    assert next_step_at == NOON + timedelta(minutes=10)


async def test_everybody_refused_ends_at_the_last_resort(world: World) -> None:
    """When no caseworker's address works, an administrator is told at once."""
    await world.find(a_finding(world.town.home))
    for address in (SATO, ITO):
        world.mail.answer(address, REFUSED)
    async with world.running():
        await world.settle()
        world.mail.expect("admin@city.example", says="担当者の誰にも連絡できない")


async def test_message_is_given_up_when_it_expires(waiting: World) -> None:
    """Past its end a message is given up, which is written down and raises the next step."""
    worker = waiting.worker()
    waiting.mail.answer(SATO, RETRY)
    await send_all(worker)
    await let_retry(waiting)
    waiting.clock.push(NOON + timedelta(hours=24))
    await send_all(worker)

    by_step = [(row.step, row.state) for row in await rows(waiting)]
    assert by_step == [(1, "given_up"), (2, "pending"), (2, "pending")]


async def test_expired_message_does_not_leave(waiting: World) -> None:
    """A day late the old word is not sent any more; the next step writes a fresh one."""
    worker = waiting.worker()
    waiting.clock.push(NOON + timedelta(hours=24))
    await send_all(worker)
    waiting.mail.expect()
    await send_all(worker)

    waiting.mail.expect(SATO, ITO)


async def test_nothing_leaves_of_a_resolved_case(waiting: World) -> None:
    """A message that was claimed while its case was closed stays."""
    await waiting.register.write(
        lambda c: c.execute(case.update().values(state=CaseState.RESOLVED))
    )
    await send_all(waiting.worker())

    (row,) = await rows(waiting)
    assert row.state == NotificationState.CANCELLED


async def test_late_word_says_who_was_faster(waiting: World) -> None:
    """A03: a message that leaves after somebody took the case on says so."""
    await waiting.register.write(
        lambda c: c.execute(
            case.update().values(state=CaseState.ACKNOWLEDGED, acknowledged_at=NOON)
        )
    )
    await send_all(waiting.worker())

    waiting.mail.expect(SATO, says="すでに引き受けた人がいます（12:00）")


async def test_person_without_an_address_is_refused(waiting: World) -> None:
    """Whoever left between writing and sending is told nothing; the next step is taken."""
    await waiting.register.write(
        lambda c: users.disable(c, SYSTEM, waiting.town.people["sato"], now=NOON)
    )
    worker = waiting.worker()
    await send_all(worker)
    await send_all(worker)

    waiting.mail.expect(ITO)


async def test_notifier_with_a_bug_stops_nobody(world: World) -> None:
    """A notifier that raises counts as an attempt that failed; the service goes on."""

    class Broken:
        async def send(self, message: Message) -> Attempt:
            raise UnicodeError(message.subject)

    await world.find(a_finding(world.town.home))
    worker = world.worker()
    worker._notifiers = {Channel.EMAIL: Broken()}
    await world.register.write(lambda c: follow(c, ACCESS, base_url="https://x.example", now=NOON))
    await send_all(worker)

    (row,) = await rows(world)
    assert (row.state, row.last_error) == (NotificationState.PENDING, "UnicodeError")


async def test_mail_arrives_through_a_real_server(waiting: World) -> None:
    """The whole way: outbox, SMTP, mailbox; no name of anybody in it."""
    async with serving(SmtpServer()) as server:
        config = MailConfig(
            host="127.0.0.1",
            port=server.port,
            sender="mimamori@city.example",
            security=SmtpSecurity.NONE,
        )
        worker = waiting.worker()
        worker._notifiers = {Channel.EMAIL: EmailNotifier(config)}
        await send_all(worker)

    (mail,) = server.mails
    (row,) = await rows(waiting)
    assert row.state == NotificationState.ACCEPTED
    assert mail["Message-ID"] == f"<{row.id}@city.example>"
    assert f"https://mimamori.example/cases/{row.case_id}" in mail.get_content()
    assert waiting.town.resident not in mail.as_string()
