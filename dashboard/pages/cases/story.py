"""The story so far in words: how it stands, who was told and who was not, what to do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import assert_never
from zoneinfo import ZoneInfo

from alerting.not_told import NotTold, Silence
from dashboard.pages.cases.condition import Standing, said
from dashboard.pages.cases.fate import fate
from dashboard.web import words
from dashboard.web.languages import Language
from domain.attempt import VERIFYING
from domain.case import CaseState, may_acknowledge
from domain.ids import UserId
from storage.register.attempts import StoredAttempt
from storage.register.bystanders import Bystander
from storage.register.case_pages import CaseSummary, NotificationSummary


class Next(StrEnum):
    """What is to be done next; each is a button."""

    TAKE_ON = "take_on"
    CALL = "call"
    WRITE_DOWN = "write_down"
    CLOSE = "close"


@dataclass(frozen=True, slots=True, kw_only=True)
class Axes:
    """How it stands, each on an axis of its own."""

    condition: str
    condition_name: str
    """The value, for the colour; empty where there is none."""
    owner: str
    deadline: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldRow:
    """One message to one person."""

    name: str
    channel: str
    at: str
    fate: str
    why: str
    is_failed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SilentRow:
    """One person who was not told."""

    name: str
    role: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """Who was told, and who was not."""

    told: tuple[ToldRow, ...]
    silent: tuple[SilentRow, ...]


def axes(
    case: CaseSummary,
    standing: Standing | None,
    *,
    next_step_at: datetime | None,
    zone: ZoneInfo,
    now: datetime,
    language: Language,
) -> Axes:
    """Say how it stands."""
    condition = ""
    if standing is not None:
        since = standing.since
        condition = said(
            standing, "–" if since is None else language.moment(since, zone, now=now), language
        )
    owner = case.resolved_by or case.acknowledged_by or ""
    return Axes(
        condition=condition,
        condition_name=standing.condition if standing else "",
        owner=owner or language.gettext("Nobody yet"),
        deadline=_deadline(case, next_step_at, zone, now, language),
    )


def next_things(
    state: CaseState, attempts: Sequence[StoredAttempt], *, has_phone: bool
) -> tuple[Next, ...]:
    """Return what may be done next, the most fitting first.

    Whoever looks into it takes it on first: else two go and nobody knows. Once somebody was spoken
    to or met, closing comes first.
    """
    if state is CaseState.RESOLVED:
        return ()
    call = (Next.CALL,) if has_phone else ()
    if any(one.result in VERIFYING for one in attempts):
        return (Next.CLOSE, *call, Next.WRITE_DOWN)
    if may_acknowledge(state):
        return (Next.TAKE_ON, *call, Next.WRITE_DOWN)
    return (*call, Next.WRITE_DOWN, Next.CLOSE)


def telling(
    messages: Sequence[NotificationSummary],
    silent: Sequence[Silence],
    people: Mapping[UserId, Bystander],
    *,
    zone: ZoneInfo,
    now: datetime,
    language: Language,
) -> Telling:
    """Say who was told over which channel with which fate, and who was not told and why."""
    told = []
    for message in messages:
        its = fate(message, zone=zone, now=now, language=language)
        told.append(
            ToldRow(
                name=message.to,
                channel=words.channel(message.channel, language),
                at=language.moment(message.created_at, zone, now=now),
                fate=its.word,
                why=its.why,
                is_failed=its.is_failed,
            )
        )
    return Telling(
        told=tuple(told),
        silent=tuple(
            SilentRow(
                name=people[one.user].name,
                role=words.role(people[one.user].role, language),
                why=_why(one, zone, now, language),
            )
            for one in silent
        ),
    )


def _deadline(  # noqa: PLR0911 (a table)
    case: CaseSummary,
    next_step_at: datetime | None,
    zone: ZoneInfo,
    now: datetime,
    language: Language,
) -> str:
    gettext = language.gettext
    match case.state:
        case CaseState.TRIGGERED:
            if next_step_at is None:
                return gettext("Nobody else will be told. Somebody has to take it on.")
            return gettext(
                "More people are told at %(time)s unless somebody takes it on.",
                time=language.moment(next_step_at, zone, now=now),
            )
        case CaseState.ASKING:
            return gettext(
                "The resident is asked first; people are told at %(time)s.",
                time="–" if next_step_at is None else language.moment(next_step_at, zone, now=now),
            )
        case CaseState.ANSWERED:
            return gettext("The resident has answered. Somebody still has to close the case.")
        case CaseState.ACKNOWLEDGED:
            if next_step_at is None:
                return gettext("Nobody else is told while it is taken on.")
            return gettext(
                "Write down what you do by %(time)s, else the next people are told.",
                time=language.moment(next_step_at, zone, now=now),
            )
        case CaseState.RESOLVED:
            return gettext("Closed: nothing is waiting.")
        case _:
            assert_never(case.state)


def _why(  # noqa: PLR0911 (a table)
    one: Silence, zone: ZoneInfo, now: datetime, language: Language
) -> str:
    gettext = language.gettext
    match one.why:
        case NotTold.NOT_YET:
            if one.at is None:
                return gettext("Not yet: is told by step %(step)s.", step=one.step)
            return gettext(
                "Not yet: is told at %(time)s by step %(step)s, unless somebody takes it on.",
                time=language.moment(one.at, zone, now=now),
                step=one.step,
            )
        case NotTold.TAKEN_ON:
            return gettext("Somebody took the case on before it was their turn.")
        case NotTold.ANSWERED:
            return gettext("The resident has answered; nobody else is told.")
        case NotTold.CLOSED:
            return gettext("The case was closed before it was their turn.")
        case NotTold.NO_ADDRESS:
            return gettext("No contact method is in use.")
        case NotTold.NOT_LISTED:
            return gettext("No step of this case names them.")
        case NotTold.NOT_THEN:
            return gettext(
                "Could not be told when step %(step)s was taken; is named by it now.", step=one.step
            )
        case _:
            assert_never(one.why)
