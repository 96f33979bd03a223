"""Languages: texts, times and ages as a reader of Japanese or English expects them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from gettext import NullTranslations
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.support import Translations

from dashboard.config import LANGUAGES

LOCALES = Path(__file__).parent.parent / "locales"
NAMES: Mapping[str, str] = {"ja": "日本語", "en": "English"}
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """One language. All its texts are marked by `gettext` and found by scripts/messages."""

    code: str
    translations: NullTranslations = field(default_factory=NullTranslations)

    def gettext(self, message: str, **values: object) -> str:
        """Return the text for an English message, with `%(name)s` filled in."""
        text = self.translations.gettext(message)
        return text % values if values else text

    def ngettext(self, one: str, many: str, number: int, **values: object) -> str:
        """Return the text for a number of things; `%(num)d` is the number."""
        return self.translations.ngettext(one, many, number) % {"num": number, **values}

    def ago(self, age: timedelta) -> str:
        """Say how long ago something was, to the minute; ages below a minute are "just now"."""
        if age < _MINUTE:
            return self.gettext("just now")
        return self.gettext("%(span)s ago", span=self.span(age))

    def ago_minutes(self, minutes: int) -> str:
        """Say how many minutes ago something was, as a template needs it."""
        return self.ago(timedelta(minutes=minutes))

    def span(self, length: timedelta) -> str:
        """Say how long something takes: minutes, then hours and minutes, then days."""
        minutes = max(0, length // _MINUTE)
        if length < _HOUR:
            return self.gettext("%(minutes)d min", minutes=minutes)
        if length < _DAY:
            hours, rest = divmod(minutes, 60)
            if rest == 0:
                return self.gettext("%(hours)d h", hours=hours)
            return self.gettext("%(hours)d h %(minutes)d min", hours=hours, minutes=rest)
        return self.ngettext("%(num)d day", "%(num)d days", length // _DAY)

    def clock(self, instant: datetime, zone: ZoneInfo) -> str:
        """Return the time of day in a home's zone, as 21:40."""
        return instant.astimezone(zone).strftime("%H:%M")

    def moment(self, instant: datetime, zone: ZoneInfo, *, now: datetime) -> str:
        """Return when something is, as briefly as is clear: 21:40, yesterday 21:40, 3 Nov 21:40."""
        time = self.clock(instant, zone)
        days = (now.astimezone(zone).date() - instant.astimezone(zone).date()).days
        if days == 0:
            return time
        if days == 1:
            return self.gettext("yesterday %(time)s", time=time)
        if days == -1:
            return self.gettext("tomorrow %(time)s", time=time)
        return self.gettext("%(date)s, %(time)s", date=self.date_of(instant, zone), time=time)

    def date_of(self, instant: datetime, zone: ZoneInfo) -> str:
        """Return an instant's local day, as 22 Nov or 11月22日."""
        return self.day(instant.astimezone(zone).date())

    def day(self, day: date) -> str:
        """Return a day, as 22 Nov or 11月22日."""
        return format_date(day, "M月d日" if self.code == "ja" else "d MMM", locale=self.code)

    def long_day(self, day: date) -> str:
        """Return a day with its weekday, as Sun 22 Nov or 11月22日(日)."""
        return format_date(day, "M月d日(E)" if self.code == "ja" else "E d MMM", locale=self.code)


@cache
def language(code: str) -> Language:
    """Return one of `LANGUAGES`; without compiled catalogues its texts are English."""
    found = Translations.load(LOCALES, [code], domain="messages")
    return Language(code=code, translations=found)


def choose(*, cookie: str | None, user: str | None, accepted: str, default: str) -> str:
    """Choose a language: what was set here, else the user's own, else what the browser asks for.

    Args:
        cookie: What was chosen on this device.
        user: What is kept with the user.
        accepted: The Accept-Language header; anything may stand in it.
        default: One of `LANGUAGES`.
    """
    for wanted in (cookie, user):
        if wanted in LANGUAGES:
            return str(wanted)
    weighted = [_weighed(part) for part in accepted.split(",")[:20]]
    for code, weight in sorted(weighted, key=lambda pair: -pair[1]):
        if code in LANGUAGES and weight > 0:
            return code
    return default


def _weighed(part: str) -> tuple[str, float]:
    name, _, weight = part.partition(";q=")
    try:
        value = float(weight) if weight else 1.0
    except ValueError:
        value = 0.0
    return name.strip().lower().partition("-")[0], value
