"""The verdict of a home: exactly one of four, in a fixed order, with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.case import Outcome

CANNOT_SEE_AFTER = timedelta(minutes=5)
"""Silence of a gateway after which a home cannot be seen: five missed heartbeats of 60 s."""


WELL_LASTS = timedelta(hours=48)
"""Without activity for so long nothing proves that somebody is well, whatever became of its case:
twice the longest silence that is ever allowed (chosen)."""


VERIFIED = frozenset({Outcome.WELL, Outcome.HELPED})
"""Outcomes with which a person says that somebody was spoken to or seen, and needs nothing now."""

LEAVING_LASTS = timedelta(minutes=30)
"""What moves within this after an absence began is the leaving; what moves later is a return."""


class Verdict(StrEnum):
    """What a caseworker sees first; the order of the members is the order of precedence."""

    ALERT = "alert"
    CANNOT_SEE = "cannot_see"
    AWAY = "away"
    WELL = "well"


class VerdictReason(StrEnum):
    """Why a home has its verdict."""

    OPEN_CASE = "open_case"
    NEVER_HEARD = "never_heard"
    GATEWAY_SILENT = "gateway_silent"
    CATCHING_UP = "catching_up"
    """The gateway is heard, but what happened in between has not all arrived."""
    NEVER_ACTIVE = "never_active"
    """Everything is heard, yet no activity was ever seen: nothing proves life."""
    SILENT_UNVERIFIED = "silent_unverified"
    """Everything is heard, silence is longer than is usual, and nobody has verified anything."""
    NO_RECENT_ACTIVITY = "no_recent_activity"
    """Everything is heard, and there was no activity for `WELL_LASTS`: its case was closed."""
    ABSENCE = "absence"
    RECENT_ACTIVITY = "recent_activity"


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeView:
    """What is known of a home when it is judged; instants are aware, UTC."""

    has_open_resident_case: bool
    last_heard_at: datetime | None
    """Receipt of the newest envelope, empty ones included."""
    watermark: datetime | None
    """Up to when everything that happened has arrived."""
    last_activity_at: datetime | None
    absent_until: datetime | None
    """End of the absence in force, None when there is none; see `has_come_home`."""
    overdue_since: datetime | None = None
    """When the silence is, or was, longer than expected, without anybody verified to be well since;
    None where nothing is expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A verdict and why."""

    verdict: Verdict
    reason: VerdictReason
    since: datetime | None = None
    """Since when the home cannot be seen, or the last activity, as far as known."""


def judge(home: HomeView, *, now: datetime) -> Judgement:
    """Judge one home at `now`.

    A dark home is never well and never away: it could be neither told nor disproved. A home whose
    gateway speaks but has not yet delivered its past is dark as well, up to the watermark.
    """
    if home.has_open_resident_case:
        return Judgement(
            verdict=Verdict.ALERT, reason=VerdictReason.OPEN_CASE, since=home.last_activity_at
        )
    dark = _darkness(home, now=now)
    if dark is not None:
        return Judgement(verdict=Verdict.CANNOT_SEE, reason=dark, since=home.watermark)
    if home.absent_until is not None and now < home.absent_until:
        return Judgement(
            verdict=Verdict.AWAY, reason=VerdictReason.ABSENCE, since=home.last_activity_at
        )
    doubt = _doubt(home, now=now)
    if doubt is not None:
        return Judgement(verdict=Verdict.CANNOT_SEE, reason=doubt, since=home.last_activity_at)
    return Judgement(
        verdict=Verdict.WELL, reason=VerdictReason.RECENT_ACTIVITY, since=home.last_activity_at
    )


def has_come_home(*, absent_from: datetime, last_activity_at: datetime | None) -> bool:
    """Tell whether activity ended an absence before its time.

    A visitor counts as well: one case too many is the smaller harm than a resident who came home
    early and is not watched until the day that was entered.
    """
    return last_activity_at is not None and last_activity_at > absent_from + LEAVING_LASTS


def _darkness(home: HomeView, *, now: datetime) -> VerdictReason | None:
    if home.last_heard_at is None:
        return VerdictReason.NEVER_HEARD
    if now - home.last_heard_at > CANNOT_SEE_AFTER:
        return VerdictReason.GATEWAY_SILENT
    if home.watermark is None or now - home.watermark > CANNOT_SEE_AFTER:
        return VerdictReason.CATCHING_UP
    return None


def _doubt(home: HomeView, *, now: datetime) -> VerdictReason | None:
    """Return why nothing proves that somebody is well, though everything is heard."""
    if home.last_activity_at is None:
        return VerdictReason.NEVER_ACTIVE
    if home.overdue_since is not None and home.overdue_since <= now:
        return VerdictReason.SILENT_UNVERIFIED
    if now - home.last_activity_at > WELL_LASTS:
        return VerdictReason.NO_RECENT_ACTIVITY
    return None
