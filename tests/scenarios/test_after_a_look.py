"""What is watched for after a person has looked, and in a home where nothing ever moved."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.case import CaseState, Outcome
from domain.finding import Cause, Phase
from domain.verdict import Verdict, VerdictReason
from tests.support.scenario import city_from
from tests.support.scenario_city import City

pytestmark = pytest.mark.scenario


async def _silence_is_closed(city: City, outcome: Outcome) -> None:
    """Six in the morning, then nothing: told at 18:00, looked after and closed at 18:30."""
    await city.active("bedroom")
    await city.until("18:00")
    city.expect_mail("caseworker", about="inactivity")
    await city.acknowledge("caseworker", Cause.INACTIVITY)
    await city.until("18:30")
    await city.resolve("caseworker", Cause.INACTIVITY, outcome)


@pytest.mark.parametrize("outcome", [Outcome.WELL, Outcome.HELPED])
async def test_silence_that_goes_on_after_a_look_is_told_after_a_day(
    tmp_path: Path, outcome: Outcome
) -> None:
    """Closed at 18:30 and still nothing the next day at 18:30: a new case, told as the first."""
    async with city_from(tmp_path, "2026-03-10 06:00") as city:
        await _silence_is_closed(city, outcome)
        assert city.verdict().verdict is Verdict.WELL
        await city.until("18:29")
        city.expect_no_more_mail()

        await city.until("18:30")
        city.expect_mail("caseworker", about="inactivity", says="No movement since 06:00 on 3/10")
        await city.acknowledge("caseworker", Cause.INACTIVITY)
        await city.after(hours=30)
        assert len(city.cases(Cause.INACTIVITY)) == 2


async def test_silence_that_nobody_verified_is_not_well_and_told_after_six_hours(
    tmp_path: Path,
) -> None:
    """Closed at 18:30 by somebody who reached nobody: in doubt on the board, told at 00:30."""
    async with city_from(tmp_path, "2026-03-10 06:00") as city:
        await _silence_is_closed(city, Outcome.UNVERIFIED)
        for clock in ("18:31", "00:29"):
            await city.until(clock)
            assert city.verdict().verdict is Verdict.CANNOT_SEE
            assert city.verdict().reason is VerdictReason.SILENT_UNVERIFIED
        city.expect_no_more_mail()

        await city.until("00:30")
        city.expect_mail("caseworker", about="inactivity")
        await city.acknowledge("caseworker", Cause.INACTIVITY)
        await city.resolve("caseworker", Cause.INACTIVITY, Outcome.UNVERIFIED)
        await city.active("bedroom")
        assert city.verdict().verdict is Verdict.WELL


@pytest.mark.parametrize("outcome", [Outcome.HOSPITAL, Outcome.DIED])
async def test_nobody_is_expected_at_home_until_somebody_moves(
    tmp_path: Path, outcome: Outcome
) -> None:
    """In hospital: quiet for days; the first movement sets a deadline again."""
    async with city_from(tmp_path, "2026-03-10 06:00") as city:
        await _silence_is_closed(city, outcome)
        await city.until("08:00", days=1)
        city.expect_no_more_mail()

        await city.active("bedroom")
        await city.until("20:00")
        city.expect_mail("caseworker", about="inactivity")
        await city.acknowledge("caseworker", Cause.INACTIVITY)


async def test_movement_after_a_look_is_life_as_usual(tmp_path: Path) -> None:
    """Activity takes precedence: the deadline runs from it, not from the person's look."""
    async with city_from(tmp_path, "2026-03-10 06:00") as city:
        await _silence_is_closed(city, Outcome.WELL)
        await city.until("20:00")
        await city.active("kitchen")
        await city.until("07:59")
        city.expect_no_more_mail()
        await city.until("08:00")
        city.expect_mail("caseworker", about="inactivity")
        await city.acknowledge("caseworker", Cause.INACTIVITY)


async def test_case_that_stays_open_is_told_once(tmp_path: Path) -> None:
    """Silence of three days with its case open: one finding, one case, one episode."""
    async with city_from(tmp_path, "2026-03-10 06:00") as city:
        await city.active("bedroom")
        await city.until("18:00")
        city.expect_mail("caseworker", about="inactivity")
        await city.acknowledge("caseworker", Cause.INACTIVITY)
        await city.until("18:00", days=1)

        assert len(city.findings(Cause.INACTIVITY)) == 1
        assert len(city.episodes(Cause.INACTIVITY)) == 1


async def test_help_case_closed_early_moves_no_deadline(tmp_path: Path) -> None:
    """Helped at ten, then nothing: the silence since the press is told at its own deadline."""
    async with city_from(tmp_path, "2026-03-10 09:00") as city:
        await city.press_help()
        city.expect_mail("caseworker", about="help")
        await city.acknowledge("caseworker", Cause.HELP)
        await city.until("10:00")
        await city.resolve("caseworker", Cause.HELP, Outcome.HELPED)
        await city.until("21:00")
        city.expect_mail("caseworker", about="inactivity")
        await city.acknowledge("caseworker", Cause.INACTIVITY)


async def test_home_in_which_nothing_ever_moved_is_not_forgotten(tmp_path: Path) -> None:
    """Commissioned, heard, and nobody moves for twelve hours: told, as the cap has it."""
    async with city_from(tmp_path, "2026-03-10 09:00") as city:
        await city.until("20:59")
        assert city.verdict().verdict is Verdict.CANNOT_SEE
        assert city.verdict().reason is VerdictReason.NEVER_ACTIVE
        city.expect_no_more_mail()

        await city.until("21:00")
        city.expect_mail("caseworker", about="inactivity", says="No movement since 09:00, for 12 h")
        await city.acknowledge("caseworker", Cause.INACTIVITY)
        await city.until("22:00")
        await city.active("kitchen")
        await city.until("09:00")

        begun, recovered = city.findings(Cause.INACTIVITY)
        assert (begun.phase, recovered.phase) == (Phase.BEGUN, Phase.RECOVERED)
        assert begun.last_activity_at is None
        assert city.case(Cause.INACTIVITY).state is CaseState.ACKNOWLEDGED
