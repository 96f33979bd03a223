"""From activity to silences, at home and after leaving."""

from __future__ import annotations

import numpy as np
import pytest

from anomaly.silences import History, Mode, Tick, mode_after, silences
from domain.errors import InputError
from tests.unit.anomaly.homes import HOUR, MINUTE, local

NOON = local("2026-03-10T12:00")


def door(minutes: float) -> Tick:
    """Return the entrance door, some minutes after noon."""
    return Tick(at=NOON + minutes * MINUTE, entrance=True)


def step(minutes: float) -> Tick:
    """Return interior activity, some minutes after noon."""
    return Tick(at=NOON + minutes * MINUTE)


def test_mode_is_home_without_any_activity() -> None:
    """Who was never seen is not taken for out."""
    assert mode_after([]) is Mode.HOME


def test_mode_is_just_left_after_the_door() -> None:
    """The entrance door as the last activity means that somebody may have left."""
    assert mode_after([step(0), door(5)]) is Mode.JUST_LEFT


def test_mode_stays_just_left_with_three_steps_around_the_door() -> None:
    """A hall sensor sees the one who leaves: three steps within three minutes prove no return."""
    assert mode_after([door(0), step(1), step(2), step(3)]) is Mode.JUST_LEFT


def test_mode_is_home_after_a_fourth_step() -> None:
    """More than three steps after the door: somebody is in."""
    assert mode_after([door(0), step(0.5), step(1), step(1.5), step(2)]) is Mode.HOME


def test_mode_is_home_after_a_later_step() -> None:
    """Interior activity more than three minutes after the door is a return."""
    assert mode_after([door(0), step(3.1)]) is Mode.HOME


def test_mode_depends_on_when_it_happened_not_on_the_order_of_arrival() -> None:
    """Late ticks change nothing."""
    assert mode_after([step(3.1), door(0)]) is Mode.HOME


def test_silences_are_longer_than_five_minutes_and_closed() -> None:
    """Short spacing is no silence, and one that still runs is not learned as usual."""
    found = silences(History.of([step(0), step(5), step(11), door(12), step(72)]))

    assert (found.end_s - found.start_s).tolist() == [360.0, 3600.0]
    assert found.left.tolist() == [False, True]


def test_overlapping_names_the_silences_that_touch_a_stretch() -> None:
    """A silence that only borders on a stretch is not touched by it."""
    found = silences(History.of([step(0), step(60), step(120)]))

    touched = found.overlapping([(NOON + HOUR, NOON + HOUR + MINUTE)])

    assert touched.tolist() == [False, True]


def test_history_refuses_an_instant_that_is_not_finite() -> None:
    """A poisoned home is named, not learned from."""
    with pytest.raises(InputError, match="RTN-001"):
        History.from_arrays([0.0, np.nan], [False, False])
