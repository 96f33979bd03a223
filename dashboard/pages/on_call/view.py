"""Who is on call as a view: each schedule with its present, its next hand-overs, its overrides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from alerting.on_call import ScheduleNow
from dashboard.web.languages import Language
from domain.ids import UserId
from domain.on_call import Why
from storage.register.on_call import StaffName


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnRow:
    """One hand-over, or one override."""

    at: str
    who: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleView:
    """One schedule; times in its own zone."""

    name: str
    who: str
    """Empty: nobody."""
    is_me: bool
    why: str
    until: str
    warning: str
    """What somebody has to mend; empty where all is well."""
    next: tuple[TurnRow, ...]
    overrides: tuple[TurnRow, ...]


def schedule_views(
    found: Sequence[ScheduleNow],
    names: Mapping[UserId, StaffName],
    me: UserId,
    *,
    now: datetime,
    language: Language,
) -> tuple[ScheduleView, ...]:
    """Make the views.

    Args:
        found: The schedules as they stand now.
        names: Of those who take over for a while.
        me: Who looks.
        now: The present instant; aware, UTC.
        language: Of the texts.
    """
    return tuple(_view(one, names, me, now, language) for one in found)


def _view(
    one: ScheduleNow,
    names: Mapping[UserId, StaffName],
    me: UserId,
    now: datetime,
    language: Language,
) -> ScheduleView:
    zone, gettext = one.schedule.zone, language.gettext

    def moment(at: datetime) -> str:
        return language.moment(at, zone, now=now)

    until = "" if one.until is None else gettext("until %(time)s", time=moment(one.until))
    overrides = [
        TurnRow(
            at=gettext("%(start)s to %(end)s", start=moment(of.starts_at), end=moment(of.ends_at)),
            who=names[of.person].name if of.person in names else gettext("Somebody unknown"),
            note="",
        )
        for of in one.schedule.overrides
        if of.ends_at > now
    ]
    return ScheduleView(
        name=one.schedule.name,
        who=one.who.name if one.who else "",
        is_me=one.who is not None and one.who.user == me,
        why=why(one.why, language),
        until=until,
        warning=_warning(one, language),
        next=tuple(
            TurnRow(
                at=moment(turn.at),
                who=turn.who.name if turn.who else gettext("Nobody"),
                note=why(turn.why, language),
            )
            for turn in one.next
        ),
        overrides=tuple(overrides),
    )


def why(value: Why, language: Language) -> str:
    """Say why somebody, or nobody, is on call."""
    gettext = language.gettext
    match value:
        case Why.ROTATION:
            return gettext("by rotation")
        case Why.OVERRIDE:
            return gettext("takes over for a while")
        case Why.CLOSED:
            return gettext("outside office hours")
        case Why.EMPTY:
            return gettext("no rotation is set")
        case _:
            assert_never(value)


def _warning(one: ScheduleNow, language: Language) -> str:
    if one.who is None and one.why is not Why.CLOSED:
        return language.gettext("Nobody is on call: the next step of a case is taken at once.")
    if one.who is not None and not one.is_reachable:
        return language.gettext("No way to reach this person is known.")
    return ""
