"""The help button."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from domain.case import CaseState
from domain.finding import Cause, Reason
from domain.quantity import Lane
from tests.support.scenario import city_from

MINUTE = timedelta(minutes=1)
pytestmark = pytest.mark.scenario


async def test_press_during_an_inactivity_case(tmp_path: Path) -> None:
    """A press is told beside the open case; a second push is nothing, a later one is new."""
    async with city_from(tmp_path, "2026-03-10 06:00") as city:
        await city.active("kitchen")
        await city.until("18:00")
        city.expect_mail("caseworker", about="inactivity")
        await city.acknowledge("caseworker", Cause.INACTIVITY)

        await city.until("18:05")
        await city.press_help()
        city.expect_mail("caseworker", about="help", says="URGENT")
        await city.acknowledge("caseworker", Cause.HELP)

        await city.until("18:06")
        await city.press_help()
        await city.until("18:08")
        city.expect_no_more_mail()
        assert city.case(Cause.HELP).state is CaseState.ACKNOWLEDGED

        await city.until("18:10")
        await city.press_help()
        city.expect_mail("caseworker", about="help", says="This is new in the open case")
        assert city.case(Cause.HELP).state is CaseState.TRIGGERED
        await city.acknowledge("caseworker", Cause.HELP)
        await city.until("23:00")

        assert [one.number for one in city.episodes(Cause.HELP)] == [1, 2]
        (silence,) = city.episodes(Cause.INACTIVITY)
        assert silence.recovered_at is not None
        assert city.case(Cause.INACTIVITY).state is CaseState.ACKNOWLEDGED


async def test_press_that_arrives_late_is_one_review(tmp_path: Path) -> None:
    """Forty minutes late: was there an emergency? Asked once, however often it is delivered."""
    async with city_from(tmp_path, "2026-03-10 11:00") as city:
        await city.live("12:00")
        city.go_dark()
        await city.until("12:05")
        await city.press_help()
        await city.until("12:15")
        city.expect_mail("technician", about="gateway", at="12:10", within=2 * MINUTE)
        await city.acknowledge("technician", Cause.GATEWAY_SILENT)

        await city.until("12:45")
        await city.come_back()
        city.expect_mail("caseworker", about="review", says="12:05")
        await city.acknowledge("caseworker", Cause.HELP)
        again = city.homes[0].repeated(Lane.URGENT, 1, city.clock.now())
        await city.deliver([again])
        await city.after(minutes=1)
        await city.deliver([again])
        await city.live("15:00")

        assert [one.reason for one in city.findings(Cause.HELP)] == [Reason.BUTTON_ARRIVED_LATE]
        assert [case.matter.is_review for case in city.cases(Cause.HELP)] == [True]
