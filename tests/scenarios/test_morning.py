"""A resident who does not get up, once and again."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from domain.case import CaseState
from domain.finding import Cause
from domain.verdict import Verdict
from tests.support.scenario import city_from

HOUR = timedelta(hours=1)
pytestmark = pytest.mark.scenario


async def test_resident_does_not_get_up(tmp_path: Path) -> None:
    """The caseworker at the learned deadline, all after ten minutes, nobody once one answers."""
    async with city_from(tmp_path, "2026-03-10 21:00", known_days=10) as city:
        await city.live("22:00")
        await city.until("08:30")
        city.expect_no_more_mail()
        assert city.verdict().verdict is Verdict.WELL

        await city.until("09:31")
        (told,) = city.expect_mail("caseworker", about="inactivity", at="08:30", within=HOUR)
        assert city.verdict().verdict is Verdict.ALERT

        await city.run_until(told.at + timedelta(minutes=11))
        second = city.expect_mail(
            "caseworker", "colleague", about="inactivity", at="08:40", within=HOUR
        )
        assert {one.at - told.at for one in second} == {timedelta(minutes=10)}

        await city.acknowledge("colleague", Cause.INACTIVITY)
        await city.after(hours=6)
        city.expect_no_more_mail()


@pytest.mark.parametrize("is_acknowledged", [True, False])
async def test_second_emergency_is_as_loud_as_the_first(
    tmp_path: Path, *, is_acknowledged: bool
) -> None:
    """The first case was left open: the next silence starts again from the first step."""
    async with city_from(tmp_path, "2026-03-10 08:00") as city:
        await city.active("kitchen")
        await city.until("20:00")
        city.expect_mail("caseworker", about="inactivity")
        if is_acknowledged:
            await city.acknowledge("caseworker", Cause.INACTIVITY)
        await city.until("21:00")
        if not is_acknowledged:
            city.expect_mail("caseworker", "colleague", about="inactivity", at="20:10")

        await city.active("bedroom")
        assert city.case(Cause.INACTIVITY).state is not CaseState.RESOLVED
        await city.until("08:59")
        city.expect_no_more_mail()

        await city.until("09:00")
        city.expect_mail("caseworker", about="inactivity", says="This is new in the open case")
        assert city.case(Cause.INACTIVITY).state is CaseState.TRIGGERED
        await city.until("09:15")
        city.expect_mail("caseworker", "colleague", about="inactivity", at="09:10")
        await city.acknowledge("colleague", Cause.INACTIVITY)
        await city.after(hours=3)

        assert len(city.cases(Cause.INACTIVITY)) == 1
        assert [one.number for one in city.episodes(Cause.INACTIVITY)] == [1, 2]
