"""Nobody is expected at home for a while."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.finding import Cause
from domain.verdict import Verdict
from tests.support.scenario import city_from

pytestmark = pytest.mark.scenario


async def test_absence_is_quiet_and_ends_by_itself(tmp_path: Path) -> None:
    """Away for two days: away on the board, no case; silence after its end alarms."""
    async with city_from(tmp_path, "2026-03-10 10:00") as city:
        await city.active("bedroom")
        city.be_absent(hours=48)
        await city.until("09:00", days=1)
        assert city.verdict().verdict is Verdict.AWAY
        assert not city.findings(*Cause)

        await city.until("10:30")
        assert city.verdict().verdict is not Verdict.AWAY
        await city.until("22:00")
        city.expect_mail("caseworker", about="inactivity")
        await city.acknowledge("caseworker", Cause.INACTIVITY)


async def test_coming_home_early_is_watched_again(tmp_path: Path) -> None:
    """Entered for two weeks, home after a day: well on the board, and a silence alarms."""
    async with city_from(tmp_path, "2026-03-10 10:00") as city:
        await city.active("bedroom")
        city.be_absent(hours=14 * 24)
        await city.after(minutes=20)
        await city.active("door")
        await city.until("10:00")
        assert city.verdict().verdict is Verdict.AWAY

        await city.active("bedroom")
        city.expect_mail("caseworker", about="absence")
        assert city.verdict().verdict is Verdict.WELL
        await city.until("21:59")
        city.expect_no_more_mail()
        await city.until("22:00")
        city.expect_mail("caseworker", about="inactivity")
        await city.acknowledge("caseworker", Cause.INACTIVITY)
