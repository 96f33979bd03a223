"""The activity picture: what each hour shows, on ordinary days and when the clock changes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from dashboard.pages.homes.activity import DAYS, HOURS, LEVELS, Sight, draw, runs, window
from dashboard.pages.homes.home_view import picture_view
from dashboard.web.languages import Language

TOKYO = ZoneInfo("Asia/Tokyo")
BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 22, 1, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


def all_hours(now: datetime, zone: ZoneInfo) -> set[datetime]:
    """Return every hour of the window, as if the home had always been heard."""
    start, end = window(now, zone)
    return {start + n * HOUR for n in range((end - start) // HOUR)}


def test_an_hour_without_movement_differs_from_one_without_data() -> None:
    """A heard hour without activity is QUIET, an unheard one NO_DATA."""
    seen = all_hours(NOW, TOKYO)
    dark = datetime(2026, 11, 20, 3, tzinfo=UTC)

    day = draw({}, seen - {dark}, now=NOW, zone=TOKYO).days[-3]

    assert day.cells[12].sight is Sight.NO_DATA
    assert day.cells[11].sight is Sight.QUIET


def test_activity_falls_into_the_local_hour() -> None:
    """06:00 UTC is 15 o'clock in Tokyo."""
    at = datetime(2026, 11, 20, 6, tzinfo=UTC)

    day = draw({at: 5}, set(), now=NOW, zone=TOKYO).days[-3]

    assert day.active_hours == (15,)
    assert day.cells[15].count == 5


def test_the_rest_of_today_is_to_come() -> None:
    """Hours after the present one are neither quiet nor dark."""
    today = draw({}, all_hours(NOW, TOKYO), now=NOW, zone=TOKYO).days[-1]

    assert today.cells[10].sight is Sight.QUIET
    assert {cell.sight for cell in today.cells[11:]} == {Sight.TO_COME}


def test_the_present_hour_is_dark_only_when_the_home_is_overdue() -> None:
    """Three minutes into the hour nothing needs to have been heard; ten minutes in it does."""
    start = NOW.replace(minute=0)

    early = draw({}, set(), now=start + timedelta(minutes=3), zone=TOKYO).days[-1].cells[10]
    late = draw({}, set(), now=start + timedelta(minutes=10), zone=TOKYO).days[-1].cells[10]

    assert (early.sight, late.sight) == (Sight.TO_COME, Sight.NO_DATA)


def test_the_hour_that_spring_takes_away_is_skipped() -> None:
    """On 29 March 2026 there is no 2 o'clock in Berlin; that is no gap in the data."""
    now = datetime(2026, 3, 30, 10, tzinfo=UTC)

    day = draw({}, all_hours(now, BERLIN), now=now, zone=BERLIN).days[-2]

    assert day.cells[2].sight is Sight.SKIPPED
    assert day.dark_hours == 0


def test_the_hour_that_autumn_gives_twice_is_one_cell() -> None:
    """On 25 October 2026 both 2 o'clocks in Berlin add up."""
    now = datetime(2026, 10, 26, 10, tzinfo=UTC)
    twice = {datetime(2026, 10, 25, hour, tzinfo=UTC): 3 for hour in (0, 1)}

    day = draw(twice, all_hours(now, BERLIN), now=now, zone=BERLIN).days[-2]

    assert day.cells[2].count == 6


def test_of_two_hours_of_one_name_a_dark_one_leaves_doubt() -> None:
    """If one of the two 2 o'clocks was not heard, the cell is NO_DATA, not QUIET."""
    now = datetime(2026, 10, 26, 10, tzinfo=UTC)
    seen = all_hours(now, BERLIN) - {datetime(2026, 10, 25, 0, tzinfo=UTC)}

    day = draw({}, seen, now=now, zone=BERLIN).days[-2]

    assert day.cells[2].sight is Sight.NO_DATA


def test_a_home_never_heard_is_all_dark() -> None:
    """Without any data there is no quiet hour anywhere."""
    picture = draw({}, set(), now=NOW, zone=TOKYO)

    sights = {cell.sight for day in picture.days for cell in day.cells}
    assert sights == {Sight.NO_DATA, Sight.TO_COME}
    assert not picture.has_activity


def test_hours_before_the_gateway_are_neither_dark_nor_counted() -> None:
    """A home equipped last night was watched for twelve hours, one of them dark: not 720."""
    began = NOW.replace(minute=0) - 11 * HOUR - timedelta(minutes=30)
    heard = {hour for hour in all_hours(NOW, TOKYO) if hour > began} - {NOW.replace(minute=0)}

    picture = draw({}, heard, since=began, now=NOW, zone=TOKYO)

    assert sum(day.dark_hours for day in picture.days) == 1
    assert sum(day.watched_hours for day in picture.days) == 12
    assert {cell.sight for cell in picture.days[0].cells} == {Sight.NOT_INSTALLED}
    said = picture_view(picture, Language(code="en")).description
    assert said == "Movement on 0 of 2 days. Nothing heard in 1 of 12 hours."


def test_of_darkness_nothing_is_said_where_there_was_none() -> None:
    """A home that was always heard has no sentence about hours not heard."""
    picture = draw({}, all_hours(NOW, TOKYO), now=NOW, zone=TOKYO)

    assert picture_view(picture, Language(code="en")).description == "Movement on 0 of 30 days."


@given(
    st.dictionaries(st.integers(0, 24 * DAYS), st.integers(1, 500), max_size=80),
    st.sampled_from(["Asia/Tokyo", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe"]),
    st.integers(0, 365 * 24 * 60).map(lambda minutes: NOW + timedelta(minutes=minutes)),
)
def test_every_day_is_covered_once(counts: dict[int, int], name: str, now: datetime) -> None:
    """In any zone there are 30 days of 24 cells; runs cover each once; no activity is lost."""
    zone = ZoneInfo(name)
    start, end = window(now, zone)
    given_counts = {
        start + hour * HOUR: n for hour, n in counts.items() if start + hour * HOUR < end
    }

    picture = draw(given_counts, set(), now=now, zone=zone)

    assert len(picture.days) == DAYS
    first = picture.days[0].date
    inside = sum(n for at, n in given_counts.items() if at.astimezone(zone).date() >= first)
    assert sum(cell.count for day in picture.days for cell in day.cells) == inside
    for day in picture.days:
        covered = [hour for run in runs(day) for hour in range(run.first, run.first + run.length)]
        assert covered == list(range(HOURS))
        assert all(1 <= c.level <= LEVELS for c in day.cells if c.sight is Sight.ACTIVE)
