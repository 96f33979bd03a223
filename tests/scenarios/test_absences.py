"""Absences: asked about when somebody moves, looked for when nobody comes back, never forgotten."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest

from domain.case import CaseState
from domain.errors import InputError
from domain.finding import Cause, Reason
from domain.ids import UserId
from domain.verdict import Verdict
from storage.register import absences
from storage.register.standing import Standing, standing_list, standing_now
from tests.support.scenario import city_from
from tests.support.scenario_city import City

HOUR = timedelta(hours=1)
pytestmark = pytest.mark.scenario


def listed(city: City, login: str = "caseworker") -> list[Standing]:
    """Return what holds now, as a person sees it."""
    now, who = city.clock.now(), city.people[login]
    return city.stores.register.read_now(lambda c: standing_now(c, who, now=now))


async def test_absence_of_the_wrong_person_is_asked_about_within_the_hour(tmp_path: Path) -> None:
    """P01: entered for K-07, meant for K-08: the next movement in K-07 asks, once."""
    async with city_from(tmp_path, "2026-03-10 10:00", codes=("K-07", "K-08")) as city:
        await city.active("bedroom")
        await city.active("bedroom", city.homes[1])
        wrong = city.be_absent(hours=72)
        await city.until("11:00")
        await city.active("kitchen", city.homes[1])
        city.expect_no_more_mail()

        await city.until("11:20")
        await city.active("kitchen")
        (asked,) = city.expect_mail("caseworker", about="absence", says="10:00")
        assert "Is the resident back" in asked.message.body
        assert city.verdict().verdict is Verdict.WELL
        assert [one.is_contradicted for one in listed(city)] == [True]
        for minutes in (40, 55):
            await city.after(minutes=minutes)
            await city.active("kitchen")
            await city.active("kitchen", city.homes[1])
        assert len(city.findings(Cause.ABSENCE)) == 1

        now = city.clock.now()
        await city.stores.register.write(
            lambda c: absences.cancel(c, city.people["caseworker"], wrong, now=now)
        )
        assert listed(city) == []
        await city.acknowledge("caseworker", Cause.ABSENCE)
        await city.resolve("caseworker", Cause.ABSENCE)


async def test_contradicted_absence_is_no_reason_to_be_quiet(tmp_path: Path) -> None:
    """P01: absent on paper, at home in fact: twelve hours of silence alarm as everywhere."""
    async with city_from(tmp_path, "2026-03-10 08:00") as city:
        await city.active("bedroom")
        city.be_absent(hours=240)
        await city.until("09:00")
        await city.active("bedroom")
        city.expect_mail("caseworker", about="absence")
        await city.acknowledge("caseworker", Cause.ABSENCE)
        await city.until("21:00")
        city.expect_mail("caseworker", about="inactivity")
        await city.acknowledge("caseworker", Cause.INACTIVITY)


async def test_each_absence_is_asked_about_by_itself(tmp_path: Path) -> None:
    """The question of the first is still open: the second absence is asked about all the same."""
    async with city_from(tmp_path, "2026-03-10 08:00") as city:
        await city.active("bedroom")
        first = city.be_absent(hours=24)
        await city.until("09:00")
        await city.active("bedroom")
        city.expect_mail("caseworker", about="absence")
        await city.acknowledge("caseworker", Cause.ABSENCE)

        now = city.clock.now()
        await city.stores.register.write(
            lambda c: absences.end(c, city.people["caseworker"], first, now=now)
        )
        await city.until("09:30")
        city.be_absent(hours=24)
        await city.until("10:30")
        await city.active("kitchen")
        city.expect_mail("caseworker", about="absence", says="This is new in the open case")
        await city.acknowledge("caseworker", Cause.ABSENCE)
        assert len(city.episodes(Cause.ABSENCE)) == 2


async def test_overdue_return_is_found_after_the_usual_time(tmp_path: Path) -> None:
    """P02: away until 10:00, ends by itself; nobody back by 22:00: a finding that says so."""
    async with city_from(tmp_path, "2026-03-10 10:00") as city:
        await city.active("bedroom")
        city.be_absent(hours=48)
        await city.until("09:59", days=1)
        assert [one.ends_soon for one in listed(city)] == [True]
        assert city.verdict().verdict is Verdict.AWAY
        await city.until("10:01")
        assert listed(city) == []
        await city.until("21:59")
        city.expect_no_more_mail()

        await city.until("22:00")
        city.expect_mail("caseworker", about="inactivity", says="expected back from an absence")
        assert city.findings(Cause.INACTIVITY)[-1].reason is Reason.NOT_BACK
        assert city.verdict().verdict is Verdict.ALERT
        await city.acknowledge("caseworker", Cause.INACTIVITY)


async def test_return_in_time_is_life_as_usual(tmp_path: Path) -> None:
    """Back an hour after the end: well, and the next silence counts from the movement."""
    async with city_from(tmp_path, "2026-03-10 10:00") as city:
        await city.active("bedroom")
        city.be_absent(hours=24)
        await city.until("11:00", days=1)
        await city.active("bedroom")
        assert city.verdict().verdict is Verdict.WELL
        await city.until("22:59")
        city.expect_no_more_mail()
        await city.until("23:00")
        city.expect_mail("caseworker", about="inactivity")
        assert city.findings(Cause.INACTIVITY)[-1].reason is not Reason.NOT_BACK
        await city.acknowledge("caseworker", Cause.INACTIVITY)


async def test_return_is_put_off(tmp_path: Path) -> None:
    """Extended by a day before its end: quiet for that day, and found after the new end."""
    async with city_from(tmp_path, "2026-03-10 10:00") as city:
        await city.active("bedroom")
        away = city.be_absent(hours=24)
        await city.until("09:00")
        who, now = city.people["caseworker"], city.clock.now()
        ends_at = city.time("10:00") + timedelta(days=2)
        await city.stores.register.write(
            lambda c: absences.extend(c, who, away, ends_at=ends_at, now=now)
        )
        await city.until("21:59", days=1)
        city.expect_no_more_mail()
        await city.until("22:00")
        city.expect_mail("caseworker", about="inactivity", says="expected back")
        await city.acknowledge("caseworker", Cause.INACTIVITY)


async def test_no_absence_is_endless_or_anybodys(tmp_path: Path) -> None:
    """P02: no end, fifteen days, or a technician: refused; the daily list names each with owner."""
    async with city_from(tmp_path, "2026-03-10 10:00") as city:
        await city.active("bedroom")
        with pytest.raises(InputError, match="ABS-001"):
            city.be_absent(hours=15 * 24)
        with pytest.raises(InputError, match="ABS-001"):
            city.be_absent(hours=0)
        now, technician = city.clock.now(), city.people["technician"]
        with pytest.raises(InputError, match="ACC-001"):
            city.stores.register.write_now(
                lambda c: absences.add(
                    c,
                    technician,
                    home_id=city.homes[0].id,
                    starts_at=now,
                    ends_at=now + HOUR,
                    owner=UserId(technician.actor),
                    now=now,
                )
            )
        city.be_absent(hours=40)
        for day, count in ((9, 0), (10, 1), (11, 1), (12, 1), (13, 0)):
            who = city.people["caseworker"]
            of_day = city.stores.register.read_now(
                partial(standing_list, access=who, day=date(2026, 3, day))
            )
            assert [one.owner for one in of_day] == ["Caseworker"] * count
        assert listed(city, "colleague") == []


async def test_question_is_asked_once_over_restarts(tmp_path: Path) -> None:
    """Detector and alerting are killed again and again: one question for one absence."""
    async with city_from(tmp_path, "2026-03-10 08:00", restart_each=2) as city:
        await city.active("bedroom")
        city.be_absent(hours=48)
        await city.until("09:00")
        await city.active("bedroom")
        city.expect_mail("caseworker", about="absence")
        await city.acknowledge("caseworker", Cause.ABSENCE)
        for _ in range(4):
            await city.after(hours=1)
            await city.active("kitchen")
        assert len(city.findings(Cause.ABSENCE)) == 1
        assert city.case(Cause.ABSENCE).state is CaseState.ACKNOWLEDGED
