"""From one instant on nobody acts, and everything else goes on."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from devices.simulators.event import HomeEvent
from devices.simulators.homes import SimulatedHome, fleet
from devices.simulators.incapacity import LET_GO, incapacitated
from devices.simulators.recorded import RecordedHome, read
from devices.simulators.stories import EmergencyKind, help_pressed, not_getting_up
from domain.quantity import Quantity, is_activity

SINCE = datetime(2026, 5, 6, 1, 20, tzinfo=UTC)
BEFORE, AFTER = SINCE - timedelta(days=2), SINCE + timedelta(days=2)


def of(events: list[HomeEvent], quantity: Quantity) -> list[HomeEvent]:
    """Return the events of one quantity."""
    return [event for event in events if event.quantity is quantity]


def test_before_the_instant_nothing_changes() -> None:
    """Up to the instant the home lives as it would have lived."""
    home = SimulatedHome(2)

    assert list(incapacitated(home, SINCE).events(BEFORE, SINCE)) == home.events(BEFORE, SINCE)


def test_after_the_instant_no_activity_is_left() -> None:
    """After the instant there is no activity and nothing that the resident made."""
    for home in fleet(6):
        events = list(incapacitated(home, SINCE).events(SINCE, AFTER))

        assert not [event for event in events if event.resident_made]
        assert not [event for event in events if is_activity(event.quantity, event.value)]


def test_heartbeats_and_temperature_go_on() -> None:
    """Every sign of life of a device that would have come still comes, at the same instant."""
    home = SimulatedHome(2)
    whole, left = home.events(SINCE, AFTER), list(incapacitated(home, SINCE).events(SINCE, AFTER))

    assert of(left, Quantity.LINK_QUALITY) == of(whole, Quantity.LINK_QUALITY)
    assert of(left, Quantity.TEMPERATURE) == of(whole, Quantity.TEMPERATURE)


def test_meter_keeps_its_base_load() -> None:
    """The meter reads on, each half-hour, at what the home draws by itself and no more."""
    home = SimulatedHome(2)
    whole = of(home.events(SINCE, AFTER), Quantity.POWER)
    left = of(list(incapacitated(home, SINCE).events(SINCE, AFTER)), Quantity.POWER)

    assert [event.at for event in left] == [event.at for event in whole]
    assert all(low.value <= usual.value for low, usual in zip(left, whole, strict=True))
    assert min(event.value for event in left) >= home.habits.base_w - 1
    assert (
        max(event.value for event in left)
        < home.habits.base_w + 111
        < max(event.value for event in whole)
    )


@pytest.mark.parametrize("seed", range(6))
def test_motion_sensor_that_was_on_lets_go_once(seed: int) -> None:
    """A sensor that said ON at the instant says OFF once, soon after; no other sensor speaks."""
    home = SimulatedHome(seed)
    moving = [
        event.at
        for event in home.events(BEFORE, SINCE)
        if event.quantity is Quantity.MOTION and event.value
    ]
    since = moving[len(moving) // 2] + timedelta(seconds=1)
    left = of(list(incapacitated(home, since).events(since, AFTER)), Quantity.MOTION)

    assert 1 <= len(left) <= 2
    assert all(event.value == 0.0 and event.at <= since + LET_GO for event in left)


def test_incapacity_does_not_depend_on_the_windows_asked_for() -> None:
    """Fetched hour by hour, the story is the same as fetched at once."""
    story = incapacitated(SimulatedHome(4), SINCE)
    hours = [BEFORE + timedelta(hours=number) for number in range(97)]
    pieces = [event for begin, end in pairwise(hours) for event in story.events(begin, end)]

    assert pieces == list(story.events(BEFORE, AFTER))


def test_not_getting_up_happens_in_bed() -> None:
    """It happens after the last event of the night and before the resident would have risen."""
    for home in fleet(6):
        morning = date(2026, 5, 7)
        story = not_getting_up(home, morning)
        wakes_at = home.person.wakes_at(morning)
        night = home.events(story.at - timedelta(minutes=1), wakes_at)

        assert story.kind is EmergencyKind.NOT_GETTING_UP
        assert wakes_at - timedelta(hours=12) < story.at < wakes_at
        assert not [event for event in night if event.resident_made and event.at >= story.at]
        assert [event for event in home.events(wakes_at, AFTER) if event.resident_made]
        later = story.source.events(wakes_at, wakes_at + timedelta(hours=12))
        assert not [event for event in later if event.resident_made]


def test_help_is_pressed_once() -> None:
    """The press is one event more, at its instant; all else stays."""
    home = SimulatedHome(1)
    story = help_pressed(home, SINCE)
    events = list(story.source.events(BEFORE, AFTER))
    presses = of(events, Quantity.HELP)

    assert [press.at for press in presses] == [SINCE]
    assert [event for event in events if event not in presses] == home.events(BEFORE, AFTER)


def test_recorded_meter_shows_earlier_nights() -> None:
    """A recorded meter is never silent after the instant: it repeats its own nights' readings."""
    lines = ["time,power_w\n"]
    for minute in range(0, 4 * 1440, 30):
        at = datetime(2026, 5, 1) + timedelta(minutes=minute)  # noqa: DTZ001 - a local time
        by_day = 10 if at.hour == 12 else 900
        watts = 80 + minute % 7 if 2 <= at.hour < 4 else by_day
        lines.append(f"{at.isoformat()},{watts}\n")
    home = RecordedHome(read(lines, where="made"))
    since = datetime(2026, 5, 4, 0, 10, tzinfo=UTC)
    end = since + timedelta(days=4)  # the file ends before that
    left = of(list(incapacitated(home, since).events(since, end)), Quantity.POWER)

    assert len(left) == 4 * 48
    assert all(80 <= event.value < 87 for event in left)
    assert len({event.value for event in left}) > 1


def test_recorded_home_goes_on_with_heartbeats_only() -> None:
    """Rows after the instant vanish; heartbeats go on past the end of the file."""
    lines = [
        "time,sensor,kind,room,value\n",
        "2026-05-01T10:00:00.000,Hall,motion,Hall,ON\n",
        "2026-05-01T10:00:03.000,Hall,motion,Hall,OFF\n",
        "2026-05-01T10:30:00.000,Frontdoor,door,Hall,OPEN\n",
    ]
    home = RecordedHome(read(lines, where="made"))
    since = home.first_at + timedelta(seconds=1)
    events = list(incapacitated(home, since).events(since, since + timedelta(days=2)))
    motions = of(events, Quantity.MOTION)

    assert [(event.at, event.value) for event in motions] == [
        (home.first_at + timedelta(seconds=3), 0.0)
    ]
    assert len(events) - 1 == len(of(events, Quantity.LINK_QUALITY)) >= 2 * 50
