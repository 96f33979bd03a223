"""Days on which much happens at once: nobody is buried in mails, and nobody is forgotten."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import func, select

from alerting.grouping import LIMITS, WINDOW, Stream
from dashboard.pages.cases.fate import fate
from dashboard.web.languages import language
from domain.finding import Cause
from storage.register import case_pages
from storage.register.notifications import NotificationState
from storage.register.schema import reply_link
from tests.support.scenario_city import TOKYO
from tests.support.scenario_mail import Mail, Told
from tests.support.scenario_street import Street, street_from

pytestmark = pytest.mark.scenario


def most_in_window(told: list[Told]) -> int:
    """Return the most messages that one person got within ten minutes."""
    most = 0
    for login in {one.login for one in told}:
        at = sorted(one.at for one in told if one.login == login)
        most = max(most, *(sum(first <= other < first + WINDOW for other in at) for first in at))
    return most


def take_all(mail: Mail) -> list[Told]:
    """Take all that nobody has taken yet."""
    rest = mail.sent[mail._taken :]
    mail.take(*(one.login for one in rest))
    return rest


def codes_in(told: list[Told]) -> set[str]:
    """Return the codes of homes that messages name."""
    words = " ".join(f"{one.message.subject} {one.message.body}" for one in told)
    return {word.strip(":,;") for word in words.split() if word.startswith("K-")}


async def test_three_hundred_dark_homes_are_one_list(tmp_path: Path) -> None:
    """A07: the technician gets two mails and a list of the rest, and each home is named."""
    async with street_from(tmp_path, "2026-03-10 09:00", homes=300) as street:
        await street.find(Cause.GATEWAY_SILENT, *street.homes)
        await street.after(minutes=11)

        told = take_all(street.mail)
        assert Counter(one.about for one in told) == {"gateway": 2, "equipment list": 1}
        assert {one.login for one in told} == {"technician"}
        assert codes_in(told) == set(street.homes)
        assert most_in_window(told) <= 5
        assert {row.state for row in street.outbox()} == {NotificationState.ACCEPTED}


async def test_the_page_of_a_case_says_which_list_its_message_waits_for(tmp_path: Path) -> None:
    """A07: two go alone, the others wait for the list of 09:02, and then went in it."""
    async with street_from(tmp_path, "2026-03-10 09:00", homes=4) as street:
        await street.find(Cause.GATEWAY_SILENT, *street.homes)
        assert fates(street) == ["sent", "sent", "waits until 09:02", "waits until 09:02"]

        await street.after(minutes=3)
        in_list = "sent in a list with other cases"
        assert fates(street) == ["sent", "sent", in_list, in_list]
        assert len(take_all(street.mail)) == 3


def fates(street: Street) -> list[str]:
    """Return what the page says of the messages of each case, for the technician."""
    access, now, said = street.people["technician"], street.clock.now(), []
    for code in street.homes:
        case = street.case_of(code)
        found = street.register.read_now(
            partial(case_pages.notifications, access=access, case_id=case, now=now)
        )
        for one in found:
            its = fate(one, zone=TOKYO, now=now, language=language("en"))
            until = re.search(r"list of (\d\d:\d\d)", its.why)
            said.append(its.word if until is None else f"waits until {until[1]}")
    return said


async def test_a_silence_among_dark_homes_is_told_alone_and_at_once(tmp_path: Path) -> None:
    """A07, O09: the limit for equipment delays no resident, and lists none."""
    async with street_from(tmp_path, "2026-03-10 09:00", homes=120) as street:
        first, *others = street.homes
        await street.find(Cause.GATEWAY_SILENT, *others)
        await street.after(seconds=30)
        await street.find(Cause.INACTIVITY, first)

        (told,) = [one for one in street.mail.sent if one.login == "caseworker"]
        assert (told.about, told.at) == ("inactivity", street.clock.now())
        assert codes_in([told]) == {first}
        await street.acknowledge("caseworker", first)
        await street.after(minutes=5)
        assert first not in codes_in([one for one in take_all(street.mail) if one is not told])


async def test_one_person_on_both_sides_of_a_storm_hears_of_the_resident_at_once(
    tmp_path: Path,
) -> None:
    """O09: one who is told of equipment and residents alike has two limits, not one."""
    async with street_from(tmp_path, "2026-03-10 09:00", homes=60) as street:
        first, *others = street.homes
        await street.find(Cause.GATEWAY_SILENT, *others)
        await street.after(minutes=61)  # nobody answered: now the administrator is told as well
        await street.find(Cause.HELP, first)
        await street.after(minutes=21)  # nobody answers: all caseworkers, then it is exhausted

        about_help = [one for one in street.mail.sent if one.about == "help"]
        assert [one.at - about_help[0].at for one in about_help] == [
            timedelta(0),
            timedelta(minutes=10),
            timedelta(minutes=10),
        ]
        told = ["caseworker", "caseworker", "colleague"]
        assert sorted(one.login for one in about_help) == told
        take_all(street.mail)


async def test_an_earthquake_is_told_as_lists_and_every_case_escalates(tmp_path: Path) -> None:
    """O13: 200 silences in ten minutes: at most ten messages for each person, all homes named."""
    async with street_from(tmp_path, "2026-03-10 09:00", homes=200) as street:
        codes = list(street.homes)
        begun: dict[str, datetime] = {}
        for minute in range(10):
            now = codes[minute * 20 : (minute + 1) * 20]
            await street.find(Cause.INACTIVITY, *now)
            begun |= dict.fromkeys(now, street.clock.now())
            await street.after(minutes=1)
        await street.after(minutes=2)

        to_first = [one for one in street.mail.sent if one.login == "caseworker"]
        assert codes_in(to_first) == set(codes)
        assert most_in_window(street.mail.sent) <= 10
        await street.after(minutes=12)
        to_second = [one for one in street.mail.sent if one.login == "colleague"]
        assert codes_in(to_second) == set(codes)
        assert most_in_window(street.mail.sent) <= 10
        told_at = {
            code: min(one.at for one in to_first if code in codes_in([one])) for code in codes
        }
        waited = [told_at[code] - begun[code] for code in codes]
        assert max(waited) <= LIMITS[Stream.RESIDENT].pace
        take_all(street.mail)


async def test_a_silence_after_a_storm_waits_for_no_list(tmp_path: Path) -> None:
    """O09: once a list has gone and its pace is over, the next resident is told in seconds."""
    async with street_from(tmp_path, "2026-03-10 09:00", homes=12) as street:
        *codes, last = street.homes
        await street.find(Cause.INACTIVITY, *codes)
        await street.after(seconds=5)
        assert codes_in(take_all(street.mail)) == set(codes)

        await street.after(minutes=3)
        await street.find(Cause.INACTIVITY, last)
        await street.after(seconds=5)
        (told,) = take_all(street.mail)
        assert (told.login, codes_in([told])) == ("caseworker", {last})


async def test_in_a_list_the_most_severe_come_first(tmp_path: Path) -> None:
    """O13: presses of the help button stand above silences, whichever came first."""
    async with street_from(tmp_path, "2026-03-10 09:00", homes=30) as street:
        codes = list(street.homes)
        await street.find(Cause.INACTIVITY, *codes[:20])
        await street.find(Cause.HELP, *codes[20:])
        await street.after(minutes=1)

        told = take_all(street.mail)
        (listed,) = [one for one in told if one.about == "list"]
        rows = [row for row in listed.message.body.splitlines() if row.startswith("- ")]
        kinds = ["help" if "help button" in row else "silence" for row in rows]
        assert kinds == sorted(kinds)
        assert kinds.count("help") + sum(one.about == "help" for one in told) == 10
        assert codes_in(told) == set(codes)


async def test_a_list_has_no_reply_link_and_none_is_made_for_it(tmp_path: Path) -> None:
    """Whoever presses "I will check" in a list of eight would have taken on which of them?"""
    async with street_from(tmp_path, "2026-03-10 09:00", homes=12) as street:
        await street.find(Cause.INACTIVITY, *street.homes)
        await street.after(minutes=1)

        *alone, listed = take_all(street.mail)
        assert [one.about for one in (*alone, listed)] == ["inactivity"] * 4 + ["list"]
        assert all("/r/" in one.message.body for one in alone)
        assert "/r/" not in listed.message.body
        made = select(func.count()).select_from(reply_link)
        assert street.register.read_now(lambda c: c.execute(made).scalar_one()) == len(alone)


async def test_a_case_that_was_closed_meanwhile_is_not_listed(tmp_path: Path) -> None:
    """What waits for its list is cancelled with its case; the list goes out without it."""
    async with street_from(tmp_path, "2026-03-10 09:00", homes=10) as street:
        codes = list(street.homes)
        await street.find(Cause.INACTIVITY, *codes)
        waiting = [row for row in street.outbox() if row.state == NotificationState.PENDING]
        gone = street.code_of(waiting[0].case_id)
        await street.resolve("caseworker", gone)
        await street.after(minutes=1)

        assert codes_in(take_all(street.mail)) == set(codes) - {gone}


async def test_a_list_that_is_refused_asks_the_next_people_for_each_case(tmp_path: Path) -> None:
    """The fate of a list is that of all in it: none of its cases is forgotten."""
    async with street_from(tmp_path, "2026-03-10 09:00", homes=12) as street:
        codes = list(street.homes)
        await street.find(Cause.INACTIVITY, *codes)
        first = take_all(street.mail)
        street.refuse("caseworker")
        await street.after(minutes=4)

        late = take_all(street.mail)
        to_second = [one for one in late if one.login == "colleague"]
        assert codes_in(to_second) == set(codes) - codes_in(first)
