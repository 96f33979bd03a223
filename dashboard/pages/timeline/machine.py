"""The timeline as JSON: the same entries in the same order as on the page."""

from __future__ import annotations

from datetime import datetime

from dashboard.pages.timeline.loading import TimelinePage
from dashboard.pages.timeline.view import entries
from dashboard.web.languages import Language
from domain.evidence import Evidence

Json = dict[str, object]


def as_json(
    page: TimelinePage,
    home_id: str,
    kind: Evidence | None,
    *,
    now: datetime,
    language: Language,
) -> Json:
    """Return what docs/reference/timeline.md describes."""
    told = [
        one
        for one in entries(page.found, now=now, language=language)
        if kind in (None, one.line.kind)
    ]
    return {
        "home": home_id,
        "code": page.code,
        "time_zone": page.found.time_zone,
        "since": page.of.since.isoformat(),
        "until": page.of.until.isoformat(),
        "hours": _hours(page, now) if kind in (None, Evidence.ACTIVITY) else None,
        "entries": [
            {
                "at": one.line.when.isoformat(),
                "kind": one.line.kind,
                "text": one.line.text,
                "addition": one.line.note,
                "note": one.line.said,
                "case": one.case_number,
            }
            for one in told
        ],
    }


def _hours(page: TimelinePage, now: datetime) -> list[Json] | None:
    """Return each hour that was heard; one that is missing was not. None: not to be shown."""
    hours = page.hours
    if hours is None:
        return None
    heard = {hour for hour in hours.seen if page.of.since <= hour < min(page.of.until, now)}
    heard |= {hour for hour in hours.counts if page.of.since <= hour < min(page.of.until, now)}
    return [
        {"hour": hour.isoformat(), "activities": hours.counts.get(hour, 0)}
        for hour in sorted(heard, reverse=True)
    ]
