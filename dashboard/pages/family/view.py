"""How it stands at home, in words for a member of the family."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from dashboard.pages.cases.timeline import lines
from dashboard.pages.cases.view import what
from dashboard.pages.homes.list_view import title_of
from dashboard.pages.homes.reason import sentences
from dashboard.web import words
from dashboard.web.languages import Language
from domain.case import CaseState
from domain.verdict import Verdict
from storage.register.case_pages import CaseSummary
from storage.register.family import FamilyHome
from storage.register.timeline import HomeEvidence

LINES = 8
"""How much of the story of a case is told; the newest. The timeline holds all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that was done."""

    at: str
    text: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyCase:
    """An open case."""

    what: str
    opened: str
    state: str
    is_waiting: bool
    """Whether nobody has it yet."""
    steps: tuple[Step, ...]
    """Newest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyCard:
    """One home."""

    id: str
    title: str
    code: str
    verdict: Verdict
    word: str
    sentences: tuple[str, ...]
    sees_activity: bool
    age: str
    at: str
    phone: str
    cases: tuple[FamilyCase, ...]
    timeline_url: str


def card(
    of: FamilyHome,
    cases: Sequence[CaseSummary],
    evidence: HomeEvidence | None,
    *,
    now: datetime,
    language: Language,
) -> FamilyCard:
    """Make one card.

    Args:
        of: The home as far as the resident agreed.
        cases: Its open cases within reach.
        evidence: What happened there lately, as far as the family may know.
        now: The present instant; aware, UTC.
        language: Of the texts.
    """
    home, zone = of.home, ZoneInfo(of.home.time_zone)
    last, person, title = home.view.last_activity_at, home.person, title_of(home)
    said = sentences(home, usual=None, now=now, language=language)
    verdict = home.judgement.verdict
    if verdict is Verdict.WELL and not home.sees_activity:
        said = [language.gettext("As far as the sensors show, everything is as usual.")]
    if verdict is Verdict.CANNOT_SEE:
        said.append(language.gettext("It says nothing of your relative. To be sure, call."))
    return FamilyCard(
        id=home.id,
        title=title,
        code=home.code if title != home.code else "",
        verdict=verdict,
        word=words.verdict(verdict, language),
        sentences=tuple(said),
        sees_activity=home.sees_activity,
        age="" if last is None else language.ago(now - last),
        at="" if last is None else language.moment(last, zone, now=now),
        phone=(person.phone or "") if person else "",
        cases=tuple(_case(one, evidence, zone, now, language) for one in cases),
        timeline_url=f"/homes/{home.id}/timeline",
    )


def _case(
    case: CaseSummary,
    evidence: HomeEvidence | None,
    zone: ZoneInfo,
    now: datetime,
    language: Language,
) -> FamilyCase:
    return FamilyCase(
        what=what(case, language),
        opened=language.moment(case.opened_at, zone, now=now),
        state=_state(case.state, language),
        is_waiting=case.state in (CaseState.TRIGGERED, CaseState.ASKING),
        steps=_steps(case, evidence, zone, now, language),
    )


def _steps(
    case: CaseSummary,
    evidence: HomeEvidence | None,
    zone: ZoneInfo,
    now: datetime,
    language: Language,
) -> tuple[Step, ...]:
    mine = [] if evidence is None else [one for one in evidence.cases if one.id == case.id]
    told = [
        line
        for one in mine
        for line in lines(
            one.events,
            one.notifications,
            attempts=one.attempts,
            zone=zone,
            now=now,
            language=language,
        )
    ]
    return tuple(
        Step(at=line.at, text=line.text, tone=line.tone) for line in reversed(told[-LINES:])
    )


def _state(state: CaseState, language: Language) -> str:
    gettext = language.gettext
    match state:
        case CaseState.ASKING:
            return gettext("The resident is asked first. Nobody else has been called yet.")
        case CaseState.ANSWERED:
            return gettext("The resident has answered. A caseworker still has to close the case.")
        case CaseState.TRIGGERED:
            return gettext("People are being told. Nobody has taken it on yet.")
        case CaseState.ACKNOWLEDGED:
            return gettext("Somebody has taken it on and looks into it.")
        case CaseState.RESOLVED:
            return gettext("It is closed.")
        case _:
            assert_never(state)
