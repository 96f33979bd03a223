"""Reads the evidence of one home, from the register and from the store of readings."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from dashboard.live.regions import Region
from dashboard.pages.frame import freshness_region
from dashboard.pages.homes.list_view import title_of
from dashboard.pages.timeline.view import DAYS, DayView, Hours, Stretch, day_views, stretch
from dashboard.parts import Parts
from dashboard.web.languages import Language
from domain.access import Access, Role
from domain.evidence import Evidence
from domain.ids import HomeId
from storage.register import homes, services, timeline
from storage.register.homes import HomeSummary
from storage.register.services import ServiceState
from storage.register.timeline import HomeEvidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked for."""

    home: HomeId
    last: date | None
    """The last local day; None for today."""
    kind: Evidence | None
    """None for all kinds."""
    days: int = DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelinePage:
    """The timeline of one home."""

    title: str
    code: str
    zone: ZoneInfo
    of: Stretch
    today: date
    found: HomeEvidence
    hours: Hours | None
    days: tuple[DayView, ...]
    regions: tuple[Region, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    home: HomeSummary
    of: Stretch
    today: date
    evidence: HomeEvidence
    states: list[ServiceState]


async def load(
    parts: Parts, access: Access, language: Language, asked: Asked
) -> TimelinePage | None:
    """Read and render; None when there is no such home within reach of who may see activity."""
    now = parts.clock.now()
    found = await parts.read(lambda c: _read(c, parts, access, asked, now))
    if found is None:
        return None
    hours = None
    if found.evidence.sees_hours:
        hours = await asyncio.to_thread(_hours, parts, found, asked.home)
    days = day_views(found.evidence, hours, found.of, kind=asked.kind, now=now, language=language)
    is_staff = access.role is not Role.FAMILY  # whose pages of cases are closed to the family
    html = parts.templates.render(
        "timeline/_days.html", language.code, days=days, is_staff=is_staff
    )
    return TimelinePage(
        title=title_of(found.home),
        code=found.home.code,
        zone=ZoneInfo(found.home.time_zone),
        of=found.of,
        today=found.today,
        found=found.evidence,
        hours=hours,
        days=days,
        regions=(
            freshness_region(parts, found.states, language.code, now=now),
            Region(id="days", html=html),
        ),
    )


def _read(
    connection: Connection, parts: Parts, access: Access, asked: Asked, now: datetime
) -> _Found | None:
    home = homes.summary(connection, access, parts.vault, asked.home, now=now)
    if home is None:
        return None
    zone = ZoneInfo(home.time_zone)
    today = now.astimezone(zone).date()
    last = min(asked.last or today, today)
    of = stretch(last, zone, days=asked.days)
    evidence = timeline.of_home(
        connection, access, parts.vault, asked.home, since=of.since, until=of.until, now=now
    )
    if evidence is None:
        return None
    states = services.states(connection, access)
    return _Found(home=home, of=of, today=today, evidence=evidence, states=states)


def _hours(parts: Parts, found: _Found, home: HomeId) -> Hours:
    since = found.of.since - timedelta(hours=1)
    return Hours(
        counts=parts.readings.activity_by_hour(home, since, found.of.until),
        seen=parts.readings.seen_by_hour(home, since, found.of.until),
        observed_since=found.home.observed_since,
    )
