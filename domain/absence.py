"""Stretches in which a home is watched otherwise, each with an owner and an end of its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

from domain.access import Role
from domain.finding import Cause, Reason

LONGEST = timedelta(days=14)
"""A longer absence is entered again: a forgotten one once hid a death for half a year."""
ENDS_SOON = timedelta(hours=24)
"""The list names an absence that ends within this, so that somebody asks whether it still holds."""
VISITOR_GOES = timedelta(minutes=5)
"""What moves within this after a visitor's leaving was entered is the visitor at the door."""
LOOK_AGAIN = timedelta(minutes=5)
"""A visit may end by movement: whatever it holds back is looked at again after this."""


class Mode(StrEnum):
    """A short stretch in which messages about a home are treated otherwise."""

    MUTE = "mute"
    """Messages wait until it ends; never those of `is_never_held`."""
    VISIT = "visit"
    """Somebody is with the resident: as MUTE, and over once somebody moves after the visitor."""
    TEST = "test"
    """Somebody tries the equipment: everything is sent, and says that test mode is on."""

    @property
    def longest(self) -> timedelta:
        """How long it lasts at most; it ends by itself."""
        match self:
            case Mode.MUTE:
                return timedelta(hours=8)
            case Mode.VISIT:
                return timedelta(minutes=60)
            case Mode.TEST:
                return timedelta(minutes=30)
            case _:
                assert_never(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """One stretch of a mode; instants are aware, UTC."""

    mode: Mode
    starts_at: datetime
    ends_at: datetime
    left_at: datetime | None = None
    """Of a visit: when the visitor said to be leaving."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Why a message waits, and until when it does at the latest."""

    mode: Mode
    until: datetime


def is_in_force(pause: Pause, *, last_activity_at: datetime | None, now: datetime) -> bool:
    """Tell whether a pause holds at `now`.

    A visit is over before its end once something moved after the visitor had left: from then on the
    home speaks for itself again.
    """
    if not pause.starts_at <= now < pause.ends_at:
        return False
    if pause.mode is not Mode.VISIT or pause.left_at is None or last_activity_at is None:
        return True
    return last_activity_at <= pause.left_at + VISITOR_GOES


def held(
    pauses: Iterable[Pause],
    cause: Cause,
    reason: Reason,
    *,
    last_activity_at: datetime | None,
    now: datetime,
) -> Held | None:
    """Return why nobody is told of something now; None when it is told.

    What is held back is told when the pause ends, never dropped.
    """
    if is_never_held(cause, reason):
        return None
    holding = [
        pause
        for pause in pauses
        if pause.mode is not Mode.TEST
        and is_in_force(pause, last_activity_at=last_activity_at, now=now)
    ]
    if not holding:
        return None
    last = max(holding, key=lambda pause: pause.ends_at)
    may_end_early = any(pause.mode is Mode.VISIT for pause in holding)
    until = min(last.ends_at, now + LOOK_AGAIN) if may_end_early else last.ends_at
    return Held(mode=last.mode, until=until)


def is_never_held(cause: Cause, reason: Reason) -> bool:
    """Tell whether no pause holds something back: a cry for help, a call, an attack, ourselves."""
    if reason is Reason.BLIND_PAST_DEADLINE:
        return True
    return cause in (Cause.HELP, Cause.GATEWAY_FORGED, Cause.SERVICE_FAILED)


def may_set(role: Role, mode: Mode | None) -> bool:
    """Tell whether a role sets an absence (None) or a mode of a home within its reach."""
    match role:
        case Role.CASEWORKER | Role.SYSTEM:
            return True
        case Role.TECHNICIAN:
            return mode in (Mode.VISIT, Mode.TEST)
        case Role.ADMINISTRATOR | Role.FAMILY | Role.AUDITOR:
            return False
        case _:
            assert_never(role)


def is_home_typed(typed: str, code: str) -> bool:
    """Tell whether somebody typed the code of the home that is meant; a name alone never is."""
    return bool(typed.strip()) and typed.strip().casefold() == code.strip().casefold()
