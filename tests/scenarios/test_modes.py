"""Modes of a home: messages held back, a visitor, a test; each ends by itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from alerting import pauses as use_cases
from domain.absence import Mode
from domain.case import CaseState
from domain.errors import InputError
from domain.finding import Cause
from storage.register import pauses
from storage.register.case_events import Word
from storage.register.standing import standing_now
from storage.signals import Log
from tests.support.scenario import city_from
from tests.support.scenario_city import City

pytestmark = pytest.mark.scenario


def modes(city: City) -> list[str]:
    """Return the modes that hold now, as the dispatcher sees them."""
    now, who = city.clock.now(), city.people["caseworker"]
    return [
        one.what for one in city.stores.register.read_now(lambda c: standing_now(c, who, now=now))
    ]


async def test_forgotten_mute_ends_by_itself(tmp_path: Path) -> None:
    """A09: eight hours from 15:00; the silence of 18:00 waits, and is told at 23:00."""
    async with city_from(tmp_path, "2026-03-10 06:00") as city:
        await city.active("kitchen")
        await city.until("15:00")
        with pytest.raises(InputError, match="ABS-002"):
            city.begin(Mode.MUTE, minutes=8 * 60 + 1)
        city.begin(Mode.MUTE, minutes=8 * 60)
        await city.until("22:59")
        city.expect_no_more_mail()
        assert city.case(Cause.INACTIVITY).state is CaseState.TRIGGERED
        assert Word.HELD in [event.word for event in city.timeline(Cause.INACTIVITY)]
        assert modes(city) == ["mute"]

        await city.until("23:00")
        city.expect_mail("caseworker", about="inactivity", says="No movement since 06:00")
        assert modes(city) == []
        await city.acknowledge("caseworker", Cause.INACTIVITY)


async def test_cry_for_help_is_never_muted(tmp_path: Path) -> None:
    """A09: the help button is told at once, whatever is paused."""
    async with city_from(tmp_path, "2026-03-10 09:00") as city:
        city.begin(Mode.MUTE, minutes=8 * 60)
        city.begin(Mode.VISIT, minutes=60)
        await city.until("09:30")
        await city.press_help()
        city.expect_mail("caseworker", about="help")
        await city.acknowledge("caseworker", Cause.HELP)


async def test_call_to_a_dark_home_is_never_muted(tmp_path: Path) -> None:
    """The technician waits, the request to call does not: nobody can see how the resident is."""
    async with city_from(tmp_path, "2026-03-10 12:00") as city:
        await city.active("kitchen")
        await city.until("16:00")
        city.begin(Mode.MUTE, minutes=8 * 60 + 0)
        city.go_dark()
        await city.until("23:59")
        city.expect_no_more_mail()
        await city.until("00:00")
        city.mail.take("caseworker", "technician")
        await city.acknowledge("caseworker", Cause.GATEWAY_SILENT)


async def test_mute_that_is_ended_early_tells_at_once(tmp_path: Path) -> None:
    """Ended at 19:00: what was held since 18:00 goes out then."""
    async with city_from(tmp_path, "2026-03-10 06:00") as city:
        await city.active("kitchen")
        await city.until("15:00")
        muted = city.begin(Mode.MUTE, minutes=8 * 60)
        await city.until("19:00")
        city.expect_no_more_mail()
        now, who = city.clock.now(), city.people["caseworker"]
        assert await city.stores.register.write(lambda c: use_cases.end(c, who, muted, now=now))
        city.stores.signals.notify(Log.CASE)
        await city.settle()
        city.expect_mail("caseworker", about="inactivity")
        await city.acknowledge("caseworker", Cause.INACTIVITY)


async def test_visitor_who_forgets_to_leave_leaves_nothing_off(tmp_path: Path) -> None:
    """P03: a visit of an hour from 17:30; the silence of 18:00 is told at 18:30 by time-out."""
    async with city_from(tmp_path, "2026-03-10 06:00") as city:
        await city.active("kitchen")
        await city.until("17:30")
        with pytest.raises(InputError, match="ABS-002"):
            city.begin(Mode.VISIT, minutes=61)
        city.begin(Mode.VISIT, minutes=60)
        assert modes(city) == ["visit"]
        await city.until("18:29")
        city.expect_no_more_mail()
        await city.until("18:30")
        city.expect_mail("caseworker", about="inactivity")
        assert modes(city) == []
        await city.acknowledge("caseworker", Cause.INACTIVITY)


async def test_movement_after_the_visitor_resumes(tmp_path: Path) -> None:
    """P03: left at 10:10; the door at 10:11 is the visitor, the kitchen at 10:20 the resident."""
    async with city_from(tmp_path, "2026-03-10 10:00") as city:
        visit = city.begin(Mode.VISIT, minutes=60, login="technician")
        await city.until("10:10")
        now, who = city.clock.now(), city.people["technician"]
        await city.stores.register.write(lambda c: pauses.leave(c, who, visit, now=now))
        await city.until("10:11")
        await city.active("door")
        assert modes(city) == ["visit"]
        await city.until("10:20")
        await city.active("kitchen")
        assert modes(city) == []
        await city.after(minutes=30)


async def test_alerts_in_test_mode_are_sent_and_marked(tmp_path: Path) -> None:
    """P08: a press during a test is told at once, and says that test mode is on; it ends alone."""
    async with city_from(tmp_path, "2026-03-10 09:00") as city:
        with pytest.raises(InputError, match="ABS-002"):
            city.begin(Mode.TEST, minutes=31, login="technician")
        city.begin(Mode.TEST, minutes=30, login="technician")
        await city.until("09:10")
        await city.press_help()
        city.expect_mail("caseworker", about="help", says="TEST MODE IS ON")
        assert city.timeline(Cause.HELP)[0].detail["is_test"] is True
        await city.acknowledge("caseworker", Cause.HELP)
        assert modes(city) == ["test"]

        await city.until("09:30")
        assert modes(city) == []
        await city.press_help()
        (told,) = city.expect_mail("caseworker", about="help")
        assert "TEST MODE" not in told.message.body
        await city.acknowledge("caseworker", Cause.HELP)
