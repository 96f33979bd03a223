"""The identity of a finding: what repeats it, and what is another one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.finding import Cause, Finding, Kind, Phase, Reason
from domain.ids import HomeId, SensorId

T = datetime(2026, 3, 1, 3, tzinfo=UTC)
ONE = Finding(
    home=HomeId("home-one"),
    cause=Cause.HELP,
    phase=Phase.BEGUN,
    reason=Reason.BUTTON_PRESSED,
    began_at=T,
    found_at=T,
    sensor=SensorId("button-one"),
)


def test_the_same_seen_again_later_is_the_same_finding() -> None:
    """When it was found, and with what, is no part of what it is."""
    again = replace(ONE, found_at=T + timedelta(hours=1), due_at=T, last_activity_at=T)

    assert again.key == ONE.key


@pytest.mark.parametrize(
    "other",
    [
        replace(ONE, home=HomeId("home-two")),
        replace(ONE, began_at=T + timedelta(milliseconds=1)),
        replace(ONE, phase=Phase.RECOVERED),
        replace(ONE, cause=Cause.INACTIVITY),
        replace(ONE, reason=Reason.BUTTON_ARRIVED_LATE),
    ],
)
def test_another_home_instant_phase_cause_or_reason_is_another_finding(other: Finding) -> None:
    """Two of them are two rows of the log."""
    assert other.key != ONE.key


def test_each_silent_sensor_is_a_finding_of_its_own() -> None:
    """Only there the sensor says what it is about."""
    silent = replace(ONE, cause=Cause.SENSOR_SILENT, reason=Reason.NOTHING_HEARD)

    assert silent.key != replace(silent, sensor=SensorId("motion-one")).key
    assert ONE.key == replace(ONE, sensor=SensorId("button-two")).key


def test_a_key_fits_its_column() -> None:
    """The longest ids and words there are stay below the 255 characters of the log."""
    longest = replace(
        ONE,
        home=HomeId("h" * 32),
        cause=Cause.SENSOR_SILENT,
        reason=max(Reason, key=len),
        sensor=SensorId("s" * 32),
        service="s" * 32,
        began_at=T + timedelta(microseconds=1),
    )

    assert len(longest.key) <= 255


@pytest.mark.parametrize("cause", Cause)
def test_every_cause_is_about_somebody_or_something(cause: Cause) -> None:
    """Only silence, a cry for help and a doubtful absence are about the person."""
    is_person = cause in {Cause.INACTIVITY, Cause.HELP, Cause.ABSENCE}

    assert cause.kind is (Kind.RESIDENT if is_person else Kind.TECHNICAL)
