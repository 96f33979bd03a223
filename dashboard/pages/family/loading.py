"""Reads what a member of the family may see, and renders it, for the page and for its stream."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from dashboard.live.regions import Region
from dashboard.pages.family.view import FamilyCard, card
from dashboard.pages.frame import freshness_region
from dashboard.parts import Parts
from dashboard.web.languages import Language
from domain.access import Access
from domain.case import CaseState
from domain.verdict import Verdict
from storage.register import case_pages, family, services, timeline
from storage.register.case_pages import CaseSummary
from storage.register.family import FamilyHome
from storage.register.services import ServiceState
from storage.register.timeline import HomeEvidence
from storage.register.vault import Vault

LATELY = timedelta(days=7)
"""How far back the story of an open case is told here."""

_ORDER = tuple(Verdict)
"""What needs somebody comes first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyPage:
    """The page, as values and as regions."""

    cards: tuple[FamilyCard, ...]
    regions: tuple[Region, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    home: FamilyHome
    cases: list[CaseSummary]
    evidence: HomeEvidence | None


async def load(parts: Parts, access: Access, language: Language) -> FamilyPage:
    """Read and render the homes of those who agreed; none is a page as well."""
    now = parts.clock.now()

    def read(connection: Connection) -> tuple[list[_Found], list[ServiceState]]:
        found = family.homes_of(connection, access, parts.vault, now=now)
        told = [_of_home(connection, access, parts.vault, one, now) for one in found]
        return told, services.states(connection, access)

    found, states = await parts.read(read)
    told = [card(one.home, one.cases, one.evidence, now=now, language=language) for one in found]
    cards = tuple(sorted(told, key=lambda one: _ORDER.index(one.verdict)))
    html = parts.templates.render("family/_cards.html", language.code, cards=cards)
    fresh = freshness_region(parts, states, language.code, now=now)
    return FamilyPage(cards=cards, regions=(fresh, Region(id="cards", html=html)))


def _of_home(
    connection: Connection, access: Access, vault: Vault, found: FamilyHome, now: datetime
) -> _Found:
    home = found.home.id
    cases = case_pages.cases(connection, access, vault, resolved_since=now, now=now, of_home=home)
    return _Found(
        home=found,
        cases=[one for one in cases if one.state is not CaseState.RESOLVED],
        evidence=timeline.of_home(
            connection, access, vault, home, since=now - LATELY, until=now + LATELY, now=now
        ),
    )
