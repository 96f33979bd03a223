"""Taken on, forgotten, handed on: nobody has a case for longer than they give word."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from alerting.escalation import MAX_EXTENSIONS, OWNER_WAIT, Step, Who
from alerting.ownership import Stays
from domain.case import CaseState, Outcome
from domain.finding import Cause, Finding, Phase, Reason
from storage.register import findings
from storage.register.case_events import Word
from storage.signals import Log
from tests.support.scenario import city_from
from tests.support.scenario_city import SYSTEM, City
from tests.support.scenario_escalation import leave, say_still_on_it, set_policy

SECONDS = timedelta(seconds=5)
TEN = timedelta(minutes=10)
pytestmark = pytest.mark.scenario


async def _silence(city: City) -> None:
    """Nobody moves after 06:00; the caseworker is told at 18:00."""
    await city.active("kitchen")
    await city.until("18:00")
    city.expect_mail("caseworker", about="inactivity", within=SECONDS)


async def test_taken_on_and_then_nothing(tmp_path: Path) -> None:
    """A04: taken on at 18:05: asked at 18:20; no word until 18:35: the colleagues are called."""
    async with city_from(tmp_path, "2026-03-10 06:00", patience=None) as city:
        await _silence(city)
        await city.until("18:05")
        await city.acknowledge("caseworker", Cause.INACTIVITY)
        await city.until("18:19")
        city.expect_no_more_mail()

        await city.until("18:20")
        city.expect_mail(
            "caseworker",
            about="inactivity",
            within=SECONDS,
            says="You took this on at 18:05, and nothing was heard since",
        )
        await city.until("18:34")
        assert city.case(Cause.INACTIVITY).state is CaseState.ACKNOWLEDGED
        city.expect_no_more_mail()

        await city.until("18:35")
        city.expect_mail("caseworker", "colleague", about="inactivity", within=SECONDS)
        case = city.case(Cause.INACTIVITY)
        assert (case.state, case.acknowledged_by) == (CaseState.TRIGGERED, None)
        told = [one.word for one in city.timeline(Cause.INACTIVITY)]
        assert told[-3:] == [Word.OWNER_ASKED, Word.LAPSED, Word.STEP_TAKEN]

        await city.acknowledge("colleague", Cause.INACTIVITY)
        await city.until("18:40")
        await city.resolve("colleague", Cause.INACTIVITY)
        await city.until("20:00")


async def test_whoever_stays_on_it_is_not_asked(tmp_path: Path) -> None:
    """A word each ten minutes moves the deadline, each is written down, and it has an end."""
    async with city_from(tmp_path, "2026-03-10 06:00", patience=None) as city:
        await _silence(city)
        await city.acknowledge("caseworker", Cause.INACTIVITY)
        taken_at = city.clock.now()
        for left in reversed(range(MAX_EXTENSIONS)):
            await city.after(minutes=10)
            said = await say_still_on_it(city, "caseworker")
            assert (said.result, said.left) == (Stays.DONE, left)
            assert said.until == city.clock.now() + OWNER_WAIT
        city.expect_no_more_mail()
        stranger = await say_still_on_it(city, "colleague")
        assert stranger.result is Stays.NOT_FOUND

        await city.after(minutes=10)
        assert (
            await say_still_on_it(city, "caseworker", Cause.INACTIVITY)
        ).result is Stays.TOO_OFTEN
        await city.after(minutes=5)
        city.expect_mail("caseworker", about="inactivity", within=SECONDS, says="You took this on")
        await city.after(minutes=15)
        city.expect_mail("caseworker", "colleague", about="inactivity", within=SECONDS)
        assert city.clock.now() - taken_at <= (MAX_EXTENSIONS + 2) * OWNER_WAIT

        words = [one.word for one in city.timeline(Cause.INACTIVITY)]
        assert words.count(Word.STILL_ON_IT) == MAX_EXTENSIONS
        await city.resolve("colleague", Cause.INACTIVITY)


async def test_lapse_behind_the_last_step_begins_the_ladder_again(tmp_path: Path) -> None:
    """Taken on by the last who were called, and forgotten: the first are called again."""
    async with city_from(tmp_path, "2026-03-10 06:00", patience=None) as city:
        await _silence(city)
        await city.until("18:10")
        city.expect_mail("caseworker", "colleague", about="inactivity", within=SECONDS)
        await city.acknowledge("colleague", Cause.INACTIVITY)
        await city.until("18:25")
        city.expect_mail("colleague", about="inactivity", within=SECONDS, says="You took this on")
        await city.until("18:40")
        city.expect_mail("caseworker", about="inactivity", within=SECONDS)
        await city.until("18:50")
        city.expect_mail("caseworker", "colleague", about="inactivity", within=SECONDS)

        steps = [
            one.detail["step"]
            for one in city.timeline(Cause.INACTIVITY)
            if one.word is Word.STEP_TAKEN
        ]
        assert steps == [1, 2, 3, 4]
        await city.resolve("caseworker", Cause.INACTIVITY)


async def test_only_a_person_closes_a_case(tmp_path: Path) -> None:
    """Told, exhausted, moving again, two days: it is open until somebody says how she is."""
    async with city_from(tmp_path, "2026-03-10 06:00", patience=None) as city:
        await _silence(city)
        await city.until("18:10")
        city.expect_mail("caseworker", "colleague", about="inactivity", within=SECONDS)
        await city.until("18:30")
        await city.active("kitchen")
        await city.live("18:00")

        (case,) = city.cases(Cause.INACTIVITY)
        assert case.state is CaseState.TRIGGERED
        (episode,) = city.episodes(Cause.INACTIVITY)
        assert episode.recovered_at is not None
        await city.resolve("colleague", Cause.INACTIVITY)
        assert city.case(Cause.INACTIVITY).outcome is Outcome.WELL


async def test_step_without_anybody_is_skipped_at_once(tmp_path: Path) -> None:
    """A05: the assigned caseworker has left: a colleague hears at 18:00, a technician why."""
    async with city_from(tmp_path, "2026-03-10 06:00", patience=None) as city:
        await city.active("kitchen")
        await city.until("12:00")
        leave(city, "caseworker")
        await city.until("18:00")
        told = {one.login: one.about for one in city.mail.take("colleague", "technician")}
        assert told == {"colleague": "inactivity", "technician": "setup"}
        (case,) = city.cases(Cause.INACTIVITY)
        skipped = [one for one in city.timeline(Cause.INACTIVITY) if one.word is Word.STEP_SKIPPED]
        assert [(one.detail["step"], one.detail["who"]) for one in skipped] == [(1, "assigned")]
        assert skipped[0].at == city.clock.now() == case.opened_at

        await city.acknowledge("technician", Cause.SERVICE_FAILED)
        await city.resolve("colleague", Cause.INACTIVITY)
        await city.until("06:00")
        await city.active("kitchen")
        await city.until("17:59")
        city.expect_no_more_mail()
        await city.until("18:00")
        told = {one.login: one.about for one in city.mail.take("colleague", "technician")}
        assert told == {"colleague": "inactivity", "technician": "setup"}, (
            "a day of mending is over"
        )
        assert len(city.cases(Cause.SERVICE_FAILED)) == 1
        await city.resolve("colleague", Cause.INACTIVITY)


async def test_edited_policy_does_not_change_a_running_case(tmp_path: Path) -> None:
    """Changed at 18:05: this case goes on as it began, and the next one does not."""
    async with city_from(tmp_path, "2026-03-10 06:00", patience=None) as city:
        await _silence(city)
        await city.until("18:05")
        set_policy(city, Step(who=Who.CASEWORKERS, wait=TEN))
        await city.until("18:10")
        city.expect_mail("caseworker", "colleague", about="inactivity", within=SECONDS)
        await city.resolve("colleague", Cause.INACTIVITY)

        await city.until("06:00")
        await city.active("kitchen")
        await city.until("18:00")
        city.expect_mail("caseworker", "colleague", about="inactivity", within=SECONDS)
        first = next(o for o in city.timeline(Cause.INACTIVITY) if o.word is Word.STEP_TAKEN)
        assert first.detail["policy"] == "municipality"
        await city.resolve("colleague", Cause.INACTIVITY)


async def test_overdue_steps_are_taken_at_once_and_once(tmp_path: Path) -> None:
    """A08: down from 18:01 to 18:31: the step of 18:10 at 18:31, then its own wait begins."""
    async with city_from(tmp_path, "2026-03-10 06:00", patience=None) as city:
        await _silence(city)
        await city.until("18:01")
        await city.be_down(minutes=30)
        city.expect_mail("caseworker", "colleague", about="inactivity", within=SECONDS)
        await city.until("18:40")
        city.expect_no_more_mail()
        assert city.episodes(Cause.INACTIVITY)[0].next_step_at == city.time("18:31") + TEN
        await city.until("19:30")
        words = [one.word for one in city.timeline(Cause.INACTIVITY)]
        assert words.count(Word.STEP_TAKEN) == 2
        assert words.count(Word.EXHAUSTED) == 1
        await city.resolve("colleague", Cause.INACTIVITY)


async def test_owner_who_sleeps_through_an_outage_is_asked_first(tmp_path: Path) -> None:
    """A08: down past both deadlines: asked at the start, the colleagues 15 minutes after that."""
    async with city_from(tmp_path, "2026-03-10 06:00", patience=None) as city:
        await _silence(city)
        await city.acknowledge("caseworker", Cause.INACTIVITY)
        await city.be_down(minutes=60)
        city.expect_mail("caseworker", about="inactivity", within=SECONDS, says="You took this on")
        await city.after(minutes=15)
        city.expect_mail("caseworker", "colleague", about="inactivity", within=SECONDS)
        await city.resolve("colleague", Cause.INACTIVITY)


async def test_same_cause_again_is_one_case(tmp_path: Path) -> None:
    """A10: found fifty times, by a detector that starts again and again: one case, one message."""
    async with city_from(tmp_path, "2026-03-10 06:00", patience=None) as city:
        await _silence(city)
        now, home = city.clock.now(), city.homes[0].id
        for minute in range(50):
            again = Finding(
                home=home,
                cause=Cause.INACTIVITY,
                phase=Phase.BEGUN,
                reason=Reason.SILENCE_PAST_DEADLINE,
                began_at=now + timedelta(seconds=minute),
                found_at=now,
            )
            append = partial(findings.append, access=SYSTEM, finding=again)
            await city.stores.register.write(append)
        city.stores.signals.notify(Log.FINDING)
        await city.settle()

        (case,) = city.cases(Cause.INACTIVITY)
        words = [one.word for one in city.timeline(Cause.INACTIVITY)]
        assert (case.state, words.count(Word.EVIDENCE)) == (CaseState.TRIGGERED, 50)
        await city.resolve("caseworker", Cause.INACTIVITY)


async def test_new_episode_voids_the_acknowledgement_and_its_deadline(tmp_path: Path) -> None:
    """Pressed again three minutes after it was taken on: told anew, and nobody has it."""
    async with city_from(tmp_path, "2026-03-10 06:00", patience=None) as city:
        await city.press_help()
        city.expect_mail("caseworker", about="help", within=SECONDS)
        await city.acknowledge("caseworker", Cause.HELP)
        await city.after(minutes=3)
        await city.press_help()
        city.expect_mail("caseworker", about="help", says="This is new in the open case")
        await city.after(minutes=10)
        city.expect_mail("caseworker", "colleague", about="help", within=SECONDS)
        await city.resolve("colleague", Cause.HELP)
        await city.after(minutes=30)
