"""Days of a timeline are days of the home's clock, also where the clock is put forward or back."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dashboard.pages.timeline.view import Hours, movement, stretch
from dashboard.web.languages import Language

ENGLISH = Language(code="en")
HOUR = timedelta(hours=1)
LATER = datetime(2027, 1, 1, tzinfo=UTC)
BERLIN, TOKYO, INDIA = (ZoneInfo(name) for name in ("Europe/Berlin", "Asia/Tokyo", "Asia/Kolkata"))


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        (TOKYO, date(2026, 3, 29), 24),
        (BERLIN, date(2026, 3, 29), 23),
        (BERLIN, date(2026, 10, 25), 25),
    ],
)
def test_a_local_day_has_its_own_length(zone: ZoneInfo, day: date, hours: int) -> None:
    """From midnight to midnight by the clock on the wall."""
    of = stretch(day, zone, days=1)

    assert of.until - of.since == hours * HOUR


@pytest.mark.parametrize("zone", [TOKYO, BERLIN, INDIA])
def test_every_hour_stands_on_exactly_one_day(zone: ZoneInfo) -> None:
    """Whatever the zone's offset: none is told twice and none is lost."""
    of = stretch(date(2026, 10, 26), zone, days=3)
    start = of.since.replace(minute=0)
    for step in range(-1, 74):
        hour = start + step * HOUR
        if not of.since <= hour < of.until:
            continue
        hours = Hours(counts={hour: 1}, seen=(), observed_since=LATER)
        days = [of.first + timedelta(days=back) for back in range(3)]
        told = [movement(hours, day, zone, LATER, ENGLISH).startswith("Movement:") for day in days]
        assert sum(told) == 1, hour


def test_not_heard_is_told_apart_from_not_moved() -> None:
    """And nothing is said to be unheard before there was a gateway, nor in what is to come."""
    of = stretch(date(2026, 11, 22), TOKYO, days=1)
    now = of.since + 5 * HOUR
    seen = {of.since + 2 * HOUR}
    hours = Hours(counts={}, seen=seen, observed_since=of.since + HOUR)

    said = movement(hours, of.first, TOKYO, now, ENGLISH)

    assert said == "No movement seen. Nothing heard: 01:00–02:00, 03:00–05:00."
