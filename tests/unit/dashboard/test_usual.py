"""What is usual: the hour by which there was movement on most comparable days."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dashboard.pages.homes.usual import Usual, usual

TOKYO = ZoneInfo("Asia/Tokyo")
NOW = datetime(2026, 11, 22, 1, 10, tzinfo=UTC)
"""Ten past ten in Tokyo."""
LAST = datetime(2026, 11, 21, 12, 40, tzinfo=UTC)
"""Yesterday 21:40 in Tokyo."""
HOUR = timedelta(hours=1)
SEEN = {NOW.replace(minute=0) - n * HOUR for n in range(24 * 31)}


def at_local_hour(hour: int) -> dict[datetime, int]:
    """Return one activity a day at an hour in Tokyo."""
    return {at: 1 for at in SEEN if at.astimezone(TOKYO).hour == hour and at < LAST}


def test_a_regular_riser_is_told_by_the_hour() -> None:
    """With movement each day from 7 to 8, most days had some by 08:00."""
    found = usual(at_local_hour(7), SEEN, last_activity_at=LAST, now=NOW, zone=TOKYO)

    assert found == Usual(by_hour=8, is_tomorrow=False, days=29, days_with=29)


def test_an_hour_that_is_still_to_come_is_tomorrow() -> None:
    """Asked in the evening about a silence that began then, the morning is the next day's."""
    evening = LAST + timedelta(minutes=50)

    found = usual(at_local_hour(7), SEEN, last_activity_at=LAST, now=evening, zone=TOKYO)

    assert found is not None
    assert found.is_tomorrow


def test_days_that_were_not_seen_are_left_out() -> None:
    """A dark hour before the movement makes the day say nothing; it is not counted as silent."""
    dark = {at for at in SEEN if at.day in (10, 11) and at.astimezone(TOKYO).hour == 3}

    found = usual(at_local_hour(7), SEEN - dark, last_activity_at=LAST, now=NOW, zone=TOKYO)

    assert found is not None
    assert found.days == found.days_with == 27


def test_too_few_days_say_nothing() -> None:
    """In the first week nothing is called usual."""
    recent = {at for at in SEEN if at > NOW - timedelta(days=5)}

    assert usual(at_local_hour(7), recent, last_activity_at=LAST, now=NOW, zone=TOKYO) is None


def test_a_home_without_routine_says_nothing() -> None:
    """Where movement follows on one day in three only, no hour is usual."""
    counts = {at: 1 for at in at_local_hour(7) if at.day % 3 == 0}

    assert usual(counts, SEEN, last_activity_at=LAST, now=NOW, zone=TOKYO) is None


def test_the_hour_is_the_first_that_most_days_reach() -> None:
    """When 7 o'clock covers half of the days and 9 o'clock the others, it is by 10:00."""
    early = {at: 1 for at in at_local_hour(7) if at.astimezone(TOKYO).day % 2 == 0}
    late = {at: 1 for at in at_local_hour(9) if at.astimezone(TOKYO).day % 2 == 1}

    found = usual(early | late, SEEN, last_activity_at=LAST, now=NOW, zone=TOKYO)

    assert found is not None
    assert found.by_hour == 10
