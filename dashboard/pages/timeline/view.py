"""The timeline as a view: days, newest first, each with its hours and its entries."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dashboard.pages.cases.timeline import Line, Tone, lines
from dashboard.web import deeds, words
from dashboard.web.languages import Language
from domain.evidence import Evidence
from domain.report import Sighting
from domain.verdict import CANNOT_SEE_AFTER
from storage.register.reports import Report
from storage.register.timeline import AbsenceEvidence, HomeEvidence

DAYS = 7
"""How many local days a page holds."""
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Some whole local days; instants aware, UTC."""

    first: date
    last: date
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """What the sensors saw: UTC hours with their activities, and those in which anything spoke."""

    counts: Mapping[datetime, int]
    seen: Collection[datetime]
    observed_since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry."""

    line: Line
    kind_word: str
    clock: str
    case_url: str = ""
    case_number: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayView:
    """One local day."""

    day: date
    title: str
    moved: str
    """When there was movement, and when nothing was heard; empty where it is not to be shown."""
    entries: tuple[Entry, ...]


def stretch(last: date, zone: ZoneInfo, *, days: int = DAYS) -> Stretch:
    """Return the local days up to and with `last`.

    Each begins at its own local midnight: where the clock is put forward or back, a day has 23 or
    25 hours.
    """
    first = last - timedelta(days=days - 1)
    return Stretch(
        first=first,
        last=last,
        since=midnight(first, zone),
        until=midnight(last + timedelta(days=1), zone),
    )


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return when a local day begins; aware, UTC."""
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def day_views(
    found: HomeEvidence,
    hours: Hours | None,
    of: Stretch,
    *,
    kind: Evidence | None,
    now: datetime,
    language: Language,
) -> tuple[DayView, ...]:
    """Put all evidence into days, newest first, and within a day newest first.

    Args:
        found: What people and rules did.
        hours: What the sensors saw; None where the reader may not see it.
        of: The days.
        kind: The one kind to show; None for all.
        now: The present instant; aware, UTC.
        language: Of the texts.
    """
    zone = ZoneInfo(found.time_zone)
    all_entries = [
        one for one in entries(found, now=now, language=language) if kind in (None, one.line.kind)
    ]
    shows_hours = hours is not None and kind in (None, Evidence.ACTIVITY)
    views = []
    for back in range((of.last - of.first).days + 1):
        day = of.last - timedelta(days=back)
        mine = [one for one in all_entries if one.line.when.astimezone(zone).date() == day]
        moved = movement(hours, day, zone, now, language) if hours and shows_hours else ""
        if mine or moved or kind is None:
            views.append(
                DayView(day=day, title=language.long_day(day), moved=moved, entries=tuple(mine))
            )
    return tuple(views)


def entries(found: HomeEvidence, *, now: datetime, language: Language) -> list[Entry]:
    """Return all entries, newest first."""
    zone = ZoneInfo(found.time_zone)
    told: list[Entry] = []
    for case in found.cases:
        of_case = lines(
            case.events,
            case.notifications,
            attempts=case.attempts,
            zone=zone,
            now=now,
            language=language,
        )
        entry = Entry(
            line=Line(when=now, at="", text="", tone=Tone.PLAIN, kind=Evidence.CASE),
            kind_word="",
            clock="",
            case_url=f"/cases/{case.id}",
            case_number=case.number,
        )
        told += [replace(entry, line=line) for line in of_case]
    told += [_plain(_absence(one, zone, now, language)) for one in found.absences]
    told += [_plain(_report(one, zone, now, language)) for one in found.reports]
    named = [
        replace(
            one,
            kind_word=words.evidence(one.line.kind, language),
            clock=language.clock(one.line.when, zone),
        )
        for one in told
    ]
    return sorted(named, key=lambda one: one.line.when, reverse=True)


def movement(hours: Hours, day: date, zone: ZoneInfo, now: datetime, language: Language) -> str:
    """Say of one local day when there was movement and when nothing was heard; empty before now.

    An hour belongs to the local day in which it begins.
    """
    start, end = midnight(day, zone), midnight(day + timedelta(days=1), zone)
    active: list[datetime] = []
    dark: list[datetime] = []
    hour = start if start.minute == 0 else start.replace(minute=0) + _HOUR
    while hour < min(end, now):
        if hours.counts.get(hour, 0) > 0:
            active.append(hour)
        elif hour not in hours.seen and _should_speak(hour, hours, now):
            dark.append(hour)
        hour += _HOUR
    if start >= now:
        return ""
    gettext = language.gettext
    said = [
        gettext("Movement: %(hours)s.", hours=_spans(active, zone, now, language))
        if active
        else gettext("No movement seen.")
    ]
    if dark:
        said.append(gettext("Nothing heard: %(hours)s.", hours=_spans(dark, zone, now, language)))
    return " ".join(said) if language.code != "ja" else "".join(said)


def _should_speak(hour: datetime, hours: Hours, now: datetime) -> bool:
    return hour >= hours.observed_since and now - hour > CANNOT_SEE_AFTER


def _spans(hours: Sequence[datetime], zone: ZoneInfo, now: datetime, language: Language) -> str:
    """Say hours as spans of the local clock, as 07:00–09:00; none goes beyond now."""
    spans: list[list[datetime]] = []
    for hour in hours:
        if spans and spans[-1][1] == hour:
            spans[-1][1] = hour + _HOUR
        else:
            spans.append([hour, hour + _HOUR])
    return language.gettext(", ").join(
        f"{language.clock(first, zone)}–{language.clock(min(last, now), zone)}"
        for first, last in spans
    )


def _plain(line: Line) -> Entry:
    return Entry(line=line, kind_word="", clock="")


def _absence(one: AbsenceEvidence, zone: ZoneInfo, now: datetime, language: Language) -> Line:
    by = language.gettext("A caseworker") if one.by == "" else one.by or ""
    text = language.gettext(
        "Absence until %(end)s", end=language.moment(one.ends_at, zone, now=now)
    )
    note = language.gettext("entered by %(name)s", name=by) if by else ""
    return Line(
        when=one.starts_at,
        at=language.moment(one.starts_at, zone, now=now),
        text=text,
        tone=Tone.PLAIN,
        kind=Evidence.ABSENCE,
        note=note,
    )


def _report(one: Report, zone: ZoneInfo, now: datetime, language: Language) -> Line:
    tone = {Sighting.WELL: Tone.GOOD, Sighting.SIGN_OF_LIFE: Tone.GOOD}.get(
        one.sighting, Tone.FAILED
    )
    return Line(
        when=one.seen_at,
        at=language.moment(one.seen_at, zone, now=now),
        text=deeds.report(one.source, one.sighting, language),
        tone=tone,
        kind=Evidence.REPORT,
        note=language.gettext(
            "written down by %(name)s: %(time)s",
            name=one.by or language.gettext("A caseworker"),
            time=language.moment(one.entered_at, zone, now=now),
        ),
        said=one.note or "",
    )
