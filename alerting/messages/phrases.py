"""The phrases of each language, and how instants and durations are said in it."""

from __future__ import annotations

import tomllib
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

LANGUAGES = ("ja", "en")
DEFAULT_LANGUAGE = "ja"

Phrases = dict[str, dict[str, str]]


@cache
def phrases(language: str) -> Phrases:
    """Return the phrases of a language; of `DEFAULT_LANGUAGE` where there are none."""
    known = language if language in LANGUAGES else DEFAULT_LANGUAGE
    file = files("alerting.messages").joinpath(f"{known}.toml")
    return tomllib.loads(file.read_text("utf-8"))


def say_instant(instant: datetime, *, now: datetime, zone: ZoneInfo, language: str) -> str:
    """Say a local time; with its date where that is not today in `zone`."""
    local, today = instant.astimezone(zone), now.astimezone(zone)
    words = phrases(language)["time"]
    clock = words["clock"].format(hour=local.hour, minute=local.minute)
    if local.date() == today.date():
        return clock
    return words["dated"].format(month=local.month, day=local.day, clock=clock)


def say_duration(duration: timedelta, *, language: str) -> str:
    """Say a duration in whole minutes, from two days on in whole hours; negative ones as none."""
    words = phrases(language)["time"]
    minutes = max(0, duration // timedelta(minutes=1))
    hours, rest = divmod(minutes, 60)
    days, hours_of_day = divmod(hours, 24)
    if days > 1:
        key = "days" if hours_of_day else "whole_days"
    elif hours:
        key = "hours" if rest else "whole_hours"
    else:
        key = "minutes" if minutes else "moment"
    is_in_days = days > 1
    return words[key].format(days=days, hours=hours_of_day if is_in_days else hours, minutes=rest)
