"""Killed and started again in the middle of everything."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from domain.case import Outcome
from domain.finding import Cause
from tests.support.scenario import city_from
from tests.support.scenario_city import City

MINUTE = timedelta(minutes=1)
pytestmark = pytest.mark.scenario


async def _two_days(city: City) -> None:
    """A silence, help, a second silence, a darkness with a call, and a look that found her well."""
    await city.active("kitchen")
    await city.until("18:20")
    city.expect_mail("caseworker", about="inactivity", at="18:00")
    city.expect_mail("caseworker", "colleague", about="inactivity", at="18:10")
    await city.press_help()
    city.expect_mail("caseworker", about="help")
    await city.acknowledge("caseworker", Cause.HELP)
    await city.until("06:30")
    city.expect_mail("caseworker", about="inactivity", at="06:20", says="This is new")
    city.expect_mail("caseworker", "colleague", about="inactivity", at="06:30")
    await city.resolve("caseworker", Cause.INACTIVITY, Outcome.WELL)
    await city.until("09:00")
    city.go_dark()
    await city.until("05:00")
    await city.active("bedroom")
    await city.until("06:35")
    city.expect_mail("technician", about="gateway", at="09:10", within=3 * MINUTE)
    city.expect_mail("administrator", about="gateway", at="10:10", within=3 * MINUTE)
    city.expect_mail("caseworker", about="call", at="06:30", within=3 * MINUTE)
    await city.acknowledge("caseworker", Cause.GATEWAY_SILENT)
    await city.come_back()
    await city.active("kitchen")
    await city.until("09:00")


async def test_restarts_repeat_nothing_and_forget_nothing(tmp_path: Path) -> None:
    """At every tenth step, and at every third: the same findings and mails, each exactly once."""
    said = []
    for each in (None, 10, 3):
        async with city_from(tmp_path / str(each), "2026-03-10 06:00", restart_each=each) as city:
            await _two_days(city)
            said.append(
                [(one.cause, one.phase, one.reason, one.began_at) for one in city.findings(*Cause)]
            )

    assert said[0] == said[1] == said[2]
