"""Reads what the pages of cases need and renders their regions, for the page and for its stream."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from dashboard.live.regions import Region
from dashboard.pages.cases.timeline import lines
from dashboard.pages.cases.view import CasePage, case_page, case_row, zone_of
from dashboard.pages.frame import freshness_region
from dashboard.parts import Parts
from dashboard.web.languages import Language
from domain.access import Access
from domain.ids import CaseId
from storage.register import case_pages, services
from storage.register.case_pages import CaseSummary, NotificationSummary, TimelineEvent
from storage.register.services import ServiceState

RECENT = timedelta(days=7)
"""How far back the list shows closed cases."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedCase:
    """One case, as values and as regions."""

    page: CasePage
    regions: tuple[Region, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    case: CaseSummary
    timeline: list[TimelineEvent]
    notifications: list[NotificationSummary]
    states: list[ServiceState]


async def load_list(parts: Parts, access: Access, language: Language) -> tuple[Region, ...]:
    """Read open and recent cases within reach and render them."""
    now, zone = parts.clock.now(), ZoneInfo(parts.settings.time_zone)

    def read(connection: Connection) -> tuple[list[CaseSummary], list[ServiceState]]:
        found = case_pages.cases(
            connection, access, parts.vault, resolved_since=now - RECENT, now=now
        )
        return found, services.states(connection, access)

    found, states = await parts.read(read)
    rows = [case_row(case, fallback=zone, now=now, language=language) for case in found]
    html = parts.templates.render(
        "cases/_list.html",
        language.code,
        open=[row for row in rows if row.is_open],
        closed=[row for row in rows if not row.is_open],
    )
    fresh = freshness_region(parts, states, language.code, now=now)
    return fresh, Region(id="cases", html=html)


async def load_case(
    parts: Parts, access: Access, language: Language, case_id: CaseId
) -> LoadedCase | None:
    """Read one case and render it; None when there is no such case within reach."""
    now, fallback = parts.clock.now(), ZoneInfo(parts.settings.time_zone)

    def read(connection: Connection) -> _Found | None:
        case = case_pages.case(connection, access, parts.vault, case_id, now=now)
        if case is None:
            return None
        return _Found(
            case=case,
            timeline=case_pages.timeline(connection, access, case_id, now=now),
            notifications=case_pages.notifications(connection, access, case_id, now=now),
            states=services.states(connection, access),
        )

    found = await parts.read(read)
    if found is None:
        return None
    told = lines(
        found.timeline,
        found.notifications,
        zone=zone_of(found.case, fallback),
        now=now,
        language=language,
    )
    page = case_page(
        found.case, told, role=access.role, fallback=fallback, now=now, language=language
    )

    def region(name: str) -> Region:
        html = parts.templates.render(f"cases/_{name}.html", language.code, case=page)
        return Region(id=name, html=html)

    fresh = freshness_region(parts, found.states, language.code, now=now)
    regions = (fresh, *(region(name) for name in ("case", "take_on", "timeline", "close")))
    return LoadedCase(page=page, regions=regions)
