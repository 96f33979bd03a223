"""What is written to those who were told of a case when something was done about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from alerting.messages.phrases import phrases, say_instant
from alerting.messages.writing import Facts, Text, repeat
from domain.access import Role
from domain.case import Outcome, ResolvedCause


class Done(StrEnum):
    """What was done; a key of the phrase files."""

    CHECKING = "checking"
    FAMILY_CHECKING = "family_checking"
    """A family's word: nobody has taken the case on by it."""
    SPOKE = "spoke"
    AWAY = "away"
    AWAY_ASKED = "away_asked"
    VISIT = "visit"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What was done about a case, by whom in words of roles; never the text of a note."""

    done: Done
    by: Role
    at: datetime
    """Aware, UTC."""
    until: datetime | None = None
    """With AWAY and AWAY_ASKED."""
    outcome: Outcome | None = None
    """With CLOSED, as `cause`."""
    cause: ResolvedCause | None = None


def write_news(facts: Facts, news: News, language: str, *, tells_outcome: bool, to: Role) -> Text:
    """Write news with the first message's facts repeated, so that they can be read by themselves.

    Args:
        facts: What the first message said.
        news: What was done.
        language: Of the recipient.
        tells_outcome: Whether the recipient may know how it ended.
        to: Who reads it: a death is not told to a family by a message.
    """
    words = phrases(language)
    place, what = repeat(facts, language)
    values: dict[str, object] = {"home": facts.home_code or "", "number": facts.number}
    subject = words["news"]["subject" if facts.home_code else "subject_plain"].format(**values)
    said = words["news"][_key(news, tells_outcome=tells_outcome, to=to)]
    lines = [
        place,
        "",
        said.format(**_values(facts, news, language)),
        words["news"]["first"].format(what=what),
        words["line"]["disclaimer"],
    ]
    return Text(subject=subject, body="\n".join(lines) + "\n")


def _key(news: News, *, tells_outcome: bool, to: Role) -> str:
    if news.done is not Done.CLOSED:
        return news.done
    if to is Role.FAMILY and news.outcome is Outcome.DIED:
        return "closed_call"
    return "closed" if tells_outcome else "closed_plain"


def _values(facts: Facts, news: News, language: str) -> dict[str, object]:
    words, zone = phrases(language), ZoneInfo(facts.time_zone)

    def say(instant: datetime | None) -> str:
        if instant is None:
            return ""
        return say_instant(instant, now=facts.now, zone=zone, language=language)

    return {
        "who": words["who"].get(news.by, words["who"]["caseworker"]),
        "at": say(news.at),
        "until": say(news.until),
        "outcome": words["outcome"][news.outcome] if news.outcome else "",
        "cause": words["resolved_cause"][news.cause] if news.cause else "",
    }
