"""The page of one home as a view: verdict and reason, picture, sensors, cases, absences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from dashboard.pages.cases.view import CaseRow
from dashboard.pages.homes.activity import Day, Picture, Run, runs
from dashboard.pages.homes.list_view import title_of
from dashboard.pages.homes.reason import sentences
from dashboard.pages.homes.usual import Usual
from dashboard.web import words
from dashboard.web.languages import Language
from domain.case import CaseState
from domain.verdict import Verdict
from storage.register.homes import Absence, HomeSummary, SensorSummary

LOW_BATTERY = 15.0
"""Percent; below it a battery sensor is named (chosen: about a month for a coin cell)."""
LABEL_EVERY = 7
"""Days between two labels of the picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeHead:
    """What stands at the top of the page."""

    title: str
    kana: str
    code: str
    address: str
    phone: str
    note: str
    verdict: Verdict
    word: str
    sentences: tuple[str, ...]
    sees_activity: bool
    """Whether the last sign of life may be named; else it is left out, which is not "never"."""
    age: str
    at: str
    case_url: str
    case_state: str
    is_waiting: bool
    """Whether nobody has taken the case on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorRow:
    """One sensor."""

    name: str
    room: str
    heard: str
    """How long ago it was heard."""
    heard_at: str
    battery: str
    """Percent; empty for a sensor on mains, a dash where it is not known."""
    is_low: bool
    state: str
    """What is wrong with it; empty when nothing is known to be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureRow:
    """One day of the picture, drawn and told."""

    label: str
    """Empty on most days, so that labels stay legible."""
    date: str
    runs: tuple[Run, ...]
    first: str
    """The first hour with movement after 4 in the morning."""
    last: str
    active: str
    dark: str
    """Empty for a day on which nothing was dark."""
    is_weekend: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureView:
    """The picture with its one-sentence description."""

    rows: tuple[PictureRow, ...]
    description: str
    hours: tuple[int, ...] = (0, 3, 6, 9, 12, 15, 18, 21)


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceRow:
    """One absence in words."""

    text: str
    is_now: bool


def head(
    home: HomeSummary,
    *,
    usual: Usual | None,
    now: datetime,
    language: Language,
) -> HomeHead:
    """Make the top of the page; personal fields are empty where they may not be seen."""
    zone, person, last = ZoneInfo(home.time_zone), home.person, home.view.last_activity_at
    title = title_of(home)
    at = "" if last is None else language.moment(last, zone, now=now)
    if at and home.last_activity_room is not None:
        at = f"{at} · {words.room(home.last_activity_room, language)}"
    return HomeHead(
        title=title,
        kana=(person.kana or "") if person else "",
        code=home.code if title != home.code else "",
        address=(person.address or "") if person else "",
        phone=(person.phone or "") if person else "",
        note=(person.note or "") if person else "",
        verdict=home.judgement.verdict,
        word=words.verdict(home.judgement.verdict, language),
        sentences=tuple(sentences(home, usual=usual, now=now, language=language)),
        sees_activity=home.sees_activity,
        age="" if last is None else language.ago(now - last),
        at=at,
        case_url=f"/cases/{home.matter.id}" if home.matter else "",
        case_state=words.state(home.matter.state, language) if home.matter else "",
        is_waiting=home.matter is not None and home.matter.state is CaseState.TRIGGERED,
    )


def sensor_rows(
    sensors: Sequence[SensorSummary], *, zone: ZoneInfo, now: datetime, language: Language
) -> tuple[SensorRow, ...]:
    """Make the table of sensors; those that need somebody come first."""
    rows = [_sensor(sensor, zone, now, language) for sensor in sensors]
    return tuple(sorted(rows, key=lambda row: not row.state))


def picture_view(picture: Picture, language: Language) -> PictureView:
    """Describe the picture, day by day and in one sentence."""
    days = picture.days
    rows = tuple(
        _day(day, is_labelled=(len(days) - 1 - index) % LABEL_EVERY == 0, language=language)
        for index, day in enumerate(days)
    )
    return PictureView(rows=rows, description=_description(days, language))


def absence_rows(
    absences: Sequence[Absence], *, zone: ZoneInfo, now: datetime, language: Language
) -> tuple[AbsenceRow, ...]:
    """Say when nobody is expected."""
    return tuple(
        AbsenceRow(
            text=language.gettext(
                "%(start)s to %(end)s",
                start=language.moment(absence.starts_at, zone, now=now),
                end=language.moment(absence.ends_at, zone, now=now),
            ),
            is_now=absence.starts_at <= now,
        )
        for absence in absences
    )


def split(cases: Sequence[CaseRow]) -> Mapping[str, tuple[CaseRow, ...]]:
    """Part open cases from closed ones."""
    return {
        "open": tuple(case for case in cases if case.is_open),
        "closed": tuple(case for case in cases if not case.is_open),
    }


def _description(days: Sequence[Day], language: Language) -> str:
    """Count what was watched: neither hours to come nor those before the home had a gateway."""
    watched = [day for day in days if day.watched_hours]
    moved = language.gettext(
        "Movement on %(active)d of %(days)d days.",
        active=sum(bool(day.active_hours) for day in watched),
        days=len(watched),
    )
    dark = sum(day.dark_hours for day in watched)
    if not dark:
        return moved
    unknown = language.gettext(
        "Nothing heard in %(dark)d of %(hours)d hours.",
        dark=dark,
        hours=sum(day.watched_hours for day in watched),
    )
    return language.gettext("%(first)s %(second)s", first=moved, second=unknown)


def _sensor(sensor: SensorSummary, zone: ZoneInfo, now: datetime, language: Language) -> SensorRow:
    heard, percent = sensor.last_heard_at, sensor.battery_percent
    is_low = sensor.is_battery and percent is not None and percent < LOW_BATTERY
    state = ""
    if sensor.is_silent:
        state = language.gettext("Not heard")
    elif is_low:
        state = language.gettext("Battery low")
    unknown = "–" if sensor.is_battery else ""
    return SensorRow(
        name=sensor.name,
        room=words.room(sensor.room, language),
        heard=language.ago(now - heard) if heard else language.gettext("never"),
        heard_at=language.moment(heard, zone, now=now) if heard else "",
        battery=unknown if percent is None or not sensor.is_battery else f"{percent:.0f} %",
        is_low=is_low,
        state=state,
    )


def _day(day: Day, *, is_labelled: bool, language: Language) -> PictureRow:
    date = language.day(day.date)
    awake = [hour for hour in day.active_hours if hour >= 4]  # noqa: PLR2004 (told in the header)
    return PictureRow(
        label=date if is_labelled else "",
        date=language.long_day(day.date),
        runs=tuple(runs(day)),
        first=f"{awake[0]:02d}:00" if awake else "–",
        last=f"{day.active_hours[-1] + 1:02d}:00" if day.active_hours else "–",
        active=str(len(day.active_hours)),
        dark=str(day.dark_hours) if day.dark_hours else "",
        is_weekend=day.date.weekday() >= 5,  # noqa: PLR2004 (Saturday)
    )
