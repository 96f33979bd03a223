"""Absences and modes as a view: what holds, until when, whose word it is, and what is odd."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from dashboard.web.languages import Language
from domain.absence import Mode, may_set
from domain.access import Role
from storage.register.absence_history import AbsenceEvent
from storage.register.absences import ABSENCE, Word
from storage.register.standing import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One absence or mode."""

    id: str
    home_url: str
    code: str
    word: str
    is_absence: bool
    starts: str
    ends: str
    owner: str
    is_now: bool
    notes: tuple[str, ...]
    """What somebody should look at."""
    is_odd: bool
    may_end: bool
    may_leave: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that was done."""

    at: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeChoice:
    """One mode that may be begun."""

    mode: Mode
    word: str
    means: str
    longest: int
    """Minutes."""


def row(one: Standing, *, role: Role, now: datetime, language: Language) -> Row:
    """Make one row."""
    zone = ZoneInfo(one.time_zone)
    mode = None if one.what == ABSENCE else Mode(one.what)
    may_end = may_set(role, mode) and role is not Role.SYSTEM
    return Row(
        id=one.id,
        home_url=f"/homes/{one.home}/absences",
        code=one.home_code,
        word=word(mode, language),
        is_absence=mode is None,
        starts=language.moment(one.starts_at, zone, now=now),
        ends=language.moment(one.ends_at, zone, now=now),
        owner=one.owner,
        is_now=one.starts_at <= now,
        notes=_notes(one, zone=zone, now=now, language=language),
        is_odd=one.is_contradicted,
        may_end=may_end,
        may_leave=may_end and mode is Mode.VISIT and one.left_at is None,
    )


def line(one: AbsenceEvent, *, zone: ZoneInfo, now: datetime, language: Language) -> Line:
    """Say what was done, by whom, when."""
    mode = None if one.what == ABSENCE else Mode(one.what)
    values = {
        "what": word(mode, language),
        "name": one.by or language.gettext("the operator"),
        "end": language.moment(one.ends_at, zone, now=now),
    }
    return Line(at=language.moment(one.at, zone, now=now), text=_done(one.word, language) % values)


def _done(done: Word, language: Language) -> str:
    gettext = language.gettext
    match done:
        case Word.SET:
            return gettext("%(what)s: set by %(name)s until %(end)s")
        case Word.EXTENDED:
            return gettext("%(what)s: put off by %(name)s until %(end)s")
        case Word.ENDED:
            return gettext("%(what)s: ended by %(name)s")
        case Word.CANCELLED:
            return gettext("%(what)s: taken back by %(name)s")
        case Word.LEFT:
            return gettext("%(what)s: %(name)s said that the visitor leaves")
        case _:
            assert_never(done)


def word(mode: Mode | None, language: Language) -> str:
    """Name an absence (None) or a mode."""
    gettext = language.gettext
    match mode:
        case None:
            return gettext("Absence")
        case Mode.MUTE:
            return gettext("Messages held back")
        case Mode.VISIT:
            return gettext("Visit")
        case Mode.TEST:
            return gettext("Test mode")
        case _:
            assert_never(mode)


def mode_choices(role: Role, language: Language) -> tuple[ModeChoice, ...]:
    """Return the modes that a role may begin."""
    return tuple(
        ModeChoice(
            mode=mode,
            word=word(mode, language),
            means=_means(mode, language),
            longest=int(mode.longest.total_seconds() // 60),
        )
        for mode in Mode
        if may_set(role, mode)
    )


def _means(mode: Mode, language: Language) -> str:
    gettext = language.gettext
    match mode:
        case Mode.MUTE:
            return gettext(
                "Messages about this home wait until it ends. The help button is told at once."
            )
        case Mode.VISIT:
            return gettext(
                "Somebody is with the resident. It is over at the first movement after leaving."
            )
        case Mode.TEST:
            return gettext("Everything is sent, and says that test mode is on.")
        case _:
            assert_never(mode)


def _notes(one: Standing, *, zone: ZoneInfo, now: datetime, language: Language) -> tuple[str, ...]:
    gettext, notes = language.gettext, []
    if one.is_contradicted:
        notes.append(gettext("Somebody has moved: the home is watched as usual. Is it right?"))
    if one.ends_soon:
        notes.append(gettext("It ends within a day. Is the return still right?"))
    if one.left_at is not None:
        left = language.moment(one.left_at, zone, now=now)
        notes.append(gettext("The visitor left: %(time)s.", time=left))
    return tuple(notes)
