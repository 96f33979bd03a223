"""Who might know better hears of an absence: nobody is written off as away behind their back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from domain.finding import Cause
from domain.ids import UserId
from domain.reply import Reply
from storage.register import absences, contact_methods, users
from storage.register.contact_methods import Quiet
from storage.register.standing import standing_now
from storage.signals import Log
from tests.scenarios.test_replies import reply
from tests.support.scenario import city_from
from tests.support.scenario_city import SYSTEM, City
from tests.support.scenario_morning import Office, office_in

pytestmark = pytest.mark.scenario


def taken(office: Office, count: int) -> dict[str, str]:
    """Take so many notices off; returns what each login was told."""
    found = [office.letters.sent.pop(0) for _ in range(count)]
    assert all(message.subject.endswith("K-07: absence") for _, message in found)
    return {message.address.partition("@")[0]: message.body for _, message in found}


def begin(office: Office) -> None:
    """Nobody wants a digest, and two know the home: these diaries are about something else."""
    city, now = office.city, office.city.clock.now()
    for login in ("caseworker", "colleague"):
        office.wish(login, None)
    city.stores.register.write_now(
        lambda c: users.assign(
            c,
            SYSTEM,
            user=UserId(city.people["colleague"].actor),
            home=city.homes[0].id,
            municipality=city.municipality,
            now=now,
        )
    )


async def test_family_and_caseworker_hear_of_an_absence_that_a_colleague_enters(
    tmp_path: Path,
) -> None:
    """P01: without a name; the family calls the office, the caseworker has the page to mend it."""
    async with (
        city_from(tmp_path, "2026-03-10 09:00") as city,
        office_in(city) as office,
    ):
        begin(office)
        office.agree("resident")
        city.be_absent(hours=10, login="colleague")
        await city.settle()

        told = taken(office, 2)
        assert set(told) == {"caseworker", "resident"}
        for text in told.values():
            assert "An absence is entered for K-07, from 09:00 until 19:00." in text
            assert "Yamada" not in text
            assert "olleague" not in text
        assert "/homes/" in told["caseworker"]
        assert "please call the office" in told["resident"]
        assert "https://" not in told["resident"]


async def test_a_family_without_consent_hears_nothing_nor_does_who_entered_it(
    tmp_path: Path,
) -> None:
    """P01: what the resident did not agree to is told to nobody; who did it knows it."""
    async with (
        city_from(tmp_path, "2026-03-10 09:00") as city,
        office_in(city) as office,
    ):
        begin(office)
        city.be_absent(hours=10)
        await city.settle()
        assert set(taken(office, 1)) == {"colleague"}
        await city.after(hours=1)


async def test_a_family_hears_no_more_when_the_consent_ends_in_the_night(tmp_path: Path) -> None:
    """P01: written at three, held back until seven; the resident ended the consent at five."""
    async with (
        city_from(tmp_path, "2026-03-10 03:00") as city,
        office_in(city) as office,
    ):
        begin(office)
        office.agree("resident")
        be_quiet(city, "resident")
        city.be_absent(hours=20)
        await city.settle()
        assert set(taken(office, 1)) == {"colleague"}

        await city.until("05:00")
        office.agree_no_more("resident")
        await city.until("08:00")
        assert office.letters.sent == []


async def test_an_absence_that_is_taken_back_is_told_as_well(tmp_path: Path) -> None:
    """P01: entered for the wrong home and taken back: whoever was told hears that too, once."""
    async with (
        city_from(tmp_path, "2026-03-10 09:00") as city,
        office_in(city) as office,
    ):
        begin(office)
        wrong = city.be_absent(hours=10, login="colleague")
        await city.settle()
        assert set(taken(office, 1)) == {"caseworker"}

        await city.until("09:20")
        now = city.clock.now()
        await city.stores.register.write(
            lambda c: absences.cancel(c, city.people["colleague"], wrong, now=now)
        )
        city.stores.signals.notify(Log.CASE)
        await city.settle()
        assert "is taken back" in taken(office, 1)["caseworker"]
        await office.stop()
        office.start()
        await city.after(hours=1)


async def test_the_owner_is_asked_a_day_before_whether_the_return_still_holds(
    tmp_path: Path,
) -> None:
    """P02: away for two days: a message a day before the end, one; extended, one more."""
    async with (
        city_from(tmp_path, "2026-03-10 09:00") as city,
        office_in(city) as office,
    ):
        begin(office)
        away = city.be_absent(hours=48)
        await city.settle()
        assert set(taken(office, 1)) == {"colleague"}
        await city.until("08:59")
        assert office.letters.sent == []
        await city.until("09:00")
        await city.after(minutes=1)
        asked = taken(office, 2)
        assert set(asked) == {"caseworker", "colleague"}
        for text in asked.values():
            assert "ends at 09:00 on 3/12. Does the return still hold?" in text

        await city.until("18:00")
        ends_at = city.clock.now() + timedelta(days=3)
        who, now = city.people["caseworker"], city.clock.now()
        await city.stores.register.write(
            lambda c: absences.extend(c, who, away, ends_at=ends_at, now=now)
        )
        city.stores.signals.notify(Log.CASE)
        await city.settle()
        assert "ends later now: 18:00 on 3/14" in taken(office, 1)["colleague"]
        await city.until("18:01", days=2)
        assert "ends at 18:00 on 3/14" in taken(office, 2)["caseworker"]
        await city.until("17:00")


async def test_an_absence_of_hours_is_not_asked_about(tmp_path: Path) -> None:
    """P02: what ends today was entered today: the list shows it."""
    async with (
        city_from(tmp_path, "2026-03-10 09:00") as city,
        office_in(city) as office,
    ):
        begin(office)
        city.be_absent(hours=10)
        await city.settle()
        assert set(taken(office, 1)) == {"colleague"}
        await city.until("18:59")


async def test_quiet_hours_hold_back_news_of_absences(tmp_path: Path) -> None:
    """Entered at three in the morning: told at seven, and it is true until then as well."""
    async with (
        city_from(tmp_path, "2026-03-10 03:00") as city,
        office_in(city) as office,
    ):
        begin(office)
        be_quiet(city, "caseworker")
        city.be_absent(hours=20, login="colleague")
        await city.until("06:59")
        assert office.letters.sent == []
        await city.until("07:00")
        (at, _) = office.letters.sent[0]
        assert at == city.time("07:00")
        taken(office, 1)


def be_quiet(city: City, login: str) -> None:
    """Let a person have quiet hours from 22:00 to 07:00."""
    of, town = UserId(city.people[login].actor), city.municipality
    quiet = Quiet(starts_min=22 * 60, ends_min=7 * 60)
    city.stores.register.write_now(
        lambda c: contact_methods.set_quiet(c, SYSTEM, of, quiet, municipality=town)
    )


async def test_who_hears_of_it_as_news_of_the_case_hears_no_second_time(tmp_path: Path) -> None:
    """18:00 both are told; one answers "away until": the other hears it once, the family once.

    O11, P01: the colleague hears it as news of the case; the family, who was not told of the case,
    by the notice. Taken back two hours later: that is news, and everybody hears it once.
    """
    async with (
        city_from(tmp_path, "2026-03-10 06:00") as city,
        office_in(city) as office,
    ):
        begin(office)
        office.agree("resident")
        await city.active("kitchen")
        await city.until("18:00")
        first, second = city.expect_mail("caseworker", "colleague", about="inactivity")
        answering = first if first.login == "caseworker" else second
        await reply(city, answering, Reply.AWAY, days=2)

        city.expect_mail("colleague", about="news", says="is away until")
        told = taken(office, 1)
        assert set(told) == {"resident"}
        assert "An absence is entered for K-07" in told["resident"]
        await city.resolve("caseworker", Cause.INACTIVITY)

        await city.after(hours=2)
        now, who = city.clock.now(), city.people["caseworker"]
        (away,) = await city.stores.register.read(
            lambda c: [one.id for one in standing_now(c, SYSTEM, now=now)]
        )
        await city.stores.register.write(lambda c: absences.end(c, who, away, now=now))
        city.stores.signals.notify(Log.CASE)
        await city.settle()
        assert set(taken(office, 2)) == {"colleague", "resident"}
