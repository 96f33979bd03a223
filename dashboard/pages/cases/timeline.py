"""The timeline of a case in words: what happened, who was told and whether it got through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, assert_never
from zoneinfo import ZoneInfo

from dashboard.pages.cases.fate import fate
from dashboard.web import deeds, words
from dashboard.web.languages import Language
from domain.attempt import VERIFYING, AttemptResult
from domain.case import Outcome, ResolvedCause
from domain.evidence import Evidence
from domain.reply import Reply
from storage.register.attempts import StoredAttempt
from storage.register.case_events import Word
from storage.register.case_pages import NotificationSummary, TimelineEvent

_KINDS = {
    Word.ACKNOWLEDGED: Evidence.REPLY,
    Word.RESOLVED: Evidence.REPLY,
    Word.STEP_TAKEN: Evidence.MESSAGE,
    Word.STEP_SKIPPED: Evidence.MESSAGE,
    Word.EXHAUSTED: Evidence.MESSAGE,
}
"""Of which kind a word of a case's timeline is; all others are of the case itself."""


class Tone(StrEnum):
    """How a line is marked; the words say the same."""

    PLAIN = "plain"
    URGENT = "urgent"
    GOOD = "good"
    FAILED = "failed"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line."""

    when: datetime
    """Aware, UTC."""
    at: str
    text: str
    tone: Tone
    kind: Evidence
    note: str = ""
    """What has to be added, such as when it happened if it arrived late."""
    said: str = ""
    """What somebody wrote, in their own words."""


def lines(
    events: Sequence[TimelineEvent],
    notifications: Sequence[NotificationSummary],
    *,
    attempts: Sequence[StoredAttempt] = (),
    zone: ZoneInfo,
    now: datetime,
    language: Language,
) -> list[Line]:
    """Join events, messages and attempts into one timeline, oldest first."""
    told = [
        (event.at, 0, _event(event, zone, now, language))
        for event in events
        if event.word is not Word.NOT_DELIVERED  # each message says so itself
    ]
    told += [
        (message.created_at, 1, _message(message, zone, now, language)) for message in notifications
    ]
    told += [(one.happened_at, 2, _attempt(one, zone, now, language)) for one in attempts]
    return [line for _, _, line in sorted(told, key=lambda entry: entry[:2])]


def _event(event: TimelineEvent, zone: ZoneInfo, now: datetime, language: Language) -> Line:
    text, tone = _told(event, language)
    return Line(
        when=event.at,
        kind=_KINDS.get(event.word, Evidence.CASE),
        at=language.moment(event.at, zone, now=now),
        text=text,
        tone=tone,
        note=_when_and_where(event, zone, now, language),
    )


def _told(event: TimelineEvent, language: Language) -> tuple[str, Tone]:  # noqa: C901, PLR0911, PLR0912 (a table)
    gettext, who = language.gettext, _who(event.actor, language)
    match event.word:
        case Word.OPENED:
            return gettext("Case opened"), Tone.URGENT
        case Word.NEW_EPISODE:
            return gettext("It happened again; everybody is told anew"), Tone.URGENT
        case Word.CALL_ASKED:
            return gettext("A caseworker is asked to call the home"), Tone.URGENT
        case Word.EVIDENCE:
            return gettext("More of the same was seen"), Tone.PLAIN
        case Word.RECOVERED:
            return gettext("Movement, or the home was heard again"), Tone.GOOD
        case Word.STEP_TAKEN | Word.STEP_SKIPPED:
            return _step(event, language)
        case Word.NOT_DELIVERED:
            return gettext("A message could not be delivered"), Tone.FAILED
        case Word.EXHAUSTED:
            return gettext("Everybody was told and nobody has answered"), Tone.URGENT
        case Word.ACKNOWLEDGED:
            return gettext("%(name)s took it on", name=who), Tone.GOOD
        case (
            Word.RESIDENT_ASKED
            | Word.RESIDENT_ANSWERED
            | Word.RESIDENT_SILENT
            | Word.OWNER_ASKED
            | Word.STILL_ON_IT
            | Word.LAPSED
        ):
            return _waiting_for_a_word(event.word, who, language)
        case Word.RESOLVED:
            return _closed(event, who, language), Tone.GOOD
        case Word.HELD:
            return gettext("A pause of the home holds the messages back"), Tone.WAITING
        case Word.REPLIED:
            return _replied(event, who, language)
        case _:
            assert_never(event.word)


def _closed(event: TimelineEvent, who: str, language: Language) -> str:
    """Say who closed it and how it ended, where the reader may know."""
    end = _end(event, language)
    if not end:
        return language.gettext("%(name)s closed the case", name=who)
    return language.gettext("%(name)s closed the case: %(end)s", name=who, end=end)


def _who(actor: str | None, language: Language) -> str:
    """Name who did it; a name that the reader may not know comes as an empty one."""
    if actor is None:
        return language.gettext("the system")
    return actor or language.gettext("A caseworker")


def _waiting_for_a_word(word: Word, who: str, language: Language) -> tuple[str, Tone]:
    gettext = language.gettext
    match word:
        case Word.RESIDENT_ASKED:
            return gettext("The resident is asked first; nobody is woken yet"), Tone.WAITING
        case Word.RESIDENT_ANSWERED:
            return gettext("The resident has answered"), Tone.GOOD
        case Word.RESIDENT_SILENT:
            return gettext("No answer of the resident; people are called"), Tone.URGENT
        case Word.OWNER_ASKED:
            return gettext("No word since it was taken on; asked how it is"), Tone.WAITING
        case Word.STILL_ON_IT:
            return gettext("%(name)s is still on it", name=who), Tone.GOOD
        case _:
            return gettext("No word came: nobody has it any more, the next are told"), Tone.URGENT


def _replied(event: TimelineEvent, who: str, language: Language) -> tuple[str, Tone]:
    gettext = language.gettext
    match str(event.detail.get("reply", "")):
        case Reply.SPOKE:
            return gettext("%(name)s spoke to the resident: all well", name=who), Tone.GOOD
        case Reply.AWAY if event.detail.get("is_asked"):
            said = gettext("%(name)s says that the resident is away; please enter it", name=who)
            return said, Tone.WAITING
        case Reply.AWAY:
            return gettext("%(name)s entered an absence", name=who), Tone.GOOD
        case Reply.VISIT:
            return gettext("%(name)s asks for a visit", name=who), Tone.URGENT
        case _:
            return gettext("%(name)s will check", name=who), Tone.PLAIN


def _step(event: TimelineEvent, language: Language) -> tuple[str, Tone]:
    step = event.detail.get("step", "–")
    if event.word is Word.STEP_SKIPPED:
        said = language.gettext("Step %(step)s: nobody could be reached", step=step)
        return said, Tone.FAILED
    people = event.detail.get("people")
    number = len(people) if isinstance(people, list) else 0
    said = language.ngettext(
        "Step %(step)s: %(num)d person is told",
        "Step %(step)s: %(num)d people are told",
        number,
        step=step,
    )
    return said, Tone.PLAIN


def _message(
    message: NotificationSummary, zone: ZoneInfo, now: datetime, language: Language
) -> Line:
    its = fate(message, zone=zone, now=now, language=language)
    tone = Tone.PLAIN
    if its.is_failed or its.is_waiting:
        tone = Tone.FAILED if its.is_failed else Tone.WAITING
    notes = [its.why] if its.why else []
    if message.attempts > 1:
        notes.append(language.ngettext("%(num)d attempt", "%(num)d attempts", message.attempts))
    said = language.gettext(
        "%(channel)s to %(name)s: %(state)s",
        channel=words.channel(message.channel, language),
        name=message.to,
        state=its.word,
    )
    return Line(
        when=message.created_at,
        kind=Evidence.MESSAGE,
        at=language.moment(message.created_at, zone, now=now),
        text=said,
        tone=tone,
        note=" · ".join(notes),
    )


def _attempt(one: StoredAttempt, zone: ZoneInfo, now: datetime, language: Language) -> Line:
    tone = Tone.GOOD if one.result in VERIFYING else Tone.PLAIN
    if one.result is AttemptResult.NEEDS_HELP:
        tone = Tone.URGENT
    note = ""
    if (one.entered_at - one.happened_at).total_seconds() >= 60:  # noqa: PLR2004 (a minute)
        note = language.gettext(
            "written down: %(time)s", time=language.moment(one.entered_at, zone, now=now)
        )
    return Line(
        when=one.happened_at,
        kind=Evidence.ATTEMPT,
        at=language.moment(one.happened_at, zone, now=now),
        text=language.gettext(
            "%(name)s – %(what)s",
            name=one.by or language.gettext("A caseworker"),
            what=deeds.attempt(one.kind, one.result, language),
        ),
        tone=tone,
        note=note,
        said=one.note or "",
    )


def _when_and_where(event: TimelineEvent, zone: ZoneInfo, now: datetime, language: Language) -> str:
    if event.due_at is not None:
        return _overdue(event, event.due_at, zone, now, language)
    happened, arrived = (_instant(event.detail, key) for key in ("happened_at", "arrived_at"))
    until = _instant(event.detail, "until")
    parts = []
    if until is not None:
        parts.append(language.gettext("until %(time)s", time=language.moment(until, zone, now=now)))
    if happened is not None:
        parts.append(
            language.gettext("happened: %(time)s", time=language.moment(happened, zone, now=now))
        )
    if arrived is not None and happened is not None and (arrived - happened).total_seconds() >= 60:  # noqa: PLR2004 (a minute)
        parts.append(
            language.gettext("arrived: %(time)s", time=language.moment(arrived, zone, now=now))
        )
    if event.room is not None:
        parts.append(words.room(event.room, language))
    return " · ".join(parts)


def _overdue(
    event: TimelineEvent, due_at: datetime, zone: ZoneInfo, now: datetime, language: Language
) -> str:
    """Say of a silence what passed: its begin, with the room, and its limit are two instants."""
    due, last = language.moment(due_at, zone, now=now), event.last_activity_at
    if last is None:
        return language.gettext("movement was due by %(due)s", due=due)
    where = [words.room(event.room, language)] if event.room is not None else []
    told = language.gettext(", ").join([language.moment(last, zone, now=now), *where])
    return language.gettext("movement was due by %(due)s; last: %(last)s", due=due, last=told)


def _end(event: TimelineEvent, language: Language) -> str:
    outcome, cause = (str(event.detail.get(key, "")) for key in ("outcome", "cause"))
    parts = []
    if outcome in set(Outcome):
        parts.append(words.outcome(Outcome(outcome), language))
    if cause in set(ResolvedCause):
        parts.append(words.resolved_cause(ResolvedCause(cause), language))
    return language.gettext(" / ").join(parts)


def _instant(detail: Mapping[str, Any], key: str) -> datetime | None:
    text = detail.get(key)
    try:
        return datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
