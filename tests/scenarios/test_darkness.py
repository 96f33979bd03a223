"""Homes that cannot be seen: never taken for silence, never for well, never forgotten."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from domain.case import CaseState, Outcome
from domain.finding import Cause, Phase, Reason
from domain.verdict import Verdict, VerdictReason
from tests.support.scenario import city_from
from tests.support.scenario_city import City

MINUTE = timedelta(minutes=1)
pytestmark = pytest.mark.scenario


@pytest.mark.parametrize("hours", [1, 6, 24])
@pytest.mark.parametrize(("dark_at", "deadline"), [("12:00", "23:30"), ("02:00", "09:30")])
async def test_dark_home_is_the_technicians_then_somebody_calls(
    tmp_path: Path, hours: int, dark_at: str, deadline: str
) -> None:
    """Dark with most of the way to go: no resident case; asked to call when it would be due."""
    async with city_from(tmp_path, "2026-03-10 11:00") as city:
        await city.live_usually(hours=1 if dark_at == "12:00" else 15)
        assert city.clock.now() == city.time(dark_at)
        city.go_dark()
        await city.live_usually(minutes=15)
        city.expect_mail("technician", about="gateway", at=f"{dark_at[:3]}10", within=2 * MINUTE)
        await city.acknowledge("technician", Cause.GATEWAY_SILENT)
        assert city.verdict().verdict is Verdict.CANNOT_SEE
        assert city.verdict().reason is VerdictReason.GATEWAY_SILENT

        await city.live_usually(hours=hours, minutes=-15)
        assert city.verdict().verdict is Verdict.CANNOT_SEE
        if hours == 24:
            city.expect_mail("caseworker", about="call", at=deadline, within=2 * MINUTE)
            city.expect_mail(
                "caseworker", "colleague", about="call", at=deadline, within=12 * MINUTE
            )
            await city.acknowledge("caseworker", Cause.GATEWAY_SILENT)
        await city.come_back()
        await city.live_usually(hours=2)

        assert city.verdict().verdict is Verdict.WELL
        assert not city.findings(Cause.INACTIVITY)
        _is_open_and_recovered(city)
        login = "caseworker" if hours == 24 else "technician"
        await city.resolve(login, Cause.GATEWAY_SILENT, Outcome.REPAIRED)


def _is_open_and_recovered(city: City) -> None:
    """Fail unless the one technical case is still open and says that the home is heard again."""
    (case,) = city.cases(Cause.GATEWAY_SILENT)
    assert case.state is not CaseState.RESOLVED
    assert all(one.recovered_at is not None for one in city.episodes(Cause.GATEWAY_SILENT))
    phases = [one.phase for one in city.findings(Cause.GATEWAY_SILENT)]
    assert phases[0] is Phase.BEGUN
    assert phases[-1] is Phase.RECOVERED


@pytest.mark.parametrize(
    ("dark_at", "about", "cause"),
    [
        ("11:00", "call", Cause.GATEWAY_SILENT),
        ("12:00", "inactivity", Cause.INACTIVITY),
        ("14:00", "inactivity", Cause.INACTIVITY),
    ],
)
async def test_half_way_rule(tmp_path: Path, dark_at: str, about: str, cause: Cause) -> None:
    """Half or more of the way was seen: the deadline stays. Less: somebody is asked to call."""
    async with city_from(tmp_path, "2026-03-10 06:00") as city:
        await city.active("kitchen")
        await city.until(dark_at)
        city.go_dark()
        await city.after(minutes=15)
        city.expect_mail("technician", about="gateway", at=dark_at, within=12 * MINUTE)
        await city.acknowledge("technician", Cause.GATEWAY_SILENT)

        await city.until("17:59")
        city.expect_no_more_mail()
        await city.until("18:05")
        city.expect_mail(
            "caseworker", about=about, at="18:00", says=f"cannot be seen since {dark_at}"
        )
        await city.acknowledge("caseworker", cause)
        await city.until("23:00")

        begun = [one for one in city.findings(Cause.INACTIVITY) if one.phase is Phase.BEGUN]
        expected = [] if about == "call" else [Reason.BLIND_PAST_HALF_WAY]
        assert [one.reason for one in begun] == expected


async def test_dark_home_is_asked_about_again_after_its_case_was_closed(tmp_path: Path) -> None:
    """Called, closed as well at 18:30, still dark: the line after an hour, a call after a day."""
    async with city_from(tmp_path, "2026-03-10 06:00") as city:
        await city.active("kitchen")
        await city.until("07:00")
        city.go_dark()
        await city.after(minutes=15)
        city.expect_mail("technician", about="gateway", at="07:00", within=12 * MINUTE)
        await city.acknowledge("technician", Cause.GATEWAY_SILENT)
        await city.until("18:05")
        city.expect_mail("caseworker", about="call", at="18:00")
        await city.acknowledge("caseworker", Cause.GATEWAY_SILENT)
        await city.until("18:30")
        await city.resolve("caseworker", Cause.GATEWAY_SILENT, Outcome.WELL)

        await city.until("19:29")
        city.expect_no_more_mail()
        await city.until("20:30")
        city.expect_mail("technician", about="gateway", at="19:30", within=61 * MINUTE)
        await city.acknowledge("technician", Cause.GATEWAY_SILENT)
        await city.until("18:29")
        city.expect_no_more_mail()
        await city.until("18:35")
        city.expect_mail("caseworker", about="call", at="18:30", within=2 * MINUTE)
        await city.acknowledge("caseworker", Cause.GATEWAY_SILENT)

        await city.active("kitchen")
        await city.come_back()
        await city.after(minutes=30)
        assert city.verdict().verdict is Verdict.WELL
        assert len(city.cases(Cause.GATEWAY_SILENT)) == 2
        assert city.findings(Cause.GATEWAY_SILENT)[-1].phase is Phase.RECOVERED
