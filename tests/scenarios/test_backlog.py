"""What arrives late: backlogs, evidence against an open case, and an outage of our own."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from domain.case import CaseState
from domain.finding import Cause
from domain.verdict import Verdict, VerdictReason
from storage.register.case_events import Word
from tests.support.scenario import city_from

MINUTE = timedelta(minutes=1)
pytestmark = pytest.mark.scenario


async def test_backlog_of_nine_hours_alarms_nobody(tmp_path: Path) -> None:
    """Dark from 02:00 to 11:00, past the deadline; the past comes piece by piece: no false case."""
    async with city_from(tmp_path, "2026-03-10 20:00") as city:
        await city.live_usually(hours=6)
        city.go_dark()
        city.homes[0].envelopes_at_once = 1
        await city.until("09:00")
        city.expect_mail("technician", about="gateway", at="02:10", within=2 * MINUTE)
        city.expect_mail("administrator", about="gateway", at="03:10", within=2 * MINUTE)
        await city.live("09:29", each=timedelta(seconds=3))
        await city.until("11:00")
        city.expect_mail("caseworker", about="call", at="09:30", within=2 * MINUTE)
        city.expect_mail("caseworker", "colleague", about="call", at="09:40", within=2 * MINUTE)

        await city.come_back()
        assert city.verdict().reason is VerdictReason.CATCHING_UP
        for _ in range(5):
            await city.after(minutes=1)
        assert city.verdict().verdict is Verdict.WELL
        await city.live("15:00")

        assert not city.findings(Cause.INACTIVITY, Cause.SENSOR_SILENT)


async def test_late_evidence_is_written_down_and_closes_nothing(tmp_path: Path) -> None:
    """Movement at 14:00 arrives at 20:00, after the blind alarm: told in the case, which stays."""
    async with city_from(tmp_path, "2026-03-10 06:00") as city:
        await city.active("kitchen")
        await city.until("13:00")
        city.go_dark()
        await city.until("14:00")
        await city.active("bedroom")
        moved_at = city.clock.now()
        city.expect_mail("technician", about="gateway", at="13:10", within=2 * MINUTE)
        await city.acknowledge("technician", Cause.GATEWAY_SILENT)
        await city.until("18:05")
        city.expect_mail("caseworker", about="inactivity", at="18:00", within=2 * MINUTE)
        await city.acknowledge("caseworker", Cause.INACTIVITY)

        await city.until("20:00")
        await city.come_back()
        await city.until("23:59")

        case = city.case(Cause.INACTIVITY)
        assert (case.state, case.resolved_at) == (CaseState.ACKNOWLEDGED, None)
        (late,) = [one for one in city.timeline(Cause.INACTIVITY) if one.word is Word.RECOVERED]
        assert late.detail["happened_at"] == moved_at.isoformat()
        assert late.at == city.time("20:00")


async def test_our_own_outage_blames_no_home(tmp_path: Path) -> None:
    """Down for half an hour; the homes come back within minutes of us: they were never silent."""
    async with city_from(tmp_path, "2026-03-10 09:00", codes=("K-07", "K-08")) as city:
        for home in city.homes:
            await city.active("kitchen", home)
        await city.until("12:00")
        for home in city.homes:
            city.go_dark(home)
        await city.be_down(minutes=30)
        await city.after(minutes=4)
        for home in city.homes:
            await city.come_back(home)
        assert {city.verdict(home).verdict for home in city.homes} == {Verdict.WELL}
        await city.until("15:00")

        assert not city.findings(*Cause)
