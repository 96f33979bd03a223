"""Why a home has its verdict, in words that anybody understands and with what is usual here."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import assert_never
from zoneinfo import ZoneInfo

from dashboard.pages.cases.view import later
from dashboard.pages.homes.usual import Usual
from dashboard.web import words
from dashboard.web.languages import Language
from domain.finding import Cause
from domain.verdict import Verdict, VerdictReason
from storage.register.homes import HomeSummary

_WORTH_COMPARING = timedelta(hours=2)
"""A shorter silence is a pause, not a question."""
_OF_ACTIVITY = (
    VerdictReason.NEVER_ACTIVE,
    VerdictReason.SILENT_UNVERIFIED,
    VerdictReason.NO_RECENT_ACTIVITY,
)
"""The reasons for not seeing that tell of the resident and not of the line."""


def brief(  # noqa: PLR0911 (a table)
    home: HomeSummary, *, now: datetime, language: Language
) -> str:
    """Say it in a few words, for the list; nothing where the verdict says enough.

    Who may not see activity reads of the line and of absences, and that caseworkers have a matter.
    """
    gettext, zone, judgement = language.gettext, ZoneInfo(home.time_zone), home.judgement
    since = judgement.since
    time = language.moment(since, zone, now=now) if since else ""
    match judgement.reason:
        case VerdictReason.OPEN_CASE:
            return words.cause(home.matter.cause, language) if home.matter else _handled(language)
        case VerdictReason.NEVER_HEARD:
            return gettext("Never heard from")
        case VerdictReason.GATEWAY_SILENT:
            return gettext("Dark since %(time)s", time=time) if since else gettext("Dark")
        case VerdictReason.CATCHING_UP:
            return (
                gettext("Catching up since %(time)s", time=time)
                if since
                else gettext("Catching up")
            )
        case VerdictReason.NEVER_ACTIVE:
            return gettext("Nobody has moved yet") if home.sees_activity else ""
        case VerdictReason.SILENT_UNVERIFIED | VerdictReason.NO_RECENT_ACTIVITY:
            said = gettext("No door or motion since %(time)s.", time=time)
            return said if home.sees_activity else ""
        case VerdictReason.ABSENCE:
            until = home.view.absent_until
            return gettext("Until %(time)s", time=_moment(until, zone, now, language))
        case VerdictReason.RECENT_ACTIVITY:
            return ""
        case _:
            assert_never(judgement.reason)


def sentences(
    home: HomeSummary,
    *,
    usual: Usual | None,
    now: datetime,
    language: Language,
) -> list[str]:
    """Say it whole, for the page of the home, one sentence each.

    Who may not see activity reads no sentence that tells of it.
    """
    match home.judgement.verdict:
        case Verdict.ALERT:
            return _alert(home, usual, now, language)
        case Verdict.CANNOT_SEE:
            return _cannot_see(home, now, language)
        case Verdict.AWAY:
            return _away(home, now, language)
        case Verdict.WELL:
            return _well(home, usual, now, language)
        case _:
            assert_never(home.judgement.verdict)


def usually(usual: Usual | None, language: Language) -> list[str]:
    """Say what is usual, nothing when it is not known."""
    if usual is None:
        return []
    values = {"with": usual.days_with, "days": usual.days, "time": f"{usual.by_hour:02d}:00"}
    if usual.is_tomorrow:
        return [
            language.gettext(
                "On %(with)d of the last %(days)d days there was some by %(time)s the next day.",
                **values,
            )
        ]
    return [
        language.gettext(
            "On %(with)d of the last %(days)d days there was some by %(time)s.", **values
        )
    ]


def _handled(language: Language) -> str:
    return language.gettext("A matter of the resident, which caseworkers look after.")


def _alert(home: HomeSummary, usual: Usual | None, now: datetime, language: Language) -> list[str]:
    if not home.sees_activity:
        return [_handled(language)]
    gettext, zone, last = language.gettext, ZoneInfo(home.time_zone), home.view.last_activity_at
    if home.matter is not None and home.matter.cause is Cause.HELP:
        opened = _moment(home.matter.opened_at, zone, now, language)
        said = [gettext("Help button pressed. Case opened: %(time)s.", time=opened)]
        if last is not None:
            said.append(
                gettext("Last door or motion: %(time)s.", time=_moment(last, zone, now, language))
            )
        return said
    if last is None:
        return [gettext("No door or motion has been seen since this home is watched.")]
    silence = gettext("No door or motion since %(time)s.", time=_moment(last, zone, now, language))
    compared = usually(usual, language)
    return [silence, *compared, *([later(language)] if compared else [])]


def _cannot_see(home: HomeSummary, now: datetime, language: Language) -> list[str]:
    gettext, zone, judgement = language.gettext, ZoneInfo(home.time_zone), home.judgement
    since = _moment(judgement.since, zone, now, language)
    unknown = gettext("What happens there is not known.")
    if not home.sees_activity and judgement.reason in _OF_ACTIVITY:
        return []
    match judgement.reason:
        case VerdictReason.NEVER_HEARD:
            return [gettext("Nothing has been heard from this home yet."), unknown]
        case VerdictReason.NEVER_ACTIVE:
            return [gettext("The home is heard, but nobody has been seen to move there yet.")]
        case VerdictReason.SILENT_UNVERIFIED | VerdictReason.NO_RECENT_ACTIVITY:
            return [gettext("No door or motion since %(time)s.", time=since)]
        case VerdictReason.CATCHING_UP:
            said = gettext(
                "The home is heard, but what happened since %(time)s has not all arrived.",
                time=since,
            )
            return [said]
        case _:
            said = gettext("Nothing has been heard from this home since %(time)s.", time=since)
            return [said, unknown]


def _away(home: HomeSummary, now: datetime, language: Language) -> list[str]:
    until = _moment(home.view.absent_until, ZoneInfo(home.time_zone), now, language)
    return [language.gettext("Nobody is expected at home until %(time)s.", time=until)]


def _well(home: HomeSummary, usual: Usual | None, now: datetime, language: Language) -> list[str]:
    gettext, zone, last = language.gettext, ZoneInfo(home.time_zone), home.view.last_activity_at
    said, compared = [], []
    if last is not None:
        said.append(
            gettext("Last door or motion: %(time)s.", time=_moment(last, zone, now, language))
        )
        if now - last >= _WORTH_COMPARING:
            compared = usually(usual, language)
            said.extend(compared)
    if home.due_at is not None and home.due_at > now:
        due = _moment(home.due_at, zone, now, language)
        said.append(gettext("If nothing moves until %(time)s, a case is opened.", time=due))
        if compared:
            said.append(later(language))
    return said


def _moment(instant: datetime | None, zone: ZoneInfo, now: datetime, language: Language) -> str:
    return "–" if instant is None else language.moment(instant, zone, now=now)
