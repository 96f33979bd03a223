"""Watching the watcher: the check from a synthetic home to its mailbox, and the switch outside."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from alerting.messages.phrases import phrases
from cli.canary import ACCESS
from cli.walk import EACH, LATE, Leg, Reach
from domain.access import service
from domain.case import CaseState
from domain.clock import VirtualClock
from domain.finding import Cause, Reason
from domain.verdict import Verdict
from storage.register import cases, homes, services
from tests.support.scenario import city_from
from tests.support.scenario_check import Check
from tests.support.scenario_city import SYSTEM, City

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
pytestmark = pytest.mark.scenario


def told_leg(leg: Leg) -> str:
    """Return what a mail says of a leg."""
    return phrases("en")["leg"][leg.reason]


def proved_at(city: City) -> timedelta:
    """Return how long ago the last proof was booked."""
    found = city.stores.register.read_now(lambda c: services.states(c, SYSTEM))
    (state,) = (one for one in found if one.name == "canary")
    return city.clock.now() - state.progress_at


async def begun(city: City, reach: Reach = Reach.MAILBOX) -> Check:
    """Begin to check, as the service does."""
    now = city.clock.now()
    await city.stores.register.write(lambda c: services.started(c, ACCESS, now=now))
    return Check(city, reach)


async def test_an_hour_of_checks_disturbs_nobody(tmp_path: Path) -> None:
    """Twelve arrive and ping outside; no person is told, no list and no number changes."""
    async with city_from(tmp_path, "2026-03-10 08:00") as city:
        check = await begun(city)
        await city.active("kitchen")

        await check.after(minutes=60)

        assert len(check.pings) == 12
        assert {b - a for a, b in zip(check.pings, check.pings[1:], strict=False)} == {EACH}
        assert len(city.mail.checks) == 12
        city.expect_no_more_mail()
        assert city.verdict().verdict is Verdict.WELL
        listed = city.stores.register.read_now(
            lambda c: homes.summaries(c, SYSTEM, city.vault, now=city.clock.now())
        )
        assert [one.code for one in listed] == ["K-07"]
        assert all(case.state is CaseState.RESOLVED for case in city.cases(Cause.HELP))

        await city.press_help()
        city.expect_mail("caseworker", about="help", says="(case 1)")


@pytest.mark.parametrize("leg", [leg for leg in Leg if leg is not Leg.ALERTING])
async def test_a_check_that_stops_is_told_with_its_leg_and_so_is_its_return(
    tmp_path: Path, leg: Leg
) -> None:
    """Within ten minutes of the break a technician knows where to look; nothing is pinged."""
    async with city_from(tmp_path, "2026-03-10 08:00") as city:
        check = await begun(city)
        await check.after(minutes=1)
        check.cut, check.pings = leg, []

        await check.after(minutes=10)
        city.expect_mail("technician", about="check", at="08:10", says=told_leg(leg))
        await city.acknowledge("technician", Cause.SERVICE_FAILED)
        await check.after(minutes=30)
        assert check.pings == []
        assert proved_at(city) == 41 * MINUTE
        (episode,) = city.episodes(Cause.SERVICE_FAILED)
        assert episode.recovered_at is None

        await check.mend()
        await check.after(minutes=10)
        assert check.pings != []
        assert proved_at(city) <= EACH
        (episode,) = city.episodes(Cause.SERVICE_FAILED)
        assert episode.recovered_at == check.pings[0]
        assert city.case(Cause.SERVICE_FAILED).state is CaseState.ACKNOWLEDGED


async def test_a_check_that_alerting_does_not_take_up_is_told_when_it_can_be(
    tmp_path: Path,
) -> None:
    """While alerting is dead only the page and the switch outside can tell; then it is told."""
    async with city_from(tmp_path, "2026-03-10 08:00") as city:
        check = await begun(city)
        await check.after(minutes=1)
        check.cut, check.pings = Leg.ALERTING, []

        await check.after(minutes=20)
        city.expect_no_more_mail()
        assert check.pings == []
        assert [one.reason for one in city.findings(Cause.SERVICE_FAILED)] == [
            Reason.CHECK_STOPPED_AT_ALERTING
        ]

        await check.mend()
        city.expect_mail("technician", about="check", says=told_leg(Leg.ALERTING))
        await check.after(minutes=5)
        assert check.pings != []


async def test_a_check_that_stops_again_is_told_again(tmp_path: Path) -> None:
    """The open case of the first break does not hide the second."""
    async with city_from(tmp_path, "2026-03-10 08:00") as city:
        check = await begun(city)
        check.cut = Leg.BROKER
        await check.after(minutes=10)
        city.expect_mail("technician", about="check", at="08:05", says=told_leg(Leg.BROKER))
        await city.acknowledge("technician", Cause.SERVICE_FAILED)
        await check.mend()
        await check.after(minutes=10)

        check.cut = Leg.MAILBOX
        await check.after(minutes=15)
        city.expect_mail(
            "technician", about="check", at="08:25", within=EACH, says=told_leg(Leg.MAILBOX)
        )
        await city.acknowledge("technician", Cause.SERVICE_FAILED)


async def test_what_was_told_is_known_after_a_restart(tmp_path: Path) -> None:
    """Started anew in the middle of a break it is told once, and so is its end."""
    async with city_from(tmp_path, "2026-03-10 08:00") as city:
        check = await begun(city)
        check.cut = Leg.INGEST
        await check.after(minutes=8)
        city.expect_mail("technician", about="check", at="08:05", says=told_leg(Leg.INGEST))
        await city.acknowledge("technician", Cause.SERVICE_FAILED)

        check.restart()
        await check.after(minutes=20)
        city.expect_no_more_mail()
        await check.mend()
        check.restart()
        await check.after(minutes=2)

        assert [one.reason for one in city.findings(Cause.SERVICE_FAILED)] == [
            Reason.CHECK_STOPPED_AT_INGEST,
            Reason.CHECK_ARRIVES,
        ]


async def test_without_a_mailbox_the_proof_ends_where_it_is_said_to(tmp_path: Path) -> None:
    """The mail server's yes is a proof; a case that opens is none that the outside may hear."""
    async with city_from(tmp_path / "accepted", "2026-03-10 08:00") as city:
        check = await begun(city, Reach.ACCEPTED)
        check.cut = Leg.MAILBOX
        await check.after(minutes=10)
        assert len(check.pings) == 2

    async with city_from(tmp_path / "case", "2026-03-10 08:00") as city:
        check = await begun(city, Reach.CASE)
        await check.after(minutes=10)
        assert check.pings == []
        assert city.mail.checks == []
        assert proved_at(city) <= EACH


async def test_the_outside_hears_of_no_proof_while_the_detector_stands_still(
    tmp_path: Path,
) -> None:
    """X02: a press does not pass through it; so the walk arrives, and yet nobody is watching."""
    detector = service("watcher")
    async with city_from(tmp_path, "2026-03-10 08:00") as city:
        register = city.stores.register
        check = await begun(city)
        check.watched = (detector.actor,)
        check.restart()
        await check.after(minutes=10)
        assert check.pings == []  # it never started

        await register.write(lambda c: services.started(c, detector, now=city.clock.now()))
        for _ in range(10):
            await register.write(lambda c: services.progressed(c, detector, now=city.clock.now()))
            await check.after(minutes=1)
        assert len(check.pings) >= 2

        stands_still_at = city.clock.now() + services.STILL_AFTER
        await check.after(minutes=20)
        assert max(check.pings) <= stands_still_at
        assert proved_at(city) <= EACH
        assert city.findings(Cause.SERVICE_FAILED) == []


async def test_a_check_and_a_real_emergency_do_not_touch_each_other(tmp_path: Path) -> None:
    """A press in the minute of a check is told, stays taken on, and ends by a person only."""
    async with city_from(tmp_path, "2026-03-10 08:00") as city:
        check = await begun(city)
        await check.after(minutes=5)
        await city.press_help()
        city.expect_mail("caseworker", about="help", says="URGENT")
        await city.acknowledge("caseworker", Cause.HELP)
        mine = city.stores.register.read_now(
            lambda c: cases.open_of_matter(c, SYSTEM, f"{city.homes[0].id}|help")
        )
        assert mine is not None

        await check.after(minutes=9)
        check.cut = Leg.MAIL
        await check.after(minutes=2)

        again = city.stores.register.read_now(
            lambda c: cases.open_of_matter(c, SYSTEM, f"{city.homes[0].id}|help")
        )
        assert again == mine
        assert len(check.pings) == 3
        await check.mend()


async def test_the_check_leaves_nothing_behind(tmp_path: Path) -> None:
    """After a night of checks an hour of them can be looked into, and no more."""
    async with city_from(tmp_path, "2026-03-10 20:00") as city:
        check = await begun(city)
        await city.active("kitchen")

        await check.after(hours=5)

        kept = city.cases(Cause.HELP)
        assert len(kept) <= HOUR / EACH + 2
        assert len(city.findings(Cause.HELP)) <= HOUR / EACH + 2
        city.expect_no_more_mail()


async def test_a_step_that_fell_due_while_the_machine_slept_is_taken_at_once(
    tmp_path: Path,
) -> None:
    """C08: ten minutes of sleep delay the next step by the sleep, and by nothing more."""
    async with city_from(tmp_path, "2026-03-10 08:00") as city:
        check = await begun(city)
        await check.after(minutes=4)
        await city.press_help()
        city.expect_mail("caseworker", about="help")
        await check.after(minutes=4)

        sleep(city.clock, LATE * 2)
        await city.settle()
        city.expect_mail("caseworker", "colleague", about="help", at="08:18")
        await check.after(minutes=1)
        assert check.pings[-1] >= city.time("08:18")


async def test_a_walk_in_which_the_machine_slept_says_nothing_of_the_way(tmp_path: Path) -> None:
    """C08: it is begun anew; neither sleep nor a clock that was set back is a broken way."""
    async with city_from(tmp_path, "2026-03-10 08:00") as city:
        check = await begun(city)
        check.cut = Leg.BROKER
        await check.after(minutes=1)

        sleep(city.clock, LATE * 2)
        await city.settle()
        await check.mend()
        await check.after(minutes=2)

        assert city.findings(Cause.SERVICE_FAILED) == []
        assert len(check.pings) == 1


def sleep(clock: VirtualClock, lasting: timedelta) -> None:
    """Let the machine sleep: nothing runs, and then it is later."""
    clock.push(clock.now() + lasting)
