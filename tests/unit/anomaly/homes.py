"""Homes with a simple day, for the detector's tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from anomaly.silences import History, Tick

TOKYO = ZoneInfo("Asia/Tokyo")
BERLIN = ZoneInfo("Europe/Berlin")
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def local(text: str, zone: ZoneInfo = TOKYO) -> datetime:
    """Return the instant at which a clock in `zone` shows `text`, UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def waking_days(
    first: str, days: int, *, zone: ZoneInfo = TOKYO, rise: int = 7, bed: int = 23
) -> list[Tick]:
    """Return activity each 10 minutes from `rise`:00 to `bed`:00 of each local day.

    Each day is shifted by some minutes and one afternoon silence has another length each day, as
    no real day is like the one before.
    """
    midnight = datetime.fromisoformat(first)
    ticks = []
    for day in range(days):
        shift = (day * 7) % 13
        nap = 30 + (day * 11) % 60
        for minute in range(rise * 60, bed * 60 + 1, 10):
            if 14 * 60 < minute < 14 * 60 + nap:
                continue
            wall = midnight + timedelta(days=day, minutes=minute + shift)
            ticks.append(Tick(at=wall.replace(tzinfo=zone).astimezone(UTC)))
    return ticks


def history(ticks: list[Tick]) -> History:
    """Collect ticks."""
    return History.of(ticks)
