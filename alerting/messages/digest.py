"""What the mail of a digest says: numbers, and each home not known to be well, by its code."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from alerting.digest import DigestLine, Standing, counted, ordered
from alerting.messages.phrases import Phrases, phrases, say_instant
from alerting.messages.writing import Text
from domain.verdict import Verdict

MOST_LINES = 100
"""Homes that are named; the rest is counted, and stands on the page."""


def write(
    lines: Sequence[DigestLine],
    language: str,
    *,
    link: str,
    day: date,
    zone: ZoneInfo,
    now: datetime,
) -> Text:
    """Write the mail: no name, no room, no address; times in each home's own zone.

    Args:
        lines: All homes of the reader; none is fine.
        language: `ja` or `en`.
        link: Of the page that says the same with names.
        day: The local day.
        zone: Of the time in the sentence.
        now: As of when it is; aware, UTC.
    """
    words, counts = phrases(language), counted(lines)
    said = words["digest"]
    values = {
        "total": len(lines),
        "time": say_instant(now, now=now, zone=zone, language=language),
        "month": day.month,
        "day": day.day,
        **{standing.value: number for standing, number in counts.items()},
    }
    wanting = [line for line in ordered(lines) if line.standing is not Standing.CONFIRMED]
    body = [said["sentence"].format(**values), ""]
    for standing in Standing:
        mine = [line for line in wanting[:MOST_LINES] if line.standing is standing]
        if mine:
            body += [said[standing.value].format(number=counts[standing])]
            body += [_line(line, words, language, now) for line in mine] + [""]
    if len(wanting) > MOST_LINES:
        body += [said["more"].format(number=len(wanting) - MOST_LINES), ""]
    body += [said["means"], said["link"].format(link=link), words["line"]["disclaimer"]]
    return Text(subject=said["subject"].format(**values), body="\n".join(body) + "\n")


def _line(line: DigestLine, words: Phrases, language: str, now: datetime) -> str:
    said, zone = words["digest"], ZoneInfo(line.time_zone)

    def say(instant: datetime | None) -> str:
        if instant is None:
            return said["never"]
        return say_instant(instant, now=now, zone=zone, language=language)

    if line.standing is Standing.AWAY:
        return said["line_away"].format(code=line.code, until=say(line.away_until))
    if line.blind_since is not None:
        return said["line_blind"].format(code=line.code, since=say(line.blind_since))
    key = "line_alert" if line.verdict is Verdict.ALERT else "line_silent"
    return said[key].format(code=line.code, last=say(line.last_activity_at))
