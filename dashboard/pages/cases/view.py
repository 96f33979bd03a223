"""Cases as a view: the list, and one case with what, why, since when and what was done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from alerting.replies import may_act
from dashboard.pages.cases.timeline import Line
from dashboard.web import words
from dashboard.web.languages import Language
from domain.access import Role
from domain.case import CaseState, Outcome, ResolvedCause, may_acknowledge, may_resolve
from domain.finding import Cause, Kind, Reason
from storage.register.case_pages import CaseSummary, EpisodeSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """One case in a list."""

    id: str
    url: str
    number: int
    title: str
    """The name where it may be seen, else the home's code, else whose matter it is."""
    code: str
    what: str
    kind: Kind
    kind_word: str
    state: CaseState
    state_word: str
    opened: str
    age: str
    who: str
    """Who took it on, or closed it."""
    end: str
    """Outcome and cause of a closed case."""
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One value of a list to choose from."""

    value: str
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """One case."""

    row: CaseRow
    home_url: str
    why: tuple[str, ...]
    phone: str
    address: str
    note: str
    is_review: bool
    episode: int
    """Number of the newest: an answer says which one it was given to."""
    episodes: str
    """Empty for the first episode."""
    lines: tuple[Line, ...]
    may_acknowledge: bool
    may_resolve: bool
    outcomes: tuple[Choice, ...]
    causes: tuple[Choice, ...]


def case_row(
    case: CaseSummary, *, fallback: ZoneInfo, now: datetime, language: Language
) -> CaseRow:
    """Make one row."""
    zone = zone_of(case, fallback)
    name = case.person.name if case.person else None
    title = name or case.home_code or language.gettext("This system")
    return CaseRow(
        id=case.id,
        url=f"/cases/{case.id}",
        number=case.number,
        title=title,
        code=case.home_code or "" if name else "",
        what=what(case, language),
        kind=case.kind,
        kind_word=words.kind(case.kind, language),
        state=case.state,
        state_word=words.state(case.state, language),
        opened=language.moment(case.opened_at, zone, now=now),
        age=language.ago(now - case.opened_at),
        who=case.resolved_by or case.acknowledged_by or "",
        end=_end(case, language),
        is_open=case.state is not CaseState.RESOLVED,
    )


def case_page(
    case: CaseSummary,
    lines: Sequence[Line],
    *,
    role: Role,
    fallback: ZoneInfo,
    now: datetime,
    language: Language,
) -> CasePage:
    """Make the page; what cannot be done by this role or any more is not offered."""
    acts = may_act(role, case.kind)
    person = case.person
    number = case.episode.number if case.episode else 1
    return CasePage(
        row=case_row(case, fallback=fallback, now=now, language=language),
        home_url=f"/homes/{case.home}" if case.home else "",
        why=tuple(why(case, fallback=fallback, now=now, language=language)),
        phone=(person.phone or "") if person else "",
        address=(person.address or "") if person else "",
        note=case.note or "",
        is_review=case.is_review,
        episode=number,
        episodes=language.gettext("It has happened %(times)d times in this case.", times=number)
        if number > 1
        else "",
        lines=tuple(lines),
        may_acknowledge=acts and may_acknowledge(case.state),
        may_resolve=acts and may_resolve(case.state),
        outcomes=tuple(
            Choice(value=value, word=words.outcome(value, language))
            for value in Outcome
            if _fits(value, case.kind)
        ),
        causes=tuple(
            Choice(value=value, word=words.resolved_cause(value, language))
            for value in ResolvedCause
        ),
    )


def zone_of(case: CaseSummary, fallback: ZoneInfo) -> ZoneInfo:
    """Return the home's zone; the office's for a case without a home."""
    return ZoneInfo(case.time_zone) if case.time_zone else fallback


def what(case: CaseSummary, language: Language) -> str:
    """Name the matter."""
    if case.is_review:
        return language.gettext("Help button pressed in the past")
    if case.episode is not None and case.episode.reason is Reason.BLIND_PAST_DEADLINE:
        return language.gettext("Please call: cannot see past the usual time")
    return words.cause(case.cause, language)


def why(case: CaseSummary, *, fallback: ZoneInfo, now: datetime, language: Language) -> list[str]:
    """Say why the case was opened, one sentence each."""
    episode = case.episode
    if episode is None:
        return []
    zone = zone_of(case, fallback)

    def at(instant: datetime | None) -> str:
        return "–" if instant is None else language.moment(instant, zone, now=now)

    said = [
        _seen(case.cause, episode, language, at(episode.began_at), at(episode.last_activity_at))
    ]
    gettext = language.gettext
    if episode.blind_since is not None:
        said.append(
            gettext("The home cannot be seen since %(time)s.", time=at(episode.blind_since))
        )
    if episode.due_at is not None:
        said.append(
            gettext(
                "Going by this home's routine, movement was due by %(time)s.",
                time=at(episode.due_at),
            )
            if episode.reason is not Reason.SILENCE_PAST_CAP
            else gettext(
                "The routine of this home is not known yet; the fixed limit was %(time)s.",
                time=at(episode.due_at),
            )
        )
    if episode.due_at is not None and episode.reason is Reason.SILENCE_PAST_DEADLINE:
        said.append(later(language))
    if episode.reason is Reason.BLIND_PAST_DEADLINE:
        said.append(gettext("Please call the resident and ask how they are."))
    if episode.recovered_at is not None:
        said.append(_recovered(case.kind, episode, language, at(episode.recovered_at)))
    return said


def later(language: Language) -> str:
    """Say why an alarm comes later than what is usual: each home may ring falsely so often."""
    return language.gettext(
        "The limit is later than what is usual, so that it rings falsely only about once a month."
    )


def _seen(cause: Cause, episode: EpisodeSummary, language: Language, began: str, last: str) -> str:
    gettext = language.gettext
    match cause:
        case Cause.INACTIVITY:
            since = last if episode.last_activity_at is not None else began
            return gettext("No door or motion since %(time)s.", time=since)
        case Cause.HELP:
            return _pressed(episode, language, began)
        case Cause.GATEWAY_SILENT:
            return gettext("Nothing has been heard from this home since %(time)s.", time=began)
        case Cause.SENSOR_SILENT:
            return gettext("One sensor has not been heard since %(time)s.", time=began)
        case Cause.GATEWAY_FORGED:
            return gettext(
                "Messages that this home's gateway did not sign come in its name since %(time)s."
                " None of them was used.",
                time=began,
            )
        case Cause.SERVICE_FAILED:
            return _failed(episode, language, began)


def _failed(episode: EpisodeSummary, language: Language, began: str) -> str:
    gettext = language.gettext
    if episode.reason is Reason.DISK_NEARLY_FULL:
        return gettext(
            "Less than a tenth of the server's disk is free since %(time)s. When it is full, homes"
            " cannot be watched.",
            time=began,
        )
    if episode.reason is Reason.CERTIFICATE_ENDS:
        return gettext(
            "The certificate of the broker's door ends soon, told %(time)s. Then no home gets in."
            " `mimamori doctor` says on which day.",
            time=began,
        )
    if episode.reason is Reason.ADDRESS_REFUSED:
        return gettext(
            "A person's contact method takes no messages since %(time)s. `mimamori contacts list`"
            " says whose.",
            time=began,
        )
    if episode.reason is Reason.CHANNEL_DOWN:
        return gettext(
            "Messages over one channel have not got out since %(time)s. People are not told over"
            " it.",
            time=began,
        )
    if episode.reason is Reason.TEXT_FAILED:
        return gettext(
            "A message could not be written as usual at %(time)s; a plain one was sent.",
            time=began,
        )
    return gettext(
        "A service of this system stands still since %(time)s. Homes may not be watched.",
        time=began,
    )


def _pressed(episode: EpisodeSummary, language: Language, began: str) -> str:
    if episode.reason is Reason.BUTTON_ARRIVED_LATE:
        return language.gettext(
            "Help button pressed: %(time)s. The message arrived late: was there an emergency?",
            time=began,
        )
    return language.gettext("Help button pressed: %(time)s.", time=began)


def _recovered(kind: Kind, episode: EpisodeSummary, language: Language, time: str) -> str:
    if episode.reason is Reason.DISK_NEARLY_FULL:
        return language.gettext("There is room again since %(time)s.", time=time)
    if episode.reason is Reason.CERTIFICATE_ENDS:
        return language.gettext("It was renewed: %(time)s.", time=time)
    if episode.reason in (Reason.ADDRESS_REFUSED, Reason.CHANNEL_DOWN):
        return language.gettext("It works again since %(time)s.", time=time)
    if kind is Kind.TECHNICAL:
        return language.gettext("It has been heard again since %(time)s.", time=time)
    return language.gettext(
        "Movement again: %(time)s. Nobody has verified yet that the resident is well.",
        time=time,
    )


def _end(case: CaseSummary, language: Language) -> str:
    if case.outcome is None:
        return ""
    parts = [words.outcome(case.outcome, language)]
    if case.resolved_cause is not None:
        parts.append(words.resolved_cause(case.resolved_cause, language))
    return language.gettext(" / ").join(parts)


def _fits(outcome: Outcome, kind: Kind) -> bool:
    """Tell whether an outcome may be chosen: equipment that works again ends no alarm for a life.

    A technical case may have made somebody call, so that every outcome fits it.
    """
    return kind is Kind.TECHNICAL or outcome is not Outcome.REPAIRED
