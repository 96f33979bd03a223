"""People answer messages by their one-time links, and all who were told hear of it."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from alerting import reply_links
from alerting.ports import Attempt
from alerting.ports import Outcome as Sent
from alerting.replies import Answer, Result
from alerting.reply_links import LinkState
from domain.access import service
from domain.case import CaseState, Outcome
from domain.finding import Cause
from domain.reply import OF_ASKED, Reply
from domain.verdict import Verdict
from storage.register.case_events import Word
from storage.signals import Log
from tests.support.scenario import city_from
from tests.support.scenario_city import City
from tests.support.scenario_escalation import ask_first
from tests.support.scenario_mail import Told

DOOR = service("dashboard")
NO_SUCH = Attempt(outcome=Sent.REFUSED, error="550 5.1.1 unknown", is_address_bad=True)
ACCEPTED = Attempt(outcome=Sent.ACCEPTED)
LINK = re.compile(r"https://mimamori\.example/r/(\S+)")
pytestmark = pytest.mark.scenario


def link_of(told: Told) -> str:
    """Return the token in a message."""
    (token,) = LINK.findall(told.message.body)
    return str(token)


async def reply(city: City, told: Told, what: Reply, *, days: float | None = None) -> Answer | None:
    """Let whoever got a message answer it by its link, now."""
    now = city.clock.now()
    until = None if days is None else now + timedelta(days=days)
    answer = await city.stores.register.write(
        lambda c: reply_links.answer(c, DOOR, link_of(told), what, now=now, until=until)
    )
    city.stores.signals.notify(Log.CASE)
    await city.settle()
    return answer


async def test_i_will_check(tmp_path: Path) -> None:
    """18:00 told, 18:10 told with all; the colleague takes it by the link, the other hears."""
    async with city_from(tmp_path, "2026-03-10 06:00") as city:
        await city.active("kitchen")
        await city.until("18:11")
        city.expect_mail("caseworker", about="inactivity", at="18:00")
        second = city.expect_mail("caseworker", "colleague", about="inactivity", at="18:10")
        (of_colleague,) = [one for one in second if one.login == "colleague"]

        answer = await reply(city, of_colleague, Reply.CHECKING)
        assert answer is not None
        assert answer.result is Result.DONE
        (heard,) = city.expect_mail("caseworker", about="news", says="has taken it on")
        assert "No movement since 06:00" in heard.message.body
        assert "K-07" in heard.message.body
        assert "Yamada" not in heard.message.body
        assert city.case(Cause.INACTIVITY).state is CaseState.ACKNOWLEDGED
        await city.after(hours=2)


async def test_spoke_to_her_and_late_evidence_agrees(tmp_path: Path) -> None:
    """All well at 18:05; movement of 17:50 arrives at 18:40 and is added: a person closes."""
    async with city_from(tmp_path, "2026-03-10 06:00") as city:
        await city.active("kitchen")
        await city.until("17:45")
        city.go_dark()
        await city.until("17:50")
        await city.active("bedroom")
        await city.until("18:06")
        city.expect_mail("technician", about="gateway", at="17:55", within=timedelta(minutes=2))
        (told,) = city.expect_mail(
            "caseworker", about="inactivity", at="18:00", within=timedelta(minutes=3)
        )
        await reply(city, told, Reply.SPOKE)
        assert city.case(Cause.INACTIVITY).state is CaseState.ACKNOWLEDGED
        await city.acknowledge("technician", Cause.GATEWAY_SILENT)

        await city.until("18:40")
        await city.come_back()
        await city.after(minutes=2)
        assert city.case(Cause.INACTIVITY).state is CaseState.ACKNOWLEDGED
        words = [event.word for event in city.timeline(Cause.INACTIVITY)]
        assert words.index(Word.REPLIED) < words.index(Word.RECOVERED)
        late = city.timeline(Cause.INACTIVITY)[words.index(Word.RECOVERED)]
        assert str(late.detail["happened_at"]) < str(late.detail["arrived_at"])
        await city.resolve("caseworker", Cause.INACTIVITY)


async def test_away_until_sunday(tmp_path: Path) -> None:
    """Away by the link: an absence with owner and end; after the closing the home is away."""
    async with city_from(tmp_path, "2026-03-10 06:00") as city:
        await city.active("kitchen")
        await city.until("18:00")
        (told,) = city.expect_mail("caseworker", about="inactivity")
        await reply(city, told, Reply.AWAY, days=3)
        await city.resolve("caseworker", Cause.INACTIVITY, Outcome.WELL)
        assert city.verdict().verdict is Verdict.AWAY

        await city.until("17:00", days=2)
        assert city.verdict().verdict is Verdict.AWAY
        assert len(city.cases(Cause.INACTIVITY)) == 1


async def test_please_visit_voids_nothing(tmp_path: Path) -> None:
    """The ladder goes on beside the wish: 18:10 all are told, and those who were hear the wish."""
    async with city_from(tmp_path, "2026-03-10 06:00") as city:
        await city.active("kitchen")
        await city.until("18:00")
        (told,) = city.expect_mail("caseworker", about="inactivity")
        await reply(city, told, Reply.VISIT)
        city.expect_mail("colleague", about="news", says="asks for a visit")
        assert city.case(Cause.INACTIVITY).state is CaseState.TRIGGERED

        await city.until("18:10")
        city.expect_mail("caseworker", "colleague", about="inactivity")
        await city.acknowledge("colleague", Cause.INACTIVITY)


async def test_news_that_are_refused_hurry_nobody(tmp_path: Path) -> None:
    """18:00 told, 18:02 a visit is asked for: nobody can hear it, and the next step is at 18:10."""
    async with city_from(tmp_path, "2026-03-10 06:00") as city:
        await city.active("kitchen")
        await city.until("18:00")
        (told,) = city.expect_mail("caseworker", about="inactivity")
        await city.until("18:02")
        city.mail.answers["colleague"] = [NO_SUCH, ACCEPTED]
        await reply(city, told, Reply.VISIT)
        city.expect_mail("technician", about="address")
        (episode,) = city.episodes(Cause.INACTIVITY)
        assert (episode.steps_taken, episode.next_step_at) == (
            1,
            city.time("18:00") + timedelta(minutes=10),
        )

        await city.until("18:09")
        city.expect_no_more_mail()
        await city.until("18:10")
        city.expect_mail("caseworker", "colleague", about="inactivity")
        await city.acknowledge("colleague", Cause.INACTIVITY)


async def test_an_old_link_never_answers_the_next_emergency(tmp_path: Path) -> None:
    """The link of 18:00 at 18:31 is over; that of an earlier press answers no newer one."""
    async with city_from(tmp_path, "2026-03-10 09:00") as city:
        await city.press_help()
        (first,) = city.expect_mail("caseworker", about="help")
        await city.until("09:05")
        await city.press_help()
        (second,) = city.expect_mail("caseworker", about="help", says="This is new")
        assert await reply(city, first, Reply.CHECKING) is None
        assert city.case(Cause.HELP).state is CaseState.TRIGGERED

        await city.until("09:36")
        assert await reply(city, second, Reply.CHECKING) is None
        shown = city.stores.register.read_now(
            lambda c: reply_links.look(c, DOOR, link_of(second), now=city.clock.now())
        )
        assert shown.state is LinkState.EXPIRED
        city.expect_mail("caseworker", "colleague", about="help", at="09:15")
        await city.acknowledge("caseworker", Cause.HELP)


async def test_all_hear_how_it_ended(tmp_path: Path) -> None:
    """Closed by the colleague: the caseworker hears outcome and cause, without the note."""
    async with city_from(tmp_path, "2026-03-10 09:00") as city:
        await city.press_help()
        city.expect_mail("caseworker", about="help")
        await city.until("09:10")
        second = city.expect_mail("caseworker", "colleague", about="help")
        (of_colleague,) = [one for one in second if one.login == "colleague"]
        await reply(city, of_colleague, Reply.SPOKE)
        city.expect_mail("caseworker", about="news", says="all well")
        (closed,) = await city.resolve("colleague", Cause.HELP, Outcome.HELPED)
        assert "needed help and got it. It was: something else." in closed.message.body
        assert await reply(city, of_colleague, Reply.CHECKING) is None


@pytest.mark.parametrize("what", [Reply.WELL, Reply.HELP])
async def test_resident_who_is_asked_first_answers_by_the_link(tmp_path: Path, what: Reply) -> None:
    """Asked at 18:00: "I am well" wakes nobody, "I need help" calls people at once."""
    async with city_from(tmp_path, "2026-03-10 06:00") as city:
        ask_first(city, minutes=10)
        await city.active("kitchen")
        await city.until("18:00")
        (asked,) = city.expect_mail("resident", about="asking")
        shown = city.stores.register.read_now(
            lambda c: reply_links.look(c, DOOR, link_of(asked), now=city.clock.now())
        )
        assert (shown.replies, shown.number, shown.home_code) == (OF_ASKED, None, None)
        assert await reply(city, asked, Reply.CHECKING) == Answer(result=Result.NOT_ALLOWED)

        await city.until("18:03")
        await reply(city, asked, what)
        if what is Reply.HELP:
            city.expect_mail("caseworker", about="inactivity")
            await city.acknowledge("caseworker", Cause.INACTIVITY)
        else:
            assert city.case(Cause.INACTIVITY).state is CaseState.ANSWERED
            await city.until("19:30")


async def test_link_of_a_question_is_over_when_people_are_called(tmp_path: Path) -> None:
    """Asked at 18:00, called at 18:10: the link of 18:00 holds nothing back at 18:12."""
    async with city_from(tmp_path, "2026-03-10 06:00") as city:
        ask_first(city, minutes=10)
        await city.active("kitchen")
        await city.until("18:11")
        (asked,) = city.expect_mail("resident", about="asking", at="18:00")
        city.expect_mail("caseworker", about="inactivity", at="18:10")
        assert await reply(city, asked, Reply.WELL) is None
        assert city.case(Cause.INACTIVITY).state is CaseState.TRIGGERED
        await city.acknowledge("caseworker", Cause.INACTIVITY)
