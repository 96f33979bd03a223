"""Equipment that fails."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from domain.case import CaseState
from domain.finding import Cause
from domain.verdict import Verdict
from tests.support.scenario import city_from
from tests.support.scenario_home import HEARTBEAT

pytestmark = pytest.mark.scenario


async def test_dead_sensor_is_told_once_to_the_technician(tmp_path: Path) -> None:
    """An empty battery: three heartbeats later the technician knows; nobody runs."""
    async with city_from(tmp_path, "2026-03-10 07:00") as city:
        await city.live("10:00")
        city.homes[0].dead.add("bedroom")
        last_word = city.homes[0].last_word["bedroom"]
        await city.live("18:00")

        (told,) = city.expect_mail(
            "technician", about="sensor", at="13:00", within=timedelta(hours=4), says="bedroom"
        )
        assert timedelta() <= told.at - last_word - 3 * HEARTBEAT <= timedelta(minutes=30)
        city.expect_mail("administrator", about="sensor", at="14:00", within=timedelta(hours=4))
        await city.acknowledge("technician", Cause.SENSOR_SILENT)
        await city.live("22:00")

        (case,) = city.cases(*Cause)
        assert (case.matter.cause, case.state) == (Cause.SENSOR_SILENT, CaseState.ACKNOWLEDGED)
        assert city.verdict().verdict is Verdict.WELL
