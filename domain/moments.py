"""Instants as whole milliseconds since 1970, the form in which they travel and are stored."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

LAST_MS = 253_402_300_799_999
"""The last millisecond of the year 9999: a calendar has no later one."""
_ORIGIN = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def to_ms(instant: datetime) -> int:
    """Return whole milliseconds since 1970, rounded down; exact, no floats.

    Raises:
        TypeError: `instant` is naive.
    """
    return (instant - _ORIGIN) // _MILLISECOND


def from_ms(milliseconds: int) -> datetime:
    """Return the aware UTC instant of whole milliseconds since 1970.

    Raises:
        OverflowError: The year would lie beyond 9999.
    """
    return _ORIGIN + timedelta(milliseconds=milliseconds)
