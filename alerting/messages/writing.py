"""How a message is written: minimal, without a name, and never not at all."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from alerting.messages.phrases import phrases, say_duration, say_instant
from domain.finding import Cause, Reason
from storage.register.reply_links import LASTS

log = logging.getLogger(__name__)

LATE_AFTER = timedelta(minutes=30)
"""Older news is labelled as delayed: what it says may be over."""
DEFAULT_ZONE = "Asia/Tokyo"
"""For matters without a home, and for homes whose zone this machine does not know."""
FOREIGN_CHARACTERS = 40
"""Longest foreign word (a room, a home code) in a message."""


class Topic(StrEnum):
    """What a message is about; a key of the phrase files."""

    INACTIVITY = "inactivity"
    HELP = "help"
    REVIEW = "review"
    ABSENCE = "absence"
    NOT_BACK = "not_back"
    CALL = "call"
    GATEWAY_SILENT = "gateway_silent"
    SENSOR_SILENT = "sensor_silent"
    GATEWAY_FORGED = "gateway_forged"
    SERVICE_FAILED = "service_failed"
    DISK = "disk"
    CERTIFICATE = "certificate"
    ADDRESS = "address"
    CHANNEL = "channel"
    TEXT = "text"
    NOTICE = "notice"
    NOBODY_REACHABLE = "nobody_reachable"
    CLOCK = "clock"
    ASKING = "asking"
    """To the resident, before anybody else is told; a link, where it has one, is for answering."""
    CHECK = "check"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What may be said of an episode: no name, no address, no reading."""

    number: int
    """Of the case."""
    link: str
    """Of the case; empty in a message to the resident that can only be answered by moving."""
    topic: Topic
    reason: Reason
    since: datetime
    """Last activity, press, or last sign of the equipment; aware, UTC."""
    found_at: datetime
    now: datetime
    home_code: str | None = None
    time_zone: str = DEFAULT_ZONE
    blind_since: datetime | None = None
    recovered_at: datetime | None = None
    room: str | None = None
    service: str | None = None
    is_new_episode: bool = False
    is_first_step: bool = True
    is_last_resort: bool = False
    owned_since: datetime | None = None
    """For whoever took the case on and gave no word since: since when it is theirs."""
    is_test_mode: bool = False
    """Whether somebody tries the equipment of the home just now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A written message."""

    subject: str
    body: str
    is_plain: bool = False
    """Whether the phrases failed and this only says where to look."""


_OF_REASON = {
    Reason.BLIND_PAST_DEADLINE: Topic.CALL,
    Reason.NOT_BACK: Topic.NOT_BACK,
    Reason.ABSENT_BUT_MOVEMENT: Topic.ABSENCE,
    Reason.DISK_NEARLY_FULL: Topic.DISK,
    Reason.CERTIFICATE_ENDS: Topic.CERTIFICATE,
    Reason.ADDRESS_REFUSED: Topic.ADDRESS,
    Reason.CHANNEL_DOWN: Topic.CHANNEL,
    Reason.TEXT_FAILED: Topic.TEXT,
    Reason.CLOCK_STEPPED: Topic.CLOCK,
    Reason.NOTICE_LOST: Topic.NOTICE,
    Reason.NOBODY_REACHABLE: Topic.NOBODY_REACHABLE,
    **{reason: Topic.CHECK for reason in Reason if reason.startswith("check_stopped_at_")},
}


def topic_of(cause: Cause, reason: Reason, *, is_review: bool) -> Topic:
    """Choose what a message is about from its case's cause and from why the episode began."""
    if is_review and cause is Cause.HELP:
        return Topic.REVIEW
    return _OF_REASON.get(reason) or Topic(cause.value)


def write(facts: Facts, language: str) -> Text:
    """Write a message; where its phrases fail, a plain one that still says where to look."""
    try:
        return _written(facts, language)
    except (ArithmeticError, LookupError, OSError, TypeError, ValueError):
        log.exception("the phrases failed; a plain text is sent", extra={"case": facts.number})
        return _fallback(facts)


def repeat(facts: Facts, language: str) -> tuple[str, str]:
    """Return where it is and what it is about, as the first message of an episode said it."""
    words, values = phrases(language), _values(facts, language)
    place = "place" if facts.home_code else "no_place"
    return words["line"][place].format(**values), words["what"][facts.topic].format(**values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One case in a list."""

    subject: str
    """Of the message that would have gone alone."""
    happened_at: datetime
    taken_at: datetime | None
    """When somebody took the case on."""


def write_list(
    lines: Sequence[Line],
    *,
    is_of_residents: bool,
    is_late: bool,
    link: str,
    language: str,
    time_zone: str | None,
    now: datetime,
) -> Text:
    """Write one message about several cases, in the order given; plain where phrases fail."""
    try:
        words, zone = phrases(language)["list"], zone_of(time_zone or DEFAULT_ZONE)

        def say(instant: datetime) -> str:
            return say_instant(instant, now=now, zone=zone, language=language)

        subject = words["residents" if is_of_residents else "equipment"].format(count=len(lines))
        label = phrases(language)["line"]["late_subject"] if is_late else ""
        rows = [
            words["taken" if line.taken_at else "row"].format(
                subject=_bare(line.subject),
                happened=say(line.happened_at),
                taken=say(line.taken_at or now),
            )
            for line in lines
        ]
        before = [words["late"]] if is_late else []
        before.append(words["intro"].format(count=len(lines)))
        after = [words["link"].format(link=link), phrases(language)["line"]["disclaimer"]]
        return Text(
            subject=label + subject, body="\n".join([*before, "", *rows, "", *after]) + "\n"
        )
    except (ArithmeticError, LookupError, OSError, TypeError, ValueError):
        log.exception("the phrases failed; a plain list is sent")
        plain = "\n".join(line.subject for line in lines)
        subject = f"【見守り / Mimamori】 {len(lines)}"
        return Text(subject=subject, body=f"{plain}\n{link}\n119\n", is_plain=True)


def _bare(subject: str) -> str:
    """Return a subject without the words that every one of ours begins with."""
    for brand in ("[Mimamori] ", "【見守り】"):
        subject = subject.removeprefix(brand)
    return subject


def add_news(
    text: Text,
    *,
    language: str,
    written_at: datetime,
    taken_at: datetime | None,
    time_zone: str | None,
    now: datetime,
    reply_link: str | None = None,
) -> Text:
    """Add what became true between writing and sending: that it is late, that somebody has it.

    And the link to answer by, which begins to end when the message leaves.
    """
    words, zone = phrases(language)["line"], zone_of(time_zone or DEFAULT_ZONE)
    news = []
    is_late = now - written_at > LATE_AFTER
    if is_late:
        written = say_instant(written_at, now=now, zone=zone, language=language)
        news.append(words["late"].format(written=written))
    if taken_at is not None:
        taken = say_instant(taken_at, now=now, zone=zone, language=language)
        news.append(words["taken"].format(taken=taken))
    needs_label = is_late and not text.subject.startswith(words["late_subject"])
    label = words["late_subject"] if needs_label else ""
    body = "\n".join([*news, text.body])
    if reply_link is not None:
        minutes = LASTS // timedelta(minutes=1)
        answer = words["reply"].format(reply=reply_link, minutes=minutes)
        body = f"{body.rstrip()}\n{answer}\n"
    return Text(subject=label + text.subject, body=body)


def _written(facts: Facts, language: str) -> Text:
    words = phrases(language)
    values = _values(facts, language)
    is_late = facts.is_first_step and facts.now - facts.found_at > LATE_AFTER
    label = words["line"]["late_subject"] if is_late else ""
    keys = _lines_before(facts)
    before = [words["line"][key].format(**values) for key in keys]
    what = words["what"][facts.topic].format(**values)
    after = [words["line"][key].format(**values) for key in _lines_after(facts)]
    return Text(
        subject=label + words["subject"][facts.topic].format(**values),
        body="\n".join([*before, *([""] if before else []), what, *after]) + "\n",
    )


def _lines_before(facts: Facts) -> list[str]:
    if facts.topic is Topic.ASKING:
        return []
    lines = ["place" if facts.home_code else "no_place"]
    if facts.is_test_mode:
        lines.append("test_mode")
    if facts.is_new_episode and facts.is_first_step:
        lines.append("new_episode")
    if facts.owned_since is not None:
        lines.append("still_yours")
    elif facts.is_last_resort:
        lines.append("last_resort")
    elif not facts.is_first_step:
        lines.append("unanswered")
    return lines


def _lines_after(facts: Facts) -> list[str]:
    if facts.topic is Topic.ASKING:
        return [*(["link"] if facts.link else []), "disclaimer"]
    lines = []
    if facts.reason is Reason.SILENCE_PAST_CAP:
        lines.append("capped")
    if facts.reason is Reason.BLIND_PAST_HALF_WAY and facts.blind_since is not None:
        lines.append("blind")
    if facts.recovered_at is not None:
        lines.append(_RECOVERED.get(facts.topic, "heard_again"))
    return [*lines, "link", "disclaimer"]


_RECOVERED = {
    Topic.INACTIVITY: "active_again",
    Topic.NOT_BACK: "active_again",
    Topic.DISK: "room_again",
    Topic.CERTIFICATE: "renewed",
    Topic.CHECK: "arrives_again",
    Topic.ADDRESS: "works_again",
    Topic.CHANNEL: "works_again",
}


def _values(facts: Facts, language: str) -> dict[str, object]:
    zone = zone_of(facts.time_zone)

    def say(instant: datetime | None) -> str:
        if instant is None:
            return ""
        return say_instant(instant, now=facts.now, zone=zone, language=language)

    is_of_person = facts.topic in (Topic.INACTIVITY, Topic.NOT_BACK, Topic.ASKING)
    ends = (facts.now, facts.recovered_at, facts.blind_since if is_of_person else None)
    known_until = min(end for end in ends if end is not None)
    return {
        "home": _foreign(facts.home_code or ""),
        "number": facts.number,
        "since": say(facts.since),
        "duration": say_duration(known_until - facts.since, language=language),
        "found": say(facts.found_at),
        "owned": say(facts.owned_since),
        "blind": say(facts.blind_since),
        "recovered": say(facts.recovered_at),
        "room": _foreign(facts.room or phrases(language)["line"]["unknown_room"]),
        "service": _foreign(facts.service or ""),
        "leg": phrases(language)["leg"].get(facts.reason, ""),
        "link": facts.link,
    }


def zone_of(name: str) -> ZoneInfo:
    """Return a time zone; `DEFAULT_ZONE` for a name that this machine does not know."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        log.warning("unknown time zone; times are told in the default one")
        return ZoneInfo(DEFAULT_ZONE)


def _foreign(text: str) -> str:
    """Return a foreign word as one short line; direction marks and controls become spaces."""
    line = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(line.split())[:FOREIGN_CHARACTERS]


def _fallback(facts: Facts) -> Text:
    where = _foreign(facts.home_code or "-")
    return Text(
        subject=f"【見守り / Mimamori】 {where} / {facts.number}",
        body=f"{where} / {facts.number}\n{facts.link}\n119\n",
        is_plain=True,
    )
