"""The resident is asked first, and nothing urgent ever waits for it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from alerting.asking import ANSWER_LASTS, How
from domain.case import CaseState
from domain.finding import Cause
from storage.register.case_events import Word
from tests.support.scenario import city_from
from tests.support.scenario_city import City
from tests.support.scenario_escalation import answer, ask_first

SECONDS = timedelta(seconds=5)
pytestmark = pytest.mark.scenario


async def _ask(city: City) -> None:
    """Nobody moves after 06:00; the resident is asked at 18:00, for ten minutes."""
    ask_first(city, minutes=10)
    await city.active("kitchen")
    await city.until("18:00")
    city.expect_mail("resident", about="asking", within=SECONDS, says="please move about")
    assert city.case(Cause.INACTIVITY).state is CaseState.ASKING


async def test_no_answer_calls_people_after_ten_minutes(tmp_path: Path) -> None:
    """Asked at 18:00, no sign until 18:10: the caseworker, as if it were the first minute."""
    async with city_from(tmp_path, "2026-03-10 06:00", patience=None) as city:
        await _ask(city)
        await city.until("18:09")
        city.expect_no_more_mail()
        await city.until("18:10")
        city.expect_mail("caseworker", about="inactivity", within=SECONDS)
        await city.until("18:20")
        city.expect_mail("caseworker", "colleague", about="inactivity", within=SECONDS)
        words = [one.word for one in city.timeline(Cause.INACTIVITY)]
        assert words[:4] == [
            Word.OPENED,
            Word.RESIDENT_ASKED,
            Word.RESIDENT_SILENT,
            Word.STEP_TAKEN,
        ]
        await city.resolve("colleague", Cause.INACTIVITY)


async def test_movement_answers(tmp_path: Path) -> None:
    """She gets up at 18:04: nobody is woken; the case stays for a person; the next silence asks."""
    async with city_from(tmp_path, "2026-03-10 06:00", patience=None) as city:
        await _ask(city)
        await city.until("18:04")
        await city.active("bedroom")
        assert city.case(Cause.INACTIVITY).state is CaseState.ANSWERED
        await city.until("06:03")
        city.expect_no_more_mail()

        await city.until("06:05")
        city.expect_mail("resident", about="asking", at="06:04")
        await city.until("06:15")
        city.expect_mail("caseworker", about="inactivity", at="06:14", says="This is new")
        assert [one.number for one in city.episodes(Cause.INACTIVITY)] == [1, 2]
        await city.resolve("caseworker", Cause.INACTIVITY)


async def test_link_answers_but_only_a_movement_lasts(tmp_path: Path) -> None:
    """Well by the link: nobody is woken for two hours; when nothing has moved by then, called."""
    async with city_from(tmp_path, "2026-03-10 06:00", patience=None) as city:
        await _ask(city)
        assert await answer(city, How.WELL)
        assert city.case(Cause.INACTIVITY).state is CaseState.ANSWERED
        await city.run_until(city.clock.now() + ANSWER_LASTS - timedelta(minutes=1))
        city.expect_no_more_mail()
        await city.after(minutes=1)
        city.expect_mail("caseworker", about="inactivity", within=SECONDS)
        assert not await answer(city, How.WELL)
        assert city.case(Cause.INACTIVITY).state is CaseState.TRIGGERED
        await city.resolve("caseworker", Cause.INACTIVITY)


async def test_asking_for_help_by_the_link_calls_at_once(tmp_path: Path) -> None:
    """Help by the link: it does not wait for the ten minutes."""
    async with city_from(tmp_path, "2026-03-10 06:00", patience=None) as city:
        await _ask(city)
        await city.until("18:02")
        assert await answer(city, How.NEEDS_HELP)
        city.expect_mail("caseworker", about="inactivity", within=SECONDS)
        await city.resolve("caseworker", Cause.INACTIVITY)


async def test_help_press_is_never_taken_for_an_answer(tmp_path: Path) -> None:
    """Pressed while she is asked: an emergency; both cases call at once."""
    async with city_from(tmp_path, "2026-03-10 06:00", patience=None) as city:
        await _ask(city)
        await city.until("18:02")
        await city.press_help()
        about = sorted(one.about for one in city.mail.take("caseworker", "caseworker"))
        assert about == ["help", "inactivity"]
        assert city.case(Cause.INACTIVITY).state is CaseState.TRIGGERED
        await city.resolve("caseworker", Cause.INACTIVITY)
        await city.resolve("caseworker", Cause.HELP)


@pytest.mark.parametrize(
    ("minutes", "contact", "why"), [(10, None, "no_way"), (0, "resident", "off")]
)
async def test_who_cannot_be_asked_is_not_waited_for(
    tmp_path: Path, minutes: int, contact: str | None, why: str
) -> None:
    """No mailbox of the resident, or not wanted: people at once, and the timeline says why."""
    async with city_from(tmp_path, "2026-03-10 06:00", patience=None) as city:
        ask_first(city, minutes=minutes, contact=contact)
        await city.active("kitchen")
        await city.until("18:00")
        city.expect_mail("caseworker", about="inactivity", within=SECONDS)
        (step,) = [o for o in city.timeline(Cause.INACTIVITY) if o.word is Word.STEP_TAKEN]
        assert step.detail["not_asked"] == why
        await city.resolve("caseworker", Cause.INACTIVITY)


async def test_urgent_and_blind_are_not_asked(tmp_path: Path) -> None:
    """A help press, and a home that went dark on its way to the deadline, call people at once."""
    async with city_from(tmp_path, "2026-03-10 06:00", patience=None) as city:
        ask_first(city, minutes=10)
        await city.press_help()
        city.expect_mail("caseworker", about="help", within=SECONDS)
        await city.resolve("caseworker", Cause.HELP)
        await city.until("13:00")
        city.go_dark()
        await city.until("13:15")
        city.expect_mail("technician", about="gateway", at="13:10", within=timedelta(minutes=2))
        await city.acknowledge("technician", Cause.GATEWAY_SILENT)
        await city.until("18:02")
        city.expect_mail("caseworker", about="inactivity", at="18:00", within=timedelta(minutes=2))
        await city.resolve("caseworker", Cause.INACTIVITY)
