"""Who is on call: rotations by local days, overrides, office hours, and changes of the clocks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ids import UserId
from domain.on_call import HandOver, Hours, OnCall, Override, Rotation, Schedule, Why, hand_overs
from domain.on_call import on_call as on_call_at

TOKYO, BERLIN = ZoneInfo("Asia/Tokyo"), ZoneInfo("Europe/Berlin")
SATO, ITO, KATO = UserId("sato"), UserId("ito"), UserId("kato")
MONDAY = date(2026, 3, 9)
WEEKS = Rotation(people=(SATO, ITO, KATO), starts_on=MONDAY, hand_over=time(9), days=7)
NIGHTS = Schedule(name="night", zone=TOKYO, rotation=WEEKS)
OFFICE = tuple(Hours(weekday=day, opens=time(8, 30), closes=time(17, 15)) for day in range(5))


def tokyo(text: str) -> datetime:
    """Return an instant of a clock in Tokyo."""
    return datetime.fromisoformat(text).replace(tzinfo=TOKYO).astimezone(UTC)


@pytest.mark.parametrize(
    ("at", "person", "until"),
    [
        ("2026-03-09 09:00", SATO, "2026-03-16 09:00"),
        ("2026-03-16 08:59", SATO, "2026-03-16 09:00"),
        ("2026-03-16 09:00", ITO, "2026-03-23 09:00"),
        ("2026-03-30 09:00", SATO, "2026-04-06 09:00"),
        ("2026-03-09 08:59", KATO, "2026-03-09 09:00"),
    ],
)
def test_turns_change_at_the_hand_over(at: str, person: UserId, until: str) -> None:
    """To the minute, in the order of the list, round and round, and counted back as well."""
    assert on_call_at(NIGHTS, tokyo(at)) == OnCall(
        person=person, why=Why.ROTATION, until=tokyo(until)
    )


def test_override_takes_over_and_gives_back() -> None:
    """Kato for one evening; of two at once the one that was entered later."""
    evening = Override(
        person=KATO, starts_at=tokyo("2026-03-10 18:00"), ends_at=tokyo("2026-03-10 22:00")
    )
    hour = Override(
        person=ITO, starts_at=tokyo("2026-03-10 20:00"), ends_at=tokyo("2026-03-10 21:00")
    )
    schedule = replace(NIGHTS, overrides=(evening, hour))

    turns = hand_overs(schedule, tokyo("2026-03-10 12:00"), limit=4)
    assert [(one.at, one.person) for one in turns] == [
        (tokyo("2026-03-10 18:00"), KATO),
        (tokyo("2026-03-10 20:00"), ITO),
        (tokyo("2026-03-10 21:00"), KATO),
        (tokyo("2026-03-10 22:00"), SATO),
    ]
    assert turns[0] == HandOver(at=turns[0].at, person=KATO, why=Why.OVERRIDE)


def test_office_hours_close_and_open_again() -> None:
    """Friday 17:15 to Monday 08:30 nobody is on call by the office's schedule."""
    office = replace(NIGHTS, hours=OFFICE)
    friday = tokyo("2026-03-13 17:14")

    assert on_call_at(office, friday).person is SATO
    closed = on_call_at(office, friday + timedelta(minutes=1))
    assert closed == OnCall(person=None, why=Why.CLOSED, until=tokyo("2026-03-16 08:30"))
    assert on_call_at(office, tokyo("2026-03-16 08:30")).person is SATO
    assert on_call_at(office, tokyo("2026-03-16 09:00")).person is ITO


def test_hours_over_midnight_belong_to_the_evening() -> None:
    """Friday night from 17:15 to 08:30 is open on Saturday morning, and not on Friday morning."""
    night = replace(NIGHTS, hours=(Hours(weekday=4, opens=time(17, 15), closes=time(8, 30)),))

    assert on_call_at(night, tokyo("2026-03-14 08:29")).person is SATO
    assert on_call_at(night, tokyo("2026-03-14 08:30")).why is Why.CLOSED
    assert on_call_at(night, tokyo("2026-03-13 08:00")).why is Why.CLOSED


def test_override_is_on_call_when_the_office_is_closed() -> None:
    """Somebody who takes over for a Sunday is on call on that Sunday."""
    sunday = Override(
        person=ITO, starts_at=tokyo("2026-03-15 00:00"), ends_at=tokyo("2026-03-16 00:00")
    )
    office = replace(NIGHTS, hours=OFFICE, overrides=(sunday,))

    assert on_call_at(office, tokyo("2026-03-15 12:00")).person is ITO
    assert on_call_at(office, tokyo("2026-03-14 12:00")).until == sunday.starts_at


def test_schedule_without_rotation_is_empty() -> None:
    """Only its overrides put somebody on call."""
    assert on_call_at(replace(NIGHTS, rotation=None), tokyo("2026-03-14 12:00")) == OnCall(
        person=None, why=Why.EMPTY, until=None
    )


@pytest.mark.parametrize("hand_over", [time(1, 30), time(2), time(2, 30), time(3), time(9)])
@pytest.mark.parametrize("change", [date(2026, 3, 29), date(2026, 10, 25)])
def test_change_of_the_clocks_moves_nobody_twice(hand_over: time, change: date) -> None:
    """A day of 23 or 25 hours: one hand-over a day, also at an hour that is skipped or doubled."""
    rotation = Rotation(
        people=(SATO, ITO), starts_on=change - timedelta(days=3), hand_over=hand_over, days=1
    )
    schedule = Schedule(name="berlin", zone=BERLIN, rotation=rotation)
    start = datetime.combine(change - timedelta(days=2), time(12), tzinfo=BERLIN).astimezone(UTC)

    seen = [on_call_at(schedule, start + timedelta(minutes=m)).person for m in range(4 * 24 * 60)]
    changes = [
        (start + timedelta(minutes=m + 1)).astimezone(BERLIN)
        for m, (before, after) in enumerate(pairwise(seen))
        if before != after
    ]
    assert len(changes) == 4
    assert [at.date() for at in changes] == [change + timedelta(days=d) for d in (-1, 0, 1, 2)]
    turns = hand_overs(schedule, start, limit=4)
    assert [one.at for one in turns] == [at.astimezone(UTC) for at in changes]


@pytest.mark.parametrize("year", range(2024, 2029))
def test_leap_days_and_ends_of_years(year: int) -> None:
    """Turns of a week stay a week over 29 February and over New Year."""
    for day in (date(year, 2, 25), date(year, 12, 28)):
        at = datetime.combine(day, time(12), tzinfo=TOKYO)
        turn = on_call_at(NIGHTS, at)
        assert turn.until is not None
        after = on_call_at(NIGHTS, turn.until)
        assert after.until == turn.until + timedelta(days=7)
        assert after.person != turn.person


@given(
    minutes=st.integers(min_value=-600_000, max_value=600_000),
    zone=st.sampled_from(
        ["Asia/Tokyo", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]
    ),
    days=st.integers(min_value=1, max_value=28),
    hand_over=st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    is_office=st.booleans(),
)
def test_until_is_after_now_and_nothing_changes_before_it(
    minutes: int,
    zone: str,
    days: int,
    hand_over: time,
    is_office: bool,  # noqa: FBT001 (given by name)
) -> None:
    """Whatever the zone: looked at again at `until`, nobody's turn is missed."""
    rotation = Rotation(people=(SATO, ITO), starts_on=MONDAY, hand_over=hand_over, days=days)
    schedule = Schedule(
        name="any", zone=ZoneInfo(zone), rotation=rotation, hours=OFFICE if is_office else ()
    )
    at = datetime(2026, 3, 9, tzinfo=UTC) + timedelta(minutes=minutes)
    now = on_call_at(schedule, at)

    assert now.until is not None
    assert now.until > at
    just_before = on_call_at(schedule, now.until - timedelta(milliseconds=1))
    assert just_before.person == now.person


@pytest.mark.parametrize(("people", "days"), [((), 7), ((SATO,), 0), ((SATO,), 29)])
def test_rotation_that_is_none_is_refused(people: tuple[UserId, ...], days: int) -> None:
    """Without people, or with turns of no length, there is nobody to be on call."""
    with pytest.raises(ValueError, match="people"):
        Rotation(people=people, starts_on=MONDAY, hand_over=time(9), days=days)
