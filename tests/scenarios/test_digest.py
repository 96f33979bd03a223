"""The morning digest: who is confirmed well, counted as the board counts, and kept for good."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerting.digest import Standing
from domain.clock import pause
from domain.finding import Cause
from domain.verdict import Verdict
from storage.register.digests import Record
from storage.register.notifications import Channel
from storage.signals import Log
from tests.support.scenario import city_from
from tests.support.scenario_city import TOKYO, City
from tests.support.scenario_morning import Office, moved, office_in

pytestmark = pytest.mark.scenario
MINUTE = timedelta(minutes=1)
BERLIN = "Europe/Berlin"


def local(at: datetime) -> str:
    """Return what a clock in the city shows at an instant."""
    return at.astimezone(TOKYO).strftime("%d. %H:%M")


async def test_a_morning_as_usual(tmp_path: Path) -> None:
    """One digest at ten to whoever has homes, one record of the day, and the board agrees."""
    async with city_from(tmp_path, "2026-03-10 06:00") as city, office_in(city) as office:
        await city.active("kitchen")
        await city.until("09:59")
        assert office.letters.sent == []
        assert office.records("2026-03-10") == []

        await city.until("10:00")
        at, letter = office.letters.take("caseworker")
        assert local(at) == "10. 10:00"
        assert letter.subject.startswith("[Mimamori] 3/10: ")
        assert letter.subject.endswith("1 of 1 confirmed well by 10:00")
        assert "K-07" not in letter.body
        assert "Yamada" not in letter.body
        (record,) = office.records("2026-03-10")
        assert (record.standing, record.verdict) == (Standing.CONFIRMED, Verdict.WELL)
        assert record.confirmed_at == city.time("06:00")
        assert city.verdict().verdict is Verdict.WELL


async def test_every_home_stands_in_exactly_one_line(tmp_path: Path) -> None:
    """Confirmed, away, dark, and one that has not moved: each with what it rests on."""
    codes = ("K-01", "K-02", "K-03", "K-04")
    async with (
        city_from(tmp_path, "2026-03-10 23:00", codes=codes) as city,
        office_in(city) as office,
    ):
        up, dark, away, asleep = city.homes
        for home in city.homes:
            await city.active("bedroom", home)
        city.be_absent(hours=48, home=away)
        await city.until("03:10")
        city.go_dark(dark)
        await city.until("03:25")
        city.expect_mail("technician", about="gateway", at="03:20", within=2 * MINUTE)
        await city.acknowledge("technician", Cause.GATEWAY_SILENT)
        await city.until("07:30")
        await city.active("kitchen", up)
        await city.until("10:00")

        assert office.numbers() == dict.fromkeys(Standing, 1)
        board = [city.verdict(home).verdict for home in (up, dark, away, asleep)]
        assert board == [Verdict.WELL, Verdict.CANNOT_SEE, Verdict.AWAY, Verdict.WELL]
        _, letter = office.letters.take("caseworker")
        assert (
            "1 of 4 confirmed well by 10:00; 1 away, 1 cannot tell, 1 unconfirmed." in letter.body
        )
        for line in (
            "- K-04: last movement 23:00 on 3/10",
            "- K-02: cannot be seen since 03:10",
            "- K-03: until 23:00 on 3/12",
        ):
            assert line in letter.body
        assert "K-01" not in letter.body
        kept = {one.code: one.standing for one in office.records("2026-03-11")}
        assert kept == {
            "K-01": Standing.CONFIRMED,
            "K-02": Standing.CANNOT_TELL,
            "K-03": Standing.AWAY,
            "K-04": Standing.UNCONFIRMED,
        }


async def test_what_moved_in_the_night_confirms_no_morning(tmp_path: Path) -> None:
    """A walk to the toilet at ten to four is yesterday's; one at ten past is this morning's."""
    async with (
        city_from(tmp_path, "2026-03-10 23:00", codes=("K-01", "K-02")) as city,
        office_in(city) as office,
    ):
        await city.until("03:50")
        await city.active("bedroom", city.homes[0])
        await city.until("04:10")
        await city.active("bedroom", city.homes[1])
        await city.until("10:00")

        office.letters.take("caseworker")
        kept = {one.code: one.standing for one in office.records("2026-03-11")}
        assert kept == {"K-01": Standing.UNCONFIRMED, "K-02": Standing.CONFIRMED}


async def test_an_alert_is_unconfirmed_until_somebody_closes_it(tmp_path: Path) -> None:
    """Movement alone confirms nobody while a case is open; the record stays what it was."""
    async with city_from(tmp_path, "2026-03-10 21:00") as city, office_in(city) as office:
        await city.active("bedroom")
        await city.until("09:05")
        city.expect_mail("caseworker", about="inactivity", at="09:00")
        await city.acknowledge("caseworker", Cause.INACTIVITY)
        await city.active("kitchen")
        await city.until("10:00")

        _, letter = office.letters.take("caseworker")
        assert "0 of 1 confirmed well" in letter.subject
        assert "- K-07: a case is open; last movement 09:05" in letter.body
        (record,) = office.records("2026-03-11")
        assert (record.standing, record.verdict) == (Standing.UNCONFIRMED, Verdict.ALERT)
        assert record.confirmed_at is None

        await city.resolve("caseworker", Cause.INACTIVITY)
        assert office.numbers()[Standing.CONFIRMED] == 1
        await city.until("16:00")
        assert office.records("2026-03-11") == [record]


async def test_each_has_it_when_it_is_wanted_and_once(tmp_path: Path) -> None:
    """At half past eight instead of ten, and the next day not at all; the record is at ten."""
    async with city_from(tmp_path, "2026-03-10 06:00") as city, office_in(city) as office:
        office.wish("caseworker", 8 * 60 + 30)
        await city.active("kitchen")
        await city.until("08:29")
        assert office.letters.sent == []
        await city.until("08:30")
        at, letter = office.letters.take("caseworker")
        assert local(at) == "10. 08:30"
        assert "by 08:30" in letter.subject

        office.wish("caseworker", 9 * 60)
        await city.active("kitchen")
        await city.until("12:00")
        assert office.letters.sent == []
        assert len(office.records("2026-03-10")) == 1
        office.wish("caseworker", None)
        await city.active("kitchen")
        await city.until("23:00")
        await city.active("kitchen")
        await city.until("06:00")
        await city.active("kitchen")
        await city.until("12:00")
        assert office.letters.sent == []


async def test_a_server_that_was_down_at_ten_says_as_of_when_it_is(tmp_path: Path) -> None:
    """The digest comes at the return, once, with its own time; a restart doubles nothing."""
    async with city_from(tmp_path, "2026-03-10 06:00") as city, office_in(city) as office:
        await city.active("kitchen")
        await city.until("09:50")
        await office.stop()
        await city.until("10:40")
        assert office.letters.sent == []
        office.start()
        await city.settle()

        at, letter = office.letters.take("caseworker")
        assert local(at) == "10. 10:40"
        assert "by 10:40" in letter.subject
        (record,) = office.records("2026-03-10")
        assert record.as_of == at
        await office.stop()
        office.start()
        await city.until("11:00")
        assert office.letters.sent == []
        assert office.records("2026-03-10") == [record]


async def test_a_digest_that_nobody_takes_holds_no_alert_up(tmp_path: Path) -> None:
    """The mail of the morning waits in a queue of its own, and ends with its news."""
    async with city_from(tmp_path, "2026-03-10 06:00") as city, office_in(city) as office:
        office.letters.is_away = True
        await city.active("kitchen")
        await city.until("10:30")
        assert office.letters.tried >= 1
        await city.press_help()
        city.expect_mail("caseworker", about="help")
        await city.acknowledge("caseworker", Cause.HELP)
        await city.until("17:59")
        city.expect_no_more_mail()
        await city.until("18:01")
        await office.stop()
        office.letters.is_away = False
        office.start()
        await city.settle()

        assert office.letters.sent == []
        city.expect_mail("technician", about="notice", at="18:00")
        await city.acknowledge("technician", Cause.SERVICE_FAILED)


async def test_a_digest_goes_over_the_next_method_when_the_mail_is_refused(tmp_path: Path) -> None:
    """The mailbox is gone: the webhook has the digest at once, and the address is looked at."""
    async with city_from(tmp_path, "2026-03-10 06:00") as city, office_in(city) as office:
        office.give("caseworker", Channel.WEBHOOK)
        office.letters.gone = {"caseworker"}
        await city.active("kitchen")
        await city.until("10:00")

        at, letter = office.hook.take("caseworker")
        assert (local(at), "confirmed well" in letter.subject) == ("10. 10:00", True)
        city.expect_mail("technician", about="address")
        await city.acknowledge("technician", Cause.SERVICE_FAILED)


async def test_a_digest_that_no_method_takes_is_a_case_of_the_equipment(tmp_path: Path) -> None:
    """No other method: the technician hears at once that somebody has no digest, by no name."""
    async with city_from(tmp_path, "2026-03-10 06:00") as city, office_in(city) as office:
        office.letters.gone = {"caseworker"}
        await city.active("kitchen")
        await city.until("10:00")

        told = city.mail.take("technician", "technician")
        assert {one.about for one in told} == {"address", "notice"}
        assert all("aseworker" not in one.message.body for one in told)
        for case in city.cases(Cause.SERVICE_FAILED):
            assert case.matter.home is None


async def test_what_arrives_after_the_record_is_marked_beside_it(tmp_path: Path) -> None:
    """Dark from 03:10; at 15:00 it is known that she was up at 07:30: the record says both."""
    async with (
        city_from(tmp_path, "2026-03-10 23:00") as city,
        office_in(city) as office,
    ):
        await city.active("bedroom")
        await city.until("03:10")
        city.go_dark()
        await city.until("03:25")
        city.expect_mail("technician", about="gateway", at="03:20", within=2 * MINUTE)
        await city.acknowledge("technician", Cause.GATEWAY_SILENT)
        await city.until("07:30")
        await city.active("kitchen")
        await city.until("10:01")
        office.letters.take("caseworker")
        (taken,) = office.records("2026-03-11")
        assert (taken.standing, taken.late_at) == (Standing.CANNOT_TELL, None)

        await city.until("10:30")
        await city.come_back()
        await city.after(minutes=2)
        marked = await marked_late(city, office, "2026-03-11")
        assert marked.late_at is not None
        assert marked.late_at >= city.time("10:30")
        assert marked.late_activity_at == city.time("07:30")
        assert replace(marked, late_at=None, late_activity_at=None) == taken
        await city.active("kitchen")
        await city.after(hours=1)
        assert office.records("2026-03-11") == [marked]


async def marked_late(city: City, office: Office, day: str) -> Record:
    """Let the service look again, as it does each half minute; returns the record it marked."""
    async with asyncio.timeout(10.0):
        while True:
            city.stores.signals.notify(Log.CASE)
            (record,) = office.records(day)
            if record.late_at is not None:
                return record
            await pause(0.01)


@pytest.fixture
def host_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the machine believe to be somewhere."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("host_zone")
@pytest.mark.parametrize("host_zone", ["UTC", "Asia/Tokyo", "America/New_York"], indirect=True)
async def test_the_day_is_that_of_the_home_wherever_the_server_stands(tmp_path: Path) -> None:
    """C05: the same mail and the same record at the same instant in any zone of the host."""
    async with city_from(tmp_path, "2026-03-10 21:00") as city, office_in(city) as office:
        await city.active("kitchen")
        await city.until("05:30")
        await city.active("kitchen")
        await city.until("10:00")

        at, letter = office.letters.take("caseworker")
        assert at == datetime(2026, 3, 11, 1, 0, tzinfo=UTC)
        assert letter.subject.endswith("1 of 1 confirmed well by 10:00")
        (record,) = office.records("2026-03-11")
        assert record.as_of == at
        assert record.confirmed_at == datetime(2026, 3, 10, 20, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("begins", "days", "hours_utc"),
    [
        ("2026-03-28 15:00", ("2026-03-28", "2026-03-29", "2026-03-30"), (9, 8, 8)),
        ("2026-10-24 15:00", ("2026-10-24", "2026-10-25", "2026-10-26"), (8, 9, 9)),
    ],
)
async def test_a_day_of_23_or_25_hours_has_one_record_and_one_digest(
    tmp_path: Path, begins: str, days: tuple[str, ...], hours_utc: tuple[int, ...]
) -> None:
    """C06: ten by the clock on the wall, before and after it is put forward or back; none twice."""
    async with (
        city_from(tmp_path, begins) as city,
        moved(city, BERLIN),
        office_in(city, time_zone=BERLIN) as office,
    ):
        for day, hour in zip(days, hours_utc, strict=True):
            ten = datetime.fromisoformat(f"{day} {hour:02d}:00").replace(tzinfo=UTC)
            while city.clock.now() < ten:
                await city.active("kitchen")
                await city.run_until(min(city.clock.now() + timedelta(hours=6), ten))
            at, letter = office.letters.take("caseworker")
            assert at == ten
            assert "by 10:00" in letter.subject
            assert [one.as_of for one in office.records(day)] == [ten]
