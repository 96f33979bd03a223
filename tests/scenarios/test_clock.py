"""Clocks that are set, machines that stand still, and days that are not 24 hours long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from alerting.replies import acknowledge
from alerting.service import ACCESS
from domain.case import CaseState
from domain.finding import Cause, Reason
from domain.ids import UserId
from domain.on_call import Rotation, Schedule, on_call
from storage.register import cases, episodes, findings
from storage.register.database import Register
from storage.signals import Log
from tests.integration.alerting.conftest import World
from tests.support import town as towns
from tests.support.stepping_clock import SteppingClock
from tests.support.town import NOON, SYSTEM, a_finding

SATO, ITO, KATO = "sato@city.example", "ito@city.example", "kato@city.example"
TEN = timedelta(minutes=10)
pytestmark = pytest.mark.scenario


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Alerting over a town, with a clock that can be set."""
    with Register.open(tmp_path / "register.db") as register:
        town = register.write_now(towns.build)
        made = World(register=register, town=town, clock=SteppingClock(NOON))
        yield made
        made.mail.close()


async def _set_clock(world: World, by: timedelta) -> None:
    """Set the clock; alerting looks around within five real seconds, here at once."""
    assert isinstance(world.clock, SteppingClock)
    world.clock.step(by)
    world.signals.notify(Log.CASE)
    heard = Reason.CLOCK_STEPPED
    await world.until(
        lambda c: any(s.finding.reason is heard for s in findings.after(c, SYSTEM, 0))
    )
    await world.settle()


@pytest.mark.parametrize("by", [timedelta(hours=-1), timedelta(days=-1)])
async def test_clock_set_back_keeps_nobody_waiting(world: World, by: timedelta) -> None:
    """A06, C01: told at 12:00, set back at 12:04 by an hour, a day: all are called at 12:10."""
    async with world.running():
        await world.find(a_finding(world.town.home))
        await world.settle()
        world.mail.expect(SATO)
        await world.push(minutes=4)
        await _set_clock(world, by)
        world.mail.expect(KATO, says="時計")

        await world.push(minutes=5.9)
        world.mail.expect()
        await world.push(minutes=0.1)
        world.mail.expect(SATO, ITO)


@pytest.mark.parametrize("by", [timedelta(hours=1), timedelta(days=1)])
async def test_clock_set_ahead_calls_the_earlier(world: World, by: timedelta) -> None:
    """A06, C01: 12:04 set ahead: the step that waits is taken at once, one; no case is new."""
    async with world.running():
        await world.find(a_finding(world.town.home))
        await world.settle()
        world.mail.expect(SATO)
        await world.push(minutes=4)
        await _set_clock(world, by)
        told = sorted(one.address for one in world.mail.sent[1:])
        assert told == sorted([SATO, ITO, KATO])
        world.mail.expect(*[one.address for one in world.mail.sent[1:]])
        open_now = await world.register.read(
            lambda c: cases.open_at_home(c, SYSTEM, world.town.home, Cause.INACTIVITY)
        )
        assert open_now is not None
        assert open_now.number == 1
        await world.push(minutes=9)


async def test_clock_set_back_keeps_the_owners_deadline(world: World) -> None:
    """A06: taken on at 12:00, set back by an hour at 12:05: the owner is asked in ten minutes."""
    async with world.running():
        await world.find(a_finding(world.town.home))
        await world.settle()
        world.mail.expect(SATO)
        case = await world.register.read(
            lambda c: cases.open_at_home(c, SYSTEM, world.town.home, Cause.INACTIVITY)
        )
        assert case is not None
        access, now = world.town.access("sato"), world.clock.now()
        await world.register.write(lambda c: acknowledge(c, access, case.id, now=now))
        await world.push(minutes=5)
        await _set_clock(world, timedelta(hours=-1))
        world.mail.expect(KATO)
        await world.push(minutes=9)
        world.mail.expect()
        await world.push(minutes=1)
        world.mail.expect(SATO, says="まだ知らせがありません")
        await world.push(minutes=15)
        world.mail.expect(SATO, ITO)


async def test_small_corrections_tell_nobody(world: World) -> None:
    """A second back is the time service at work: deadlines follow it, and nobody is told."""
    async with world.running():
        await world.find(a_finding(world.town.home))
        await world.settle()
        world.mail.expect(SATO)
        before = await world.register.read(lambda c: episodes.next_step_at(c, SYSTEM))
        assert before is not None
        assert isinstance(world.clock, SteppingClock)
        world.clock.step(timedelta(seconds=-2))
        world.signals.notify(Log.CASE)
        moved = before - timedelta(seconds=2)
        await world.until(lambda c: episodes.next_step_at(c, SYSTEM) == moved)


async def test_machine_that_stood_still_catches_up(world: World) -> None:
    """C08: suspended from 12:05 to 12:15: the step of 12:10 is taken on waking; that is told."""
    async with world.running():
        await world.find(a_finding(world.town.home))
        await world.settle()
        world.mail.expect(SATO)
        await world.push(minutes=5)
        await _set_clock(world, TEN)  # the monotonic clock of a suspended machine stands still
        world.mail.expect(*[one.address for one in world.mail.sent[1:]])
        assert sorted(one.address for one in world.mail.sent[1:]) == sorted([SATO, ITO, KATO])


async def test_deadline_survives_a_restart_with_a_wrong_clock(world: World) -> None:
    """A06: killed at 12:01, started 12:31 by its clock: the step of 12:10 at once, once."""
    async with world.running():
        await world.find(a_finding(world.town.home))
        await world.settle()
        world.mail.expect(SATO)
    assert isinstance(world.clock, SteppingClock)
    world.clock.step(timedelta(minutes=31))
    async with world.running():
        await world.settle()
        world.mail.expect(SATO, ITO)
    case = await world.register.read(
        lambda c: cases.open_at_home(c, ACCESS, world.town.home, Cause.INACTIVITY)
    )
    assert case is not None
    assert case.state is CaseState.TRIGGERED


@pytest.mark.parametrize("host", ["UTC", "Asia/Tokyo", "America/New_York"])
def test_hand_over_is_at_the_homes_midnight(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """C05: wherever the server stands, the day of the schedule begins at midnight in Tokyo."""
    monkeypatch.setenv("TZ", host)
    rotation = Rotation(
        people=(UserId("a"), UserId("b")),
        starts_on=date(2026, 3, 9),
        hand_over=time(0),
        days=1,
    )
    schedule = Schedule(name="day", zone=ZoneInfo("Asia/Tokyo"), rotation=rotation)
    midnight = datetime(2026, 3, 9, 15, tzinfo=UTC)

    assert on_call(schedule, midnight - timedelta(seconds=1)).person == "a"
    assert on_call(schedule, midnight).person == "b"


@pytest.mark.parametrize(("change", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25)])
def test_turn_over_a_change_of_the_clocks_has_23_or_25_hours(change: date, hours: int) -> None:
    """C06: in Berlin: one hand-over on that day, and durations are those of real time."""
    zone = ZoneInfo("Europe/Berlin")
    rotation = Rotation(
        people=(UserId("a"), UserId("b")), starts_on=change, hand_over=time(0), days=1
    )
    schedule = Schedule(name="day", zone=zone, rotation=rotation)
    begins = datetime.combine(change, time(0), tzinfo=zone).astimezone(UTC)

    turn = on_call(schedule, begins)
    assert turn.until is not None
    assert turn.until - begins == timedelta(hours=hours)
