"""Over which of a person's contact methods a message goes, when, and why; without any I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from storage.register.contact_methods import Method, Quiet

AT_ONCE = timedelta(0)
MINUTES_A_DAY = 24 * 60


class Why(StrEnum):
    """Why a message goes over this method at this instant; kept with the message and shown."""

    AT_ONCE = "at_once"
    """The person's rule says so."""
    ONLY_WAY = "only_way"
    """The rule says later, but no other method tells the person now."""
    LAST_WAY = "last_way"
    """The method is marked as failing, but nothing else reaches the person."""
    AFTER_WAIT = "after_wait"
    """For the case that nobody answers until then."""
    QUIET = "quiet"
    """It can wait until the person's quiet hours end."""
    QUIET_OVERRIDDEN = "quiet_overridden"
    """The person's quiet hours do not hold back what is urgent."""
    PREVIOUS_FAILED = "previous_failed"
    """The person's method before it failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One message over one method."""

    method: Method
    due_at: datetime
    """Aware, UTC."""
    why: Why


def choose(
    methods: Sequence[Method],
    quiet: Quiet | None,
    *,
    is_urgent: bool,
    zone: ZoneInfo,
    now: datetime,
) -> list[Choice]:
    """Choose over which methods a person is told.

    Args:
        methods: All of the person; those that were never proved, or are off, are not used.
        quiet: The person's quiet hours, if any.
        is_urgent: Whether it is about a resident, or may not wait for another reason: then quiet
            hours hold back nothing.
        zone: Where the quiet hours are meant.
        now: The instant; aware, UTC.

    Returns:
        One choice for each usable method, the soonest first, at least one of them at once or at
        the end of the quiet hours; empty when the person has no method in use.
    """
    ways = [method for method in methods if method.is_used]
    sound = [method for method in ways if method.failing_since is None]
    usable = sorted(sound or ways, key=lambda method: (method.after, method.position))
    quiet_until = None if quiet is None else quiet_end(quiet, zone=zone, now=now)
    start = now if is_urgent or quiet_until is None else quiet_until
    choices = []
    for number, method in enumerate(usable):
        is_first = number == 0
        after = AT_ONCE if is_first else method.after
        why = _why(method, is_first=is_first, after=after)
        if why in (Why.AT_ONCE, Why.ONLY_WAY) and quiet_until is not None:
            why = Why.QUIET_OVERRIDDEN if is_urgent else Why.QUIET
        choices.append(Choice(method=method, due_at=start + after, why=why))
    return choices


def quiet_end(quiet: Quiet, *, zone: ZoneInfo, now: datetime) -> datetime | None:
    """Return when the quiet hours end that hold at `now`, as aware UTC; None outside of them."""
    local = now.astimezone(zone)
    minute = local.hour * 60 + local.minute
    left = (quiet.ends_min - minute) % MINUTES_A_DAY
    length = (quiet.ends_min - quiet.starts_min) % MINUTES_A_DAY
    if not 0 < left <= length:
        return None
    end = local.replace(second=0, microsecond=0) + timedelta(minutes=left)
    return end.astimezone(now.tzinfo)


def _why(method: Method, *, is_first: bool, after: timedelta) -> Why:
    if method.failing_since is not None:
        return Why.LAST_WAY
    if is_first and method.after > AT_ONCE:
        return Why.ONLY_WAY
    return Why.AT_ONCE if after == AT_ONCE else Why.AFTER_WAIT
