"""Whether a page is up to date: what it says of itself when a service behind it stands still."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dashboard.web.languages import Language
from domain.clock import Clock, ScaledClock
from storage.register.services import ServiceState

STALE_AFTER = timedelta(minutes=2)
"""Without progress for so long, nothing on the page can be taken for news."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """What the line at the top says."""

    as_of: str
    day: str
    """For paper, which outlives the day."""
    is_stale: bool
    text: str
    """Why the page is not up to date; empty while it is."""


def stale_after(clock: Clock) -> timedelta:
    """Return the limit on this clock: services rest in real seconds, however fast time runs."""
    return STALE_AFTER * clock.speed if isinstance(clock, ScaledClock) else STALE_AFTER


def is_moving(
    states: Sequence[ServiceState], watched: Sequence[str], *, limit: timedelta, now: datetime
) -> bool:
    """Tell whether each watched service has started and moved on within `limit`."""
    progress = {state.name: state.progress_at for state in states}
    return all(name in progress and now - progress[name] <= limit for name in watched)


def freshness(
    states: Sequence[ServiceState],
    watched: Sequence[str],
    *,
    limit: timedelta,
    now: datetime,
    zone: ZoneInfo,
    language: Language,
) -> Freshness:
    """Judge the watched services: each must have moved on within `limit`.

    Args:
        states: All services that ever started.
        watched: Names; one that never started makes the page stale.
        limit: Longest time without progress.
        now: The present instant; aware, UTC.
        zone: Of the times that are shown.
        language: Of the text.
    """
    as_of, day = language.clock(now, zone), language.long_day(now.astimezone(zone).date())
    progress = {state.name: state.progress_at for state in states}
    if any(name not in progress for name in watched):
        message = language.gettext(
            "The service that watches the homes is not running. Nothing here is up to date."
        )
        return Freshness(as_of=as_of, day=day, is_stale=True, text=message)
    oldest = min((progress[name] for name in watched), default=now)
    if now - oldest > limit:
        message = language.gettext(
            "No news since %(time)s: the service that watches the homes stands still. What is shown"
            " here may have changed.",
            time=language.moment(oldest, zone, now=now),
        )
        return Freshness(as_of=as_of, day=day, is_stale=True, text=message)
    return Freshness(as_of=as_of, day=day, is_stale=False, text="")
