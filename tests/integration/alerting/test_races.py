"""Kills, races and second engines: the state of a case and what people are told never part."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, select

from alerting import service
from alerting.delivery import LEASE_S
from alerting.intake import climb_due, follow
from alerting.replies import Result, acknowledge
from alerting.service import ACCESS
from domain.access import Access
from domain.case import CaseState
from domain.finding import Cause, Reason
from domain.ids import CaseId
from storage.register import audit, case_events, cases, cursors, episodes, findings
from storage.register.case_events import Word
from storage.register.episodes import Climbed
from storage.register.notifications import Channel, NotificationState
from storage.register.schema import case, case_event, notification
from storage.signals import Log
from tests.integration.alerting.conftest import SETTINGS, World
from tests.support.fake_notifier import FakeNotifier
from tests.support.stepping_clock import SteppingClock
from tests.support.town import NOON, a_finding

TEN = timedelta(minutes=10)
SATO, ITO = "sato@city.example", "ito@city.example"
URL = SETTINGS.base_url
RACES = 300


class Killed(Exception):  # noqa: N818 (a kill is no error of ours)
    """The process died here."""


class Executioner:
    """Kills a transaction at its n-th statement."""

    def __init__(self) -> None:
        """Let live."""
        self.left: int | None = None

    def __call__(self, *args: object) -> None:
        """Count a statement."""
        del args
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise Killed


async def test_kills_between_state_and_outbox_lose_and_double_nothing(world: World) -> None:
    """A01: 200 kills at random statements: a step stands in the timeline with its mails, or not."""
    chance, executioner, now = random.Random(1), Executioner(), NOON  # noqa: S311 (a simulation)
    await world.register.read(
        lambda c: event.listen(c.engine, "before_cursor_execute", executioner)
    )
    writer = await world.register.write(lambda c: c.engine)
    event.listen(writer, "before_cursor_execute", executioner)
    kills = 0
    while kills < 200:
        now += timedelta(minutes=3)
        if chance.random() < 0.3:
            await world.find(
                a_finding(
                    world.town.home, cause=Cause.HELP, reason=Reason.BUTTON_PRESSED, began_at=now
                )
            )
        executioner.left = chance.randrange(40)
        try:
            await world.register.write(partial(_work, now=now))
        except Killed:
            kills += 1
        finally:
            executioner.left = None
        await world.register.read(_state_and_outbox_agree)
    await world.register.write(partial(_work, now=now))
    await world.register.write(partial(_work, now=now + TEN))
    await world.register.read(_state_and_outbox_agree)
    head = await world.register.read(lambda c: findings.head(c, ACCESS))
    assert await world.register.read(lambda c: cursors.position(c, ACCESS)) == head


def _work(connection: Connection, *, now: datetime) -> None:
    while follow(connection, ACCESS, base_url=URL, now=now):
        pass
    climb_due(connection, ACCESS, base_url=URL, now=now)


def _state_and_outbox_agree(connection: Connection) -> None:
    told = connection.execute(
        select(notification.c.case_id, notification.c.step, notification.c.user_id)
    ).all()
    said = [
        (row.id, one.detail["step"], person)
        for row in connection.execute(select(case.c.id))
        for one in case_events.of_case(connection, ACCESS, CaseId(row.id))
        if one.word is Word.STEP_TAKEN
        for person in one.detail["people"] or []  # type: ignore[union-attr]
    ]
    assert sorted(map(tuple, told)) == sorted(said)


async def test_hundreds_of_races_of_an_answer_with_its_step(world: World) -> None:
    """A03: whichever commits first: once acknowledged no step is taken, and both are written."""
    await world.find(a_finding(world.town.home))
    await world.register.write(partial(follow, access=ACCESS, base_url=URL, now=NOON))
    (case_id,) = await world.register.read(lambda c: list(c.execute(select(case.c.id)).scalars()))
    access, chance = world.town.access("sato"), random.Random(2)  # noqa: S311 (a simulation)
    first = {Result.DONE: 0, Result.ALREADY_YOURS: 0}
    for _ in range(RACES):
        due = NOON + TEN
        both = [
            world.register.write(partial(_answer, access=access, case_id=case_id, now=due)),
            world.register.write(partial(climb_due, access=ACCESS, base_url=URL, now=due)),
        ]
        if chance.random() < 0.5:
            both.reverse()
        await asyncio.gather(*both)
        words = await world.register.read(partial(_words, case_id=case_id))
        after = words[words.index(Word.ACKNOWLEDGED) :]
        assert Word.STEP_TAKEN not in after
        first[Result.DONE if Word.STEP_TAKEN in words[2:] else Result.ALREADY_YOURS] += 1
        await world.register.write(partial(_undo, case_id=case_id))
    assert min(first.values()) > RACES // 3, first
    checked = await world.register.read(lambda c: audit.verify(c, ACCESS))
    assert (checked.rows, checked.broken_at) == (RACES, None)


def _answer(connection: Connection, *, access: Access, case_id: CaseId, now: datetime) -> None:
    answer = acknowledge(connection, access, case_id, now=now)
    assert answer.result is Result.DONE


def _words(connection: Connection, *, case_id: CaseId) -> list[Word]:
    return [one.word for one in case_events.of_case(connection, ACCESS, case_id)]


def _undo(connection: Connection, *, case_id: CaseId) -> None:
    """Put everything back to the minute before the race."""
    cases.rearm(connection, ACCESS, case_id)
    (episode,) = episodes.of_case(connection, ACCESS, case_id)
    again = Climbed(steps_taken=1, rung=1, asides=0, next_step_at=NOON + TEN)
    episodes.book(connection, ACCESS, episode.id, again)
    connection.execute(notification.delete().where(notification.c.step > 1))
    kept = select(case_event.c.position).order_by(case_event.c.position).limit(2)
    connection.execute(case_event.delete().where(case_event.c.position.not_in(kept)))


async def test_acknowledgement_that_is_not_committed_is_no_success(
    world: World, tmp_path: Path
) -> None:
    """A11: another program holds the database: whoever answers sees a failure; untaken it stays."""
    await world.find(a_finding(world.town.home))
    await world.register.write(partial(follow, access=ACCESS, base_url=URL, now=NOON))
    (case_id,) = await world.register.read(lambda c: list(c.execute(select(case.c.id)).scalars()))
    access = world.town.access("sato")
    other = sqlite3.connect(tmp_path / "register.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(Exception, match="locked"):
            await world.register.write(
                lambda c: acknowledge(c, access, case_id, now=NOON + timedelta(minutes=1))
            )
    finally:
        other.execute("ROLLBACK")
        other.close()
    stored = await world.register.read(lambda c: cases.get(c, ACCESS, case_id, now=NOON))
    assert stored is not None
    assert (stored.state, stored.acknowledged_by) == (CaseState.TRIGGERED, None)


async def test_two_engines_tell_each_person_once(world: World) -> None:
    """A02: started twice by mistake: one case, each step once; one dies, the other goes on."""
    async with world.running():
        async with world.running():
            await world.find(a_finding(world.town.home))
            await world.settle()
            world.mail.expect(SATO)
            await world.push(minutes=5)
        await world.push(minutes=5)
        world.mail.expect(SATO, ITO)


async def test_engine_that_is_gone_with_a_lease_is_overtaken(world: World) -> None:
    """A02: one stops for ever while it sends: when its lease is over the other sends it."""
    world.clock, stuck = SteppingClock(NOON), FakeNotifier(hanging={SATO})
    gone = asyncio.create_task(
        service.run(world.register, world.signals, world.clock, SETTINGS, {Channel.EMAIL: stuck})
    )
    await world.find(a_finding(world.town.home))
    await world.until(_is_leased)
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    assert await world.register.read(_is_leased)

    world.clock.push(NOON + timedelta(seconds=LEASE_S + 1))
    async with world.running():
        await world.settle()
    world.mail.expect(SATO)
    assert stuck.sent == []


async def test_mail_that_hangs_holds_up_no_other(world: World) -> None:
    """O03: while the server never answers for one person, the next step reaches the others."""
    world.mail.hanging = {SATO}
    async with world.running():
        await world.find(a_finding(world.town.home))
        await world.until(_is_leased)
        world.clock.push(NOON + timedelta(minutes=10))
        world.signals.notify(Log.CASE)
        await world.until(_is_accepted)
        assert await world.register.read(_is_leased)
    world.mail.expect(ITO)


def _is_accepted(connection: Connection) -> bool:
    states = connection.execute(select(notification.c.state)).scalars().all()
    return NotificationState.ACCEPTED in states


def _is_leased(connection: Connection) -> bool:
    states = connection.execute(select(notification.c.state)).scalars().all()
    return NotificationState.LEASED in states
