"""The digest counts as the board counts: every home once, by its verdict and this morning."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerting.digest import (
    NIGHT_ENDS,
    DigestLine,
    Seen,
    Standing,
    at,
    counted,
    line_of,
    morning_of,
    next_after,
    ordered,
)
from alerting.messages.digest import MOST_LINES, write
from domain.ids import HomeId
from domain.verdict import HomeView, Verdict, judge

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
"""Ten in Tokyo."""
HOUR = timedelta(hours=1)
TOKYO, BERLIN = ZoneInfo("Asia/Tokyo"), ZoneInfo("Europe/Berlin")
AGES = st.none() | st.integers(min_value=0, max_value=80).map(lambda hours: hours * HOUR)
INSTANTS = st.integers(min_value=0, max_value=5 * 365 * 24 * 60).map(
    lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


def line(  # the parts of a view, as ages
    *,
    is_open: bool = False,
    heard: timedelta | None = timedelta(0),
    active: timedelta | None = HOUR,
    away: timedelta | None = None,
    code: str = "K-01",
) -> DigestLine:
    """Return the line of a home."""
    view = HomeView(
        has_open_resident_case=is_open,
        last_heard_at=None if heard is None else NOW - heard,
        watermark=None if heard is None else NOW - heard,
        last_activity_at=None if active is None else NOW - active,
        absent_until=None if away is None else NOW + away,
    )
    seen = Seen(
        home=HomeId(code),
        code=code,
        time_zone="Asia/Tokyo",
        view=view,
        judgement=judge(view, now=NOW),
    )
    return line_of(seen, now=NOW)


@given(st.lists(st.tuples(st.booleans(), AGES, AGES, AGES), max_size=30))
def test_every_home_stands_once_and_as_its_verdict_says(
    homes: list[tuple[bool, timedelta | None, timedelta | None, timedelta | None]],
) -> None:
    """The sum is all homes; only what is judged well and has moved since four is confirmed."""
    lines = [
        line(is_open=is_open, heard=heard, active=active, away=away)
        for is_open, heard, active, away in homes
    ]

    counts = counted(lines)

    assert sum(counts.values()) == len(homes)
    verdicts = [one.verdict for one in lines]
    assert counts[Standing.AWAY] == verdicts.count(Verdict.AWAY)
    assert counts[Standing.CANNOT_TELL] == verdicts.count(Verdict.CANNOT_SEE)
    for one in lines:
        if one.standing is Standing.CONFIRMED:
            assert one.verdict is Verdict.WELL
            assert one.confirmed_at is not None
            assert one.confirmed_at >= at(one.day, NIGHT_ENDS, TOKYO)
        else:
            assert one.confirmed_at is None


def test_an_alert_that_moved_is_not_confirmed() -> None:
    """A case is open: somebody has to make sure."""
    assert line(is_open=True).standing is Standing.UNCONFIRMED


def test_the_boundary_of_the_night_belongs_to_the_morning() -> None:
    """Six hours before ten is four."""
    assert line(active=6 * HOUR).standing is Standing.CONFIRMED
    assert line(active=6 * HOUR + timedelta(seconds=1)).standing is Standing.UNCONFIRMED


def test_those_who_need_somebody_come_first() -> None:
    """Then by code."""
    lines = [line(code="K-03"), line(code="K-02", active=None), line(code="K-01", is_open=True)]

    assert [one.code for one in ordered(lines)] == ["K-01", "K-02", "K-03"]


@given(INSTANTS, st.sampled_from([TOKYO, BERLIN, ZoneInfo("America/New_York")]))
def test_every_instant_belongs_to_one_morning(now: datetime, zone: ZoneInfo) -> None:
    """C03, C06: also on the 29th of February, at the year's end, and on days of 23 and 25 hours."""
    morning = morning_of(now, zone)
    following = at(morning.day + timedelta(days=1), NIGHT_ENDS, zone)

    assert morning.night_ended_at <= now < following
    assert following - morning.night_ended_at in (23 * HOUR, 24 * HOUR, 25 * HOUR)


@given(INSTANTS)
def test_the_next_ten_is_later_and_is_ten(now: datetime) -> None:
    """By the clock of one of the zones, and within a day."""
    ten = time(10)
    found = next_after(now, ten, [TOKYO, BERLIN])

    assert found is not None
    assert now < found <= now + 25 * HOUR
    assert any(found.astimezone(zone).time() == ten for zone in (TOKYO, BERLIN))
    assert next_after(now, ten, []) is None


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_mail_names_those_who_are_not_confirmed_and_counts_the_rest(language: str) -> None:
    """By code; of very many only so many, and it says how many more there are."""
    many = [line(code=f"U-{number:03d}", active=None) for number in range(MOST_LINES + 7)]
    text = write(
        [*many, line(code="K-99")],
        language,
        link="https://mimamori.example/digest",
        day=date(2026, 11, 22),
        zone=TOKYO,
        now=NOW,
    )

    assert "U-099" in text.body
    assert "U-100" not in text.body
    assert "K-99" not in text.body
    assert ("and 7 more" if language == "en" else "ほか7件") in text.body
    assert "https://mimamori.example/digest" in text.body
    assert "119" in text.body


def test_nobody_at_all_is_told_without_a_fault() -> None:
    """No homes: the sentence says none of none."""
    text = write([], "en", link="x", day=date(2026, 11, 22), zone=TOKYO, now=NOW)

    assert "0 of 0 confirmed well by 10:00" in text.subject
