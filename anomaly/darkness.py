"""What to do when a home cannot be seen: the half-way rule, and when silence is the equipment's.

Three silences are kept apart: of the resident (judged only up to the watermark), of the gateway,
and of one sensor. A fourth, our own, blames nobody: while the
server did not hear, no home is at fault.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.finding import Reason
from domain.verdict import CANNOT_SEE_AFTER

HALF_WAY = 0.5
"""Share of the way to the deadline from which darkness does not stop it; chosen."""
TECHNICAL_AFTER = timedelta(minutes=10)
"""Silence of a gateway that a technician is told of: ten missed heartbeats."""
STUCK_AFTER = timedelta(minutes=10)
"""A backlog that has gained less than `LEAST_GAIN` for this long is not arriving any more: dark."""
LEAST_GAIN = timedelta(minutes=5)
"""Half the pace of life: a past that arrives more slowly than that may never be there in time."""
DEAF_GRACE = timedelta(minutes=10)
"""Our own deafness is waited out so long past a deadline: then a person looks, our fault or not."""

CONFIRM_AFTER = timedelta(minutes=1)
"""A home must be dark at two looks so far apart, one heartbeat: after a jump of time (a host that
slept, a clock that was pushed) the first look finds every home silent, and the next none."""

MISSED_HEARTBEATS = 3
BATTERY_AT_MOST = timedelta(hours=6)
MAINS_AT_MOST = timedelta(minutes=10)
"""A sensor on the mains has no reason to save its words."""
HEARTBEATS_AT_LEAST = 2.0
"""Between two tellings of a sensor that works lies up to one and a half of its heartbeats."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where a watermark stood when it had last moved on, and when that was."""

    watermark: datetime | None
    at: datetime


def followed(before: Progress | None, *, watermark: datetime | None, now: datetime) -> Progress:
    """Return the progress of a watermark that is looked at now; None before: the first look.

    Drops that gain less than `LEAST_GAIN` since the last mark do not count as moving on.
    """
    if before is None or watermark is None:
        return before or Progress(watermark=watermark, at=now)
    if before.watermark is None or watermark - before.watermark >= LEAST_GAIN:
        return Progress(watermark=watermark, at=now)
    return before


class Action(StrEnum):
    """What a deadline, or a silence of equipment, asks for now."""

    WAIT = "wait"
    FIND = "find"
    CALL = "call"
    """Ask a caseworker to call: the deadline passed unseen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """What is heard of a home; instants aware, UTC."""

    last_heard_at: datetime
    """Receipt of the newest envelope, empty ones included."""
    watermark: datetime | None
    """Up to when everything that happened has arrived; None: nothing is certain yet."""
    watermark_moved_at: datetime
    """When the watermark last moved on, as `followed` says."""
    hearing_since: datetime | None
    """Since when the server itself hears without a break; None: it does not hear now."""
    dark_at: datetime | None
    """The first of the looks in a row at which the home was dark; None: it was not at the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What to do now, and why."""

    action: Action
    reason: Reason | None = None
    """None with WAIT."""
    look_again_at: datetime | None = None
    """With WAIT: when to decide again at the latest; after now."""
    since: datetime | None = None
    """For a silence in the dark the last instant that was seen; for equipment the last word."""


def at_deadline(
    hearing: Hearing,
    *,
    last_activity_at: datetime,
    due_at: datetime,
    silence: Reason,
    now: datetime,
) -> Decision:
    """Decide about a deadline of a home in which nothing happened after `last_activity_at`.

    Calling it again gives the same answer; the caller remembers what was found.

    Args:
        hearing: What is heard of the home.
        last_activity_at: The last sign of life; before `due_at`.
        due_at: When silence becomes alarming.
        silence: The reason to give when the silence was seen: SILENCE_PAST_DEADLINE or _CAP.
        now: The instant to decide for.

    Returns:
        WAIT before the deadline, while it cannot be told whether the home is dark, and while a
        backlog arrives. FIND with `silence` once the watermark has passed the deadline. In the
        dark FIND with BLIND_PAST_HALF_WAY when half or more of the way was seen, else CALL.
    """
    if now < due_at:
        return _wait(due_at)
    if hearing.watermark is not None and hearing.watermark >= due_at:
        return Decision(action=Action.FIND, reason=silence)
    if hearing.hearing_since is None and now < due_at + DEAF_GRACE:
        return _wait(due_at + DEAF_GRACE)
    again_at = _confirmed_at(hearing, now=now)
    if again_at > now:
        return _wait(again_at)
    seen = max(hearing.watermark or last_activity_at, last_activity_at)
    if (seen - last_activity_at) >= HALF_WAY * (due_at - last_activity_at):
        return Decision(action=Action.FIND, reason=Reason.BLIND_PAST_HALF_WAY, since=seen)
    return Decision(action=Action.CALL, reason=Reason.BLIND_PAST_DEADLINE, since=seen)


def of_gateway(hearing: Hearing, *, now: datetime) -> Decision:
    """Decide whether a technician is to be told that nothing arrives from a home.

    FIND when nothing was heard for `TECHNICAL_AFTER`, or when the gateway is heard but its past has
    not moved on for `STUCK_AFTER`. Never while the server itself does not hear.
    """
    if hearing.hearing_since is None:
        return _wait(now + CONFIRM_AFTER)
    silent_at, stuck_at = _last_word(hearing) + TECHNICAL_AFTER, _stuck_at(hearing, now=now)
    if now < min(silent_at, stuck_at):
        return _wait(min(silent_at, stuck_at))
    confirmed_at = (hearing.dark_at or now) + CONFIRM_AFTER
    if now < confirmed_at:
        return _wait(confirmed_at)
    heard = now < silent_at
    return _nothing_heard((hearing.watermark if heard else None) or hearing.last_heard_at)


def dark_from(hearing: Hearing, *, now: datetime) -> datetime:
    """Return the instant from which the home is, or will be, dark if nothing more is heard.

    Not after `now`: it is dark now. While the server itself does not hear, every home is.
    """
    if hearing.hearing_since is None:
        return now
    return min(_last_word(hearing) + CANNOT_SEE_AFTER, _stuck_at(hearing, now=now))


def of_sensor(
    *,
    last_heard_at: datetime,
    heartbeat: timedelta,
    is_battery: bool,
    watermark: datetime,
    home_heard_since: datetime | None = None,
) -> Decision:
    """Decide whether one sensor is silent, seen up to the watermark of its home.

    Args:
        last_heard_at: When it last said anything.
        heartbeat: How often it speaks when nothing happens.
        is_battery: Whether it saves its words.
        watermark: Up to when everything has arrived; a dark home's watermark stands still, so its
            sensors are never blamed for it.
        home_heard_since: When the home came back from the dark, None when it never was: what a
            sensor said before that may be lost, so it gets its whole time again.
    """
    since = last_heard_at if home_heard_since is None else max(last_heard_at, home_heard_since)
    silent_at = since + sensor_limit(heartbeat, is_battery=is_battery)
    if watermark >= silent_at:
        return _nothing_heard(last_heard_at)
    return _wait(silent_at)


def sensor_limit(heartbeat: timedelta, *, is_battery: bool) -> timedelta:
    """Return the silence that a sensor is allowed: 3 heartbeats, at most 6 h, on the mains 10 min.

    Never less than `HEARTBEATS_AT_LEAST` heartbeats, nor less than a gateway is allowed.
    """
    at_most = BATTERY_AT_MOST if is_battery else MAINS_AT_MOST
    limit = min(MISSED_HEARTBEATS * heartbeat, at_most)
    return max(limit, HEARTBEATS_AT_LEAST * heartbeat, TECHNICAL_AFTER)


def _confirmed_at(hearing: Hearing, *, now: datetime) -> datetime:
    """Return when the home is dark for certain; not after `now` means that it is."""
    from_at = dark_from(hearing, now=now)
    return from_at if from_at > now else (hearing.dark_at or now) + CONFIRM_AFTER


def _stuck_at(hearing: Hearing, *, now: datetime) -> datetime:
    """Return when a lagging watermark counts as stuck; later than `now` while it keeps up."""
    if hearing.watermark is not None and now - hearing.watermark < CANNOT_SEE_AFTER:
        return max(hearing.watermark + CANNOT_SEE_AFTER, hearing.watermark_moved_at + STUCK_AFTER)
    moved_at = hearing.watermark_moved_at
    if hearing.hearing_since is not None:
        moved_at = max(moved_at, hearing.hearing_since)
    return moved_at + STUCK_AFTER


def _last_word(hearing: Hearing) -> datetime:
    """Return when the home could last have been heard and was, or when we began to listen."""
    if hearing.hearing_since is None:
        return hearing.last_heard_at
    return max(hearing.last_heard_at, hearing.hearing_since)


def _nothing_heard(since: datetime) -> Decision:
    return Decision(action=Action.FIND, reason=Reason.NOTHING_HEARD, since=since)


def _wait(until: datetime) -> Decision:
    return Decision(action=Action.WAIT, look_again_at=until)
