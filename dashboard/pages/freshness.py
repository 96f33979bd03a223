"""Whether a page can be believed and alerts get out: what it says when something stands still."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dashboard.web.languages import Language
from domain.clock import Clock, ScaledClock
from storage.register.services import OUTBOX, STILL_AFTER, ServiceState

CHECK_LIMITS = 5
"""The check from the synthetic home arrives each 5 minutes: without one for 5 `STILL_AFTER` it
fails."""
ALERTING, CHECK, URGENT = "alerting", "canary", "urgent"
"""Services as they name themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """What the lines at the top say."""

    as_of: str
    day: str
    """For paper, which outlives the day."""
    is_stale: bool
    text: str
    """Why the page is not up to date; empty while it is."""
    late: tuple[str, ...] = ()
    """Why alerts may be late, and what to do meanwhile; nothing of the page is wrong by that."""


def stale_after(clock: Clock) -> timedelta:
    """Return the limit on this clock: services rest in real seconds, however fast time runs."""
    return STILL_AFTER * clock.speed if isinstance(clock, ScaledClock) else STILL_AFTER


def freshness(
    states: Sequence[ServiceState],
    watched: Sequence[str],
    *,
    limit: timedelta,
    now: datetime,
    zone: ZoneInfo,
    language: Language,
) -> Freshness:
    """Judge the watched services, the outbox and the check: each must have moved on in time.

    Args:
        states: All services that ever started, and the outbox where something waits in it.
        watched: Names; one that never started makes the page stale.
        limit: Longest time without progress; five times that for the check.
        now: The present instant; aware, UTC.
        zone: Of the times that are shown.
        language: Of the text.
    """
    stalls = _Stalls(states, now=now, limit=limit, zone=zone, language=language)
    text = _stale(stalls, watched)
    return Freshness(
        as_of=language.clock(now, zone),
        day=language.long_day(now.astimezone(zone).date()),
        is_stale=bool(text),
        text=text,
        late=tuple(_late(stalls)),
    )


class _Stalls:
    """Says since when something stands still, in words."""

    def __init__(
        self,
        states: Sequence[ServiceState],
        *,
        now: datetime,
        limit: timedelta,
        zone: ZoneInfo,
        language: Language,
    ) -> None:
        self.progress = {state.name: state.progress_at for state in states}
        self.language = language
        self._now, self._limit, self._zone = now, limit, zone

    def since(self, *names: str, limits: int = 1) -> str:
        """Return the time since which the first of these stands still; empty: none does."""
        known = [self.progress[name] for name in names if name in self.progress]
        oldest = min(known, default=self._now)
        if self._now - oldest <= limits * self._limit:
            return ""
        return self.language.moment(oldest, self._zone, now=self._now)


def _stale(stalls: _Stalls, watched: Sequence[str]) -> str:
    gettext = stalls.language.gettext
    if any(name not in stalls.progress for name in watched):
        return gettext(
            "The service that watches the homes is not running. Nothing here is up to date. Call"
            " whom you worry about."
        )
    if since := stalls.since(*(name for name in watched if name != ALERTING)):
        return gettext(
            "Not watching since %(time)s: the service that watches the homes stands still. What is"
            " shown here may have changed. Call whom you worry about.",
            time=since,
        )
    if since := stalls.since(*(name for name in watched if name == ALERTING)):
        return gettext(
            "No alerts since %(time)s: the service that opens cases and tells people stands still."
            " Cases may be missing here. Call whom you worry about.",
            time=since,
        )
    return ""


def _late(stalls: _Stalls) -> Iterator[str]:
    gettext = stalls.language.gettext
    if since := stalls.since(URGENT):
        yield gettext(
            "The help buttons are not heard since %(time)s. Call whom you worry about.", time=since
        )
    if since := stalls.since(OUTBOX):
        yield gettext(
            "Messages have been waiting to go out since %(time)s: alerts may be late. Look at the"
            " list of cases often, and call whom you worry about.",
            time=since,
        )
    if since := stalls.since(CHECK, limits=CHECK_LIMITS):
        yield gettext(
            "Whether alerts get through is not proved since %(time)s: they may be late. Look at the"
            " list of cases often, and call whom you worry about.",
            time=since,
        )
