"""Reads what the pages of cases need and renders their regions, for the page and for its stream."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from dashboard.live.regions import Region
from dashboard.pages.cases.condition import standing
from dashboard.pages.cases.story import axes, telling
from dashboard.pages.cases.telling_why import FoundTelling, read_telling
from dashboard.pages.cases.timeline import lines
from dashboard.pages.cases.view import CasePage, Story, case_page, case_row, zone_of
from dashboard.pages.frame import freshness_region
from dashboard.parts import Parts
from dashboard.web.languages import Language
from domain.access import Access
from domain.ids import CaseId
from domain.verdict import HomeView
from storage.register import attempts, case_pages, homes, services
from storage.register.attempts import StoredAttempt
from storage.register.case_pages import CaseSummary, NotificationSummary, TimelineEvent
from storage.register.services import ServiceState
from storage.register.vault import Vault

REGIONS = ("case", "next", "why", "attempt", "timeline", "told", "close")
"""The elements of the page of a case, in order."""
RECENT = timedelta(days=7)
"""How far back the list shows closed cases."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedCase:
    """One case, as values and as regions."""

    page: CasePage
    regions: tuple[Region, ...]
    last: StoredAttempt | None
    """What the one who asks has written down last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    case: CaseSummary
    timeline: list[TimelineEvent]
    notifications: list[NotificationSummary]
    attempts: list[StoredAttempt]
    telling: FoundTelling
    view: HomeView | None
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
    found = await parts.read(lambda c: _read(c, access, parts.vault, case_id, now))
    if found is None:
        return None
    page = case_page(
        found.case,
        _story(found, zone_of(found.case, fallback), now, language),
        role=access.role,
        fallback=fallback,
        now=now,
        language=language,
    )

    def region(name: str) -> Region:
        html = parts.templates.render(f"cases/_{name}.html", language.code, case=page)
        return Region(id=name, html=html)

    fresh = freshness_region(parts, found.states, language.code, now=now)
    return LoadedCase(
        page=page,
        regions=(fresh, *(region(name) for name in REGIONS)),
        last=max(
            (one for one in found.attempts if one.user == access.actor),
            key=lambda one: one.entered_at,
            default=None,
        ),
    )


def _read(
    connection: Connection, access: Access, vault: Vault, case_id: CaseId, now: datetime
) -> _Found | None:
    case = case_pages.case(connection, access, vault, case_id, now=now)
    if case is None:
        return None
    messages = case_pages.notifications(connection, access, case_id, now=now)
    told = {message.user for message in messages}
    home = homes.summary(connection, access, vault, case.home, now=now) if case.home else None
    return _Found(
        case=case,
        timeline=case_pages.timeline(connection, access, case_id, now=now),
        notifications=messages,
        attempts=attempts.of_case(connection, access, vault, case_id, now=now),
        telling=read_telling(connection, access, case_id, told, now=now),
        view=home.view if home else None,
        states=services.states(connection, access),
    )


def _story(found: _Found, zone: ZoneInfo, now: datetime, language: Language) -> Story:
    standing_now = standing(found.case, found.view, now=now)
    return Story(
        lines=lines(
            found.timeline,
            found.notifications,
            attempts=found.attempts,
            zone=zone,
            now=now,
            language=language,
        ),
        axes=axes(
            found.case,
            standing_now,
            next_step_at=found.telling.next_step_at,
            zone=zone,
            now=now,
            language=language,
        ),
        telling=telling(
            found.notifications,
            found.telling.silent,
            found.telling.people,
            zone=zone,
            now=now,
            language=language,
        ),
        attempts=found.attempts,
    )
