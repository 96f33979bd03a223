"""Modes of a home: what they hold back, when they end, and who sets them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.absence import (
    LOOK_AGAIN,
    VISITOR_GOES,
    Mode,
    Pause,
    held,
    is_home_typed,
    is_in_force,
    is_never_held,
    may_set,
)
from domain.access import Role
from domain.finding import Cause, Reason

TEN = datetime(2026, 3, 10, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
MINUTES = st.integers(min_value=-120, max_value=600)


@st.composite
def pauses(draw: st.DrawFn) -> Pause:
    """Draw a pause of a length that its mode allows."""
    mode = draw(st.sampled_from(Mode))
    starts_at = TEN + draw(MINUTES) * MINUTE
    lasts = draw(st.integers(min_value=1, max_value=mode.longest // MINUTE)) * MINUTE
    left = draw(st.none() | st.integers(min_value=0, max_value=59))
    return Pause(
        mode=mode,
        starts_at=starts_at,
        ends_at=starts_at + lasts,
        left_at=None if left is None else starts_at + left * MINUTE,
    )


@given(
    given_pauses=st.lists(pauses(), max_size=5),
    cause=st.sampled_from(Cause),
    reason=st.sampled_from(Reason),
    active=st.none() | MINUTES,
    now=MINUTES,
)
def test_whatever_is_paused_is_told_in_time(
    given_pauses: list[Pause], cause: Cause, reason: Reason, active: int | None, now: int
) -> None:
    """A cry for help never waits; the rest waits for no longer than the last pause, at most 8 h."""
    at = TEN + now * MINUTE
    active_at = None if active is None else TEN + active * MINUTE
    found = held(given_pauses, cause, reason, last_activity_at=active_at, now=at)
    if found is None:
        return
    assert not is_never_held(cause, reason)
    assert cause is not Cause.HELP
    assert found.mode is not Mode.TEST
    assert at < found.until <= max(pause.ends_at for pause in given_pauses)
    assert found.until - at <= timedelta(hours=8)


@given(given_pauses=st.lists(pauses(), max_size=5), now=MINUTES)
def test_nothing_is_held_when_no_pause_is_in_force(given_pauses: list[Pause], now: int) -> None:
    """An ended pause holds nothing back, whatever kinds there were."""
    at = TEN + now * MINUTE
    over = [pause for pause in given_pauses if not pause.starts_at <= at < pause.ends_at]
    reason = Reason.SILENCE_PAST_CAP
    assert held(over, Cause.INACTIVITY, reason, last_activity_at=None, now=at) is None


@pytest.mark.parametrize(
    ("active_after", "holds"),
    [(None, True), (timedelta(), True), (VISITOR_GOES, True), (VISITOR_GOES + MINUTE, False)],
)
def test_movement_after_the_visitor_ends_the_visit(
    active_after: timedelta | None, *, holds: bool
) -> None:
    """What moves within five minutes of leaving is the visitor; what moves later, the resident."""
    pause = Pause(
        mode=Mode.VISIT, starts_at=TEN, ends_at=TEN + 60 * MINUTE, left_at=TEN + 10 * MINUTE
    )
    active_at = None if active_after is None else TEN + 10 * MINUTE + active_after
    now = TEN + 30 * MINUTE
    assert is_in_force(pause, last_activity_at=active_at, now=now) is holds


def test_what_a_visit_holds_is_looked_at_again_soon() -> None:
    """It may end by movement at any time, so nobody waits for its end in one go."""
    visit = Pause(mode=Mode.VISIT, starts_at=TEN, ends_at=TEN + 60 * MINUTE)
    reason = Reason.SILENCE_PAST_CAP
    found = held([visit], Cause.INACTIVITY, reason, last_activity_at=None, now=TEN)
    assert found is not None
    assert found.until == TEN + LOOK_AGAIN


def test_modes_end_by_themselves() -> None:
    """8 hours, an hour, half an hour."""
    assert [mode.longest // MINUTE for mode in Mode] == [480, 60, 30]


def test_who_sets_what() -> None:
    """A caseworker sets all, a technician what touches equipment, nobody else anything."""
    of = {role: [mode for mode in (None, *Mode) if may_set(role, mode)] for role in Role}
    everything = [None, *Mode]
    assert of[Role.CASEWORKER] == of[Role.SYSTEM] == everything
    assert of[Role.TECHNICIAN] == [Mode.VISIT, Mode.TEST]
    assert of[Role.FAMILY] == of[Role.ADMINISTRATOR] == of[Role.AUDITOR] == []


@pytest.mark.parametrize(
    ("typed", "is_right"),
    [
        ("K-07", True),
        (" k-07 ", True),
        ("", False),
        (" ", False),
        ("K-7", False),
        ("Yamada", False),
    ],
)
def test_the_home_is_typed(typed: str, *, is_right: bool) -> None:
    """A name, nothing, or another code is no identifier."""
    assert is_home_typed(typed, "K-07") is is_right
