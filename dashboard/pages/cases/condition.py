"""What is the matter in the home right now: an axis of its own beside what people do about it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from dashboard.web.languages import Language
from domain.case import Condition
from domain.finding import Cause, Kind
from domain.verdict import HomeView, VerdictReason, judge
from storage.register.case_pages import CaseSummary, EpisodeSummary

_DARK = (VerdictReason.NEVER_HEARD, VerdictReason.GATEWAY_SILENT, VerdictReason.CATCHING_UP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The condition, and since when; aware, UTC."""

    condition: Condition
    since: datetime | None


def standing(case: CaseSummary, view: HomeView | None, *, now: datetime) -> Standing | None:
    """Judge the condition of a case; None while it has no episode.

    Not seeing comes first: whatever was seen before may have changed since.

    Args:
        case: The case with its newest episode.
        view: What is known of its home now; None where there is no home or it is out of reach.
        now: The present instant; aware, UTC.
    """
    episode = case.episode
    if episode is None:
        return None
    if case.kind is Kind.TECHNICAL:
        return _of_equipment(episode)
    blind_since = _blind_since(episode, view, now=now)
    if blind_since is not None:
        return Standing(condition=Condition.BLIND, since=blind_since)
    if case.cause is Cause.HELP:
        return Standing(condition=Condition.PRESSED, since=episode.began_at)
    if episode.recovered_at is not None:
        return Standing(condition=Condition.MOVING, since=episode.recovered_at)
    since = episode.last_activity_at or episode.began_at
    return Standing(condition=Condition.SILENT, since=since)


def said(standing_now: Standing, time: str, language: Language) -> str:
    """Say it in a few words; `time` is when it began, as the reader reads times."""
    gettext = language.gettext
    match standing_now.condition:
        case Condition.SILENT:
            return gettext("Still silent since %(time)s", time=time)
        case Condition.MOVING:
            return gettext("Moving again since %(time)s", time=time)
        case Condition.BLIND:
            return gettext("Cannot be seen since %(time)s", time=time)
        case Condition.PRESSED:
            return gettext("Pressed at %(time)s", time=time)
        case Condition.FAULTY:
            return gettext("Not in order since %(time)s", time=time)
        case Condition.MENDED:
            return gettext("In order again since %(time)s", time=time)
        case _:
            assert_never(standing_now.condition)


def _of_equipment(episode: EpisodeSummary) -> Standing:
    if episode.recovered_at is not None:
        return Standing(condition=Condition.MENDED, since=episode.recovered_at)
    return Standing(condition=Condition.FAULTY, since=episode.blind_since or episode.began_at)


def _blind_since(
    episode: EpisodeSummary, view: HomeView | None, *, now: datetime
) -> datetime | None:
    """Return since when the home is dark now; without a view, as the episode says."""
    if view is None:
        return episode.blind_since if episode.recovered_at is None else None
    alone = replace(view, has_open_resident_case=False, absent_until=None, overdue_since=None)
    if judge(alone, now=now).reason not in _DARK:
        return None
    return view.watermark or episode.found_at
