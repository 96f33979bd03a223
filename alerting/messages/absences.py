"""What is written of an absence: which home, from when until when, and whom to tell otherwise."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from alerting.messages.phrases import phrases, say_instant
from alerting.messages.writing import Text


class Said(StrEnum):
    """What is told of an absence; a key of the phrase files."""

    SET = "set"
    EXTENDED = "extended"
    ENDED = "ended"
    CANCELLED = "cancelled"
    ENDS_SOON = "ends_soon"
    """A question: does the return still hold?"""


def write(
    said: Said,
    language: str,
    *,
    home: str,
    starts_at: datetime,
    ends_at: datetime,
    link: str | None,
    zone: ZoneInfo,
    now: datetime,
) -> Text:
    """Write a notice, without a name, a place or a reason.

    Args:
        said: What was done.
        language: `ja` or `en`.
        home: Its code.
        starts_at: Aware, UTC, as `ends_at` and `now`.
        ends_at: As it is now.
        link: Of the page on which staff change it; None: the reader calls the office.
        zone: Of the home.
        now: The instant.
    """
    words = phrases(language)

    def say(instant: datetime) -> str:
        return say_instant(instant, now=now, zone=zone, language=language)

    values = {"home": home, "starts": say(starts_at), "ends": say(ends_at), "link": link or ""}
    body = (
        words["absence"][said].format(**values),
        words["absence"]["call" if link is None else "link"].format(**values),
        words["line"]["disclaimer"],
    )
    subject = words["absence"]["subject"].format(**values)
    return Text(subject=subject, body="\n".join(body) + "\n")
