"""A person's days: the same from one seed, each on its own, and shaped like a life."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from devices.simulators.habits import Character, habits_of
from devices.simulators.homes import SimulatedHome, fleet
from devices.simulators.person import Person
from domain.quantity import Quantity

MONTH = datetime(2026, 3, 1, tzinfo=UTC)
TOKYO = ZoneInfo("Asia/Tokyo")


def test_day_same_seed() -> None:
    """One seed always lives the same day; another seed lives another."""
    first, again, other = (
        Person(seed=seed, habits=habits_of(seed), zone=TOKYO).day(date(2026, 3, 4))
        for seed in (3, 3, 9)
    )

    assert first == again
    assert first.stays != other.stays


def test_day_stays_follow_each_other() -> None:
    """A person is in one room at a time, and the whole day lies between two wakings."""
    person = Person(seed=5, habits=habits_of(5), zone=TOKYO)
    for number in range(60):
        day = person.day(date(2026, 1, 1) + timedelta(days=number))
        bounds = [day.wakes_s]
        for stay in day.stays:
            bounds += [stay.begin_s, stay.end_s]

        assert bounds == sorted(bounds)
        assert bounds[-1] < day.next_wakes_s


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "Europe/Berlin", "America/New_York"])
def test_events_of_a_day_alone_equal_the_day_in_a_range(zone: str) -> None:
    """Any stretch asked for alone is the same as in a longer one, over clock changes too."""
    home = SimulatedHome(7, zone=ZoneInfo(zone))
    begin = datetime(2026, 3, 1, tzinfo=UTC)
    whole = home.events(begin, begin + timedelta(days=32))

    for number in range(0, 30, 3):
        since = begin + timedelta(days=number, hours=7, minutes=13)
        until = since + timedelta(hours=29)
        alone = SimulatedHome(7, zone=ZoneInfo(zone)).events(since, until)

        assert alone == [event for event in whole if since <= event.at < until]


def test_events_are_in_order_and_states_alternate() -> None:
    """Events come in order of time, and every sensor that went on goes off before it goes on."""
    for home in fleet(6):
        last: dict[str, float] = {}
        events = home.events(MONTH, MONTH + timedelta(days=30))

        assert [event.at for event in events] == sorted(event.at for event in events)
        for event in events:
            if event.quantity in (Quantity.MOTION, Quantity.DOOR, Quantity.OPENING, Quantity.LIGHT):
                assert event.value != last.get(event.device, 1.0 - event.value)
                last[event.device] = event.value


def test_a_day_has_a_life_like_number_of_readings() -> None:
    """A home makes 400 to 600 resident-made readings a day on average, and never few."""
    for home in fleet(12):
        events = home.events(MONTH, MONTH + timedelta(days=28))
        per_day = Counter(event.at.date() for event in events if event.resident_made)

        assert 400 <= sum(per_day.values()) / 28 <= 600
        assert min(per_day.values()) > 250


def test_characters_differ() -> None:
    """Early risers rise hours before late ones, and each character is met among six seeds."""
    homes = {home.habits.character: home for home in fleet(6)}
    early, late = homes[Character.EARLY_RISER], homes[Character.LATE_RISER]
    day = date(2026, 3, 4)

    assert set(homes) == set(Character)
    assert late.person.wakes_at(day) - early.person.wakes_at(day) > timedelta(hours=1)


def test_outings_go_through_the_entrance_door() -> None:
    """One to five hours between two uses of the entrance door are an outing; a walker has many."""
    home = fleet(6)[3]  # the walker
    events = home.events(MONTH, MONTH + timedelta(days=28))
    doors = [event.at for event in events if event.quantity is Quantity.DOOR]
    away = [later - at for at, later in pairwise(doors)]
    outings = [length for length in away if timedelta(minutes=59) < length < timedelta(hours=5.2)]

    assert len(outings) >= 12


def test_day_of_clock_change_is_lived_by_wall_clock() -> None:
    """On the day after the clocks changed, waking is at the usual hour of the wall clock."""
    zone = ZoneInfo("Europe/Berlin")
    person = Person(seed=1, habits=habits_of(1), zone=zone)
    usual_h = habits_of(1).wake_h
    for day in (date(2026, 3, 28), date(2026, 3, 29), date(2026, 3, 30)):
        local = person.wakes_at(day).astimezone(zone)

        assert local.date() == day
        assert usual_h - 1.5 < local.hour + local.minute / 60 < usual_h + 3.5
