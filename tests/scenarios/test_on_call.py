"""On call: turns, hand-overs in the middle of a case, office hours, and nobody within reach."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from alerting.coverage import require_policy
from alerting.escalation import Step, Who
from alerting.on_call import ScheduleNow, on_call_now
from domain.access import Role, of_user
from domain.errors import InputError
from domain.finding import Cause, Reason
from domain.ids import UserId
from domain.on_call import Hours, Override, Rotation, Schedule, Why
from storage.register import on_call
from storage.register.case_events import Word
from tests.support.scenario import city_from
from tests.support.scenario_city import SYSTEM, TOKYO, City
from tests.support.scenario_escalation import leave, set_policy

SECONDS = timedelta(seconds=5)
TEN = timedelta(minutes=10)
NIGHT = Step(who=Who.ON_CALL, wait=TEN, schedule="night")
EVERYBODY = Step(who=Who.CASEWORKERS, wait=TEN)
pytestmark = pytest.mark.scenario


def _take_turns(city: City, *logins: str, hours: tuple[Hours, ...] = ()) -> None:
    """Let people take turns of a day, from 10 March on, changing at 18:05."""
    rotation = Rotation(
        people=tuple(UserId(city.people[login].actor) for login in logins),
        starts_on=date(2026, 3, 9),
        hand_over=time(18, 5),
        days=1,
    )
    schedule = Schedule(name="night", zone=TOKYO, rotation=rotation, hours=hours)
    city.stores.register.write_now(lambda c: on_call.save(c, SYSTEM, city.municipality, schedule))


def _now(city: City, login: str = "caseworker") -> list[ScheduleNow]:
    """Return what the page of somebody shows."""
    access, now = city.people[login], city.clock.now()
    return city.stores.register.read_now(lambda c: on_call_now(c, access, now))


async def test_whoever_is_on_call_is_called(tmp_path: Path) -> None:
    """Found at 18:00, in the colleague's last minutes: hers, not the assigned one's."""
    async with city_from(tmp_path, "2026-03-10 06:00", patience=None) as city:
        _take_turns(city, "colleague", "caseworker")
        set_policy(city, NIGHT, EVERYBODY)
        await city.active("kitchen")
        await city.until("18:00")
        city.expect_mail("colleague", about="inactivity", within=SECONDS)
        (step,) = [o for o in city.timeline(Cause.INACTIVITY) if o.word is Word.STEP_TAKEN]
        assert (step.detail["who"], step.detail["schedule"]) == ("on_call", "night")
        await city.until("18:10")
        city.expect_mail("caseworker", "colleague", about="inactivity", within=SECONDS)
        await city.resolve("colleague", Cause.INACTIVITY)


async def test_hand_over_between_two_steps_calls_the_next_person(tmp_path: Path) -> None:
    """Twice the same schedule: who is on call at 18:10 took over at 18:05."""
    async with city_from(tmp_path, "2026-03-10 06:00", patience=None) as city:
        _take_turns(city, "colleague", "caseworker")
        set_policy(city, NIGHT, NIGHT)
        await city.active("kitchen")
        await city.until("18:00")
        city.expect_mail("colleague", about="inactivity", within=SECONDS)
        (shown,) = _now(city)
        assert (shown.who and shown.who.login, shown.why) == ("colleague", Why.ROTATION)
        assert shown.until == shown.next[0].at == city.clock.now() + timedelta(minutes=5)
        assert shown.next[0].who is not None
        assert shown.next[0].who.login == "caseworker"

        await city.until("18:10")
        city.expect_mail("caseworker", about="inactivity", within=SECONDS)
        await city.resolve("caseworker", Cause.INACTIVITY)


async def test_override_is_called_in_place_of_the_rotation(tmp_path: Path) -> None:
    """The colleague is ill: the caseworker takes over for the day, then it goes on."""
    async with city_from(tmp_path, "2026-03-10 06:00", patience=None) as city:
        _take_turns(city, "colleague")
        now = city.clock.now()
        ill = Override(
            person=UserId(city.people["caseworker"].actor),
            starts_at=now,
            ends_at=now + timedelta(hours=13),
        )
        city.stores.register.write_now(
            lambda c: on_call.add_override(c, SYSTEM, city.municipality, "night", ill, now=now)
        )
        set_policy(city, NIGHT)
        await city.active("kitchen")
        await city.until("18:00")
        city.expect_mail("caseworker", about="inactivity", within=SECONDS)
        await city.resolve("caseworker", Cause.INACTIVITY)
        await city.until("06:00")
        await city.active("kitchen")
        await city.until("18:00")
        city.expect_mail("colleague", about="inactivity", within=SECONDS)
        await city.resolve("colleague", Cause.INACTIVITY)


async def test_closed_office_is_skipped_at_once(tmp_path: Path) -> None:
    """18:00, the office has closed at 17:15: the next step now, the technician hears of the gap."""
    async with city_from(tmp_path, "2026-03-10 06:00", patience=None) as city:
        office = tuple(Hours(weekday=d, opens=time(8, 30), closes=time(17, 15)) for d in range(5))
        _take_turns(city, "colleague", hours=office)
        set_policy(city, NIGHT, Step(who=Who.ASSIGNED, wait=TEN))
        await city.active("kitchen")
        await city.until("18:00")
        told = {one.login: one.about for one in city.mail.take("caseworker", "technician")}
        assert told == {"caseworker": "inactivity", "technician": "setup"}
        (shown,) = _now(city)
        assert (shown.who, shown.why, shown.is_reachable) == (None, Why.CLOSED, False)
        await city.resolve("caseworker", Cause.INACTIVITY)
        await city.resolve("technician", Cause.SERVICE_FAILED)


async def test_nobody_on_call_within_reach_ends_with_everybody(tmp_path: Path) -> None:
    """A05: the only person on call has left: skipped, reported, the last resort taken at once."""
    async with city_from(tmp_path, "2026-03-10 06:00", patience=None) as city:
        _take_turns(city, "colleague")
        set_policy(city, NIGHT)
        leave(city, "colleague")
        await city.active("kitchen")
        await city.until("18:00")
        about = {
            one.login: one.about
            for one in city.mail.take("caseworker", "administrator", "technician")
        }
        assert about == {
            "caseworker": "inactivity",
            "administrator": "inactivity",
            "technician": "setup",
        }
        assert (
            len(
                [
                    f
                    for f in city.findings(Cause.SERVICE_FAILED)
                    if f.reason is Reason.NOBODY_REACHABLE
                ]
            )
            == 1
        )
        await city.resolve("caseworker", Cause.INACTIVITY)
        await city.resolve("technician", Cause.SERVICE_FAILED)


async def test_policy_with_an_hour_without_anybody_is_refused(tmp_path: Path) -> None:
    """A05: only the office is on call: the first evening is named, with the step."""
    async with city_from(tmp_path, "2026-03-10 06:00", patience=None) as city:
        office = tuple(Hours(weekday=d, opens=time(8), closes=time(17, 20)) for d in range(7))
        _take_turns(city, "colleague", hours=office)
        await city.until("12:00")
        now, where = city.clock.now(), city.municipality
        access = of_user(UserId("x"), Role.ADMINISTRATOR, where)
        with pytest.raises(InputError, match=r"POL-002 step 1 .on_call:night.*2026-03-10 at 17:20"):
            city.stores.register.read_now(
                lambda c: require_policy(
                    c, access, (NIGHT,), municipality=where, home=None, now=now
                )
            )
        city.stores.register.read_now(
            lambda c: require_policy(
                c, access, (NIGHT, EVERYBODY), municipality=where, home=None, now=now
            )
        )


async def test_schedules_are_for_the_own_staff_only(tmp_path: Path) -> None:
    """Caseworkers, technicians and administrators see them; the family and services see none."""
    async with city_from(tmp_path, "2026-03-10 06:00", patience=None) as city:
        _take_turns(city, "colleague")
        assert [one.schedule.name for one in _now(city, "technician")] == ["night"]
        assert _now(city, "resident") == []
        now = city.clock.now()
        assert city.stores.register.read_now(lambda c: on_call_now(c, SYSTEM, now)) == []
        assert isinstance(now, datetime)
