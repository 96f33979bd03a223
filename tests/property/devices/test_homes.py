"""Simulated homes: any stretch, any seed, any zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from devices.simulators.homes import SimulatedHome
from devices.simulators.incapacity import incapacitated

SEEDS = st.integers(0, 10_000)
INSTANTS = st.datetimes(
    datetime(2020, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(2035, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
).map(lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000))
ZONES = st.sampled_from(["Asia/Tokyo", "Europe/Berlin", "America/St_Johns", "Pacific/Apia"])


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, begin=INSTANTS, zone=ZONES, cut_h=st.floats(0.1, 29.9))
def test_two_stretches_are_the_one_that_they_make(
    seed: int, begin: datetime, zone: str, cut_h: float
) -> None:
    """History up to an instant and life from it on continue each other without a seam."""
    home = SimulatedHome(seed, zone=ZoneInfo(zone))
    end = begin + timedelta(hours=30)
    cut = begin + timedelta(milliseconds=round(cut_h * 3_600_000))

    assert home.events(begin, cut) + home.events(cut, end) == home.events(begin, end)


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS, since=INSTANTS)
def test_nobody_acts_after_any_instant(seed: int, since: datetime) -> None:
    """At whatever moment it happens, no resident-made event follows and the devices go on."""
    story = incapacitated(SimulatedHome(seed), since)
    events = list(story.events(since, since + timedelta(hours=30)))

    assert not [event for event in events if event.resident_made]
    assert {event.device for event in events} == {device.name for device in story.devices}
