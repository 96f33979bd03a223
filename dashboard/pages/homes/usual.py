"""What is usual at this time of day: the comparison that makes a silence speak.

It answers one question in words that can be checked by eye: after the hour in which this silence
began, by what time was there some movement on most days?
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

MOST = 0.8
"""Share of days that "most days" means; chosen."""
FEWEST_DAYS = 7
"""With fewer comparable days nothing is said."""
LOOKED_BACK_DAYS = 30
LONGEST = timedelta(hours=24)
"""A longer silence needs no comparison."""
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """On `days_with` of `days` days there was some movement by `by_hour`."""

    by_hour: int
    """Local hour, 1 to 24; movement in the hour before it counts."""
    is_tomorrow: bool
    """Whether `by_hour` is still to come on the day after the present one."""
    days: int
    days_with: int


def usual(
    counts: Mapping[datetime, int],
    seen: Collection[datetime],
    *,
    last_activity_at: datetime,
    now: datetime,
    zone: ZoneInfo,
) -> Usual | None:
    """Say by when there usually is movement, following a last movement at this time of day.

    Args:
        counts: Activities by UTC hour over the last `LOOKED_BACK_DAYS` days.
        seen: UTC hours in which anything at all was heard; days with a dark hour in the stretch
            and no movement in it say nothing and are left out.
        last_activity_at: When the silence began; aware, UTC.
        now: The present instant; aware, UTC.
        zone: The home's, so that a change of the clock shifts nothing.

    Returns:
        The earliest hour by which `MOST` of the comparable days had some; None when there are too
        few days or no such hour within `LONGEST`.
    """
    began = last_activity_at.astimezone(zone).replace(minute=0, second=0, microsecond=0)
    waits = [
        wait
        for back in range(1, LOOKED_BACK_DAYS)
        if (wait := _hours_until_movement(began, back, counts, seen, now)) is not None
    ]
    if len(waits) < FEWEST_DAYS:
        return None
    for hours in range(1, LONGEST // _HOUR):
        days_with = sum(wait <= hours for wait in waits)
        if days_with >= MOST * len(waits):
            end = began.hour + hours + 1
            return Usual(
                by_hour=(end - 1) % 24 + 1,
                is_tomorrow=end > 24 and began.date() == now.astimezone(zone).date(),  # noqa: PLR2004 (hours of a day)
                days=len(waits),
                days_with=days_with,
            )
    return None


def _hours_until_movement(
    began: datetime,
    back: int,
    counts: Mapping[datetime, int],
    seen: Collection[datetime],
    now: datetime,
) -> int | None:
    """Return in which hour after the same hour `back` days ago there was movement, from 1.

    None when that is not known: an hour before it was dark, or has not come yet.
    """
    start = (began.replace(tzinfo=None) - timedelta(days=back)).replace(tzinfo=began.tzinfo)
    first = start.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    for hours in range(1, LONGEST // _HOUR + 1):
        hour = first + hours * _HOUR
        if counts.get(hour, 0) > 0:
            return hours
        if hour not in seen or hour + _HOUR > now:
            return None
    return LONGEST // _HOUR + 1
