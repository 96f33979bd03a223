"""Alerting as it runs: findings in, mail out, by a clock that the test pushes."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import Connection, Table, select

from alerting.intake import follow
from alerting.replies import Result, acknowledge, resolve
from alerting.service import ACCESS
from domain.case import Outcome, ResolvedCause
from domain.finding import Cause, Phase, Reason
from domain.ids import CaseId
from storage.register import cursors, findings, services
from storage.register.schema import case, case_event, episode, notification
from tests.integration.alerting.conftest import SETTINGS, World
from tests.support.town import NOON, SYSTEM, a_finding

SATO, ITO = "sato@city.example", "ito@city.example"


def newest_case(connection: Connection) -> CaseId:
    """Return the last case that was opened."""
    query = select(case.c.id).order_by(case.c.number.desc()).limit(1)
    return CaseId(connection.execute(query).scalar_one())


def everything(connection: Connection, *, table: Table) -> list[object]:
    """Return all rows of a table."""
    return list(connection.execute(select(table)))


async def take_on(world: World, login: str) -> Result:
    """Let a user take the newest case on."""
    answer = await world.register.write(
        lambda c: acknowledge(c, world.town.access(login), newest_case(c), now=world.clock.now())
    )
    return answer.result


async def test_long_silence_climbs_until_somebody_answers(world: World) -> None:
    """12:00 the assigned caseworker; 12:10 all; one takes it on; nobody else is told after that."""
    async with world.running():
        await world.find(a_finding(world.town.home))
        await world.settle()
        world.mail.expect(SATO, says="K-07")

        await world.push(minutes=9)
        world.mail.expect()
        await world.push(minutes=1)
        world.mail.expect(SATO, ITO, says="まだ誰も引き受けていません")

        assert await take_on(world, "ito") is Result.DONE
        await world.settle()
        world.mail.expect(SATO, says="引き受けて、確認しています")
        await world.push(minutes=14)
        world.mail.expect()


async def test_two_emergencies_in_one_case(world: World) -> None:
    """The first case left open: the second emergency is told as loudly as the first."""
    async with world.running():
        await world.find(a_finding(world.town.home))
        await world.settle()
        world.mail.expect(SATO)
        await take_on(world, "sato")
        await world.push(minutes=5)
        await world.find(
            a_finding(
                world.town.home,
                phase=Phase.RECOVERED,
                reason=Reason.ACTIVITY_SEEN,
                began_at=world.clock.now(),
            )
        )
        await world.push(minutes=8)
        await world.find(a_finding(world.town.home, began_at=world.clock.now()))
        await world.settle()
        world.mail.expect(SATO, says="新たに起きた")
        await world.push(minutes=10)
        world.mail.expect(SATO, ITO)
        await take_on(world, "sato")


async def test_down_for_six_hours(world: World) -> None:
    """O14: what was found while we were down is told at once, labelled as late, and climbs on."""
    await world.find(a_finding(world.town.home))
    world.clock.push(NOON + timedelta(hours=6))
    async with world.running():
        await world.settle()
        world.mail.expect(SATO, says="【遅延】")
        await world.push(minutes=10)
        world.mail.expect(SATO, ITO)
        await take_on(world, "sato")


async def test_killed_before_the_commit_leaves_nothing_half(world: World) -> None:
    """A01: a death between state and outbox undoes both, and the cursor; the next start does it."""
    await world.find(a_finding(world.town.home))

    def dies(connection: Connection) -> None:
        follow(connection, ACCESS, base_url=SETTINGS.base_url, now=NOON)
        assert connection.execute(select(notification.c.id)).all()
        msg = "killed"
        raise RuntimeError(msg)

    with pytest.raises(RuntimeError, match="killed"):
        await world.register.write(dies)
    for table in (case, episode, case_event, notification):
        assert await world.register.read(partial(everything, table=table)) == []
    assert await world.register.read(lambda c: cursors.position(c, ACCESS)) == 0

    async with world.running():
        await world.settle()
        world.mail.expect(SATO)


async def test_restart_tells_nobody_twice(world: World) -> None:
    """Stopped and started again at every turn: one message for each step and person."""
    await world.find(a_finding(world.town.home))
    for _ in range(3):
        async with world.running():
            await world.settle()
    world.mail.expect(SATO)
    world.clock.push(NOON + timedelta(minutes=10))
    for _ in range(3):
        async with world.running():
            await world.settle()
    world.mail.expect(SATO, ITO)


async def test_resolved_case_is_quiet_and_the_next_one_is_new(world: World) -> None:
    """After a case is closed its ladder ends; the next finding opens another case."""
    async with world.running():
        await world.find(a_finding(world.town.home))
        await world.settle()
        world.mail.expect(SATO)
        await world.register.write(
            lambda c: resolve(
                c,
                world.town.access("sato"),
                newest_case(c),
                outcome=Outcome.WELL,
                cause=ResolvedCause.ASLEEP,
                note=None,
                now=world.clock.now(),
            )
        )
        await world.push(minutes=120)
        world.mail.expect()
        await world.find(a_finding(world.town.home, began_at=world.clock.now()))
        await world.settle()
        world.mail.expect(SATO, says="案件2")


async def test_help_needs_nobody_but_us(world: World) -> None:
    """A help press is told at once, without the detector, also while another case is open."""
    async with world.running():
        await world.find(a_finding(world.town.home))
        await world.settle()
        world.mail.expect(SATO, says="動きがありません")
        await world.find(a_finding(world.town.home, cause=Cause.HELP, reason=Reason.BUTTON_PRESSED))
        await world.settle()
        world.mail.expect(SATO, says="呼び出しボタン")


async def test_progress_is_booked(world: World) -> None:
    """A service that turns says so, under its name, also when there is nothing to do."""
    async with world.running():
        await world.push(minutes=30)
        later = NOON + timedelta(minutes=30)
        await world.until(lambda c: any(s.progress_at == later for s in services.states(c, SYSTEM)))

    (state,) = await world.register.read(lambda c: services.states(c, SYSTEM))
    assert state.name == "alerting"
    assert await world.register.read(lambda c: findings.head(c, SYSTEM)) == 0
