"""Which deadline holds in the present silence: the routine's, an absence's, or a person's look."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from anomaly.deadline import Deadline, LastActivity, deadline
from anomaly.routine import Routine
from anomaly.silences import Mode
from domain.case import Outcome
from domain.finding import Reason
from domain.verdict import VERIFIED, has_come_home
from storage.register.closings import Closing
from storage.register.detection import SeenHome, StoredDeadline

VERIFIED_LASTS = timedelta(hours=24)
"""A full day without a sign of life after somebody has looked is alarming again. The learned,
shorter deadline would ring again at once for somebody who is out; see docs/decisions/0007."""
UNVERIFIED_LASTS = timedelta(hours=6)
"""The same where nobody was spoken to or seen: nothing is known that would last a day."""
HOSPITAL_LASTS = timedelta(days=14)
"""After this a stay in hospital is asked about again, as the longest absence is: one that was
forgotten hid a death for half a year (docs/decisions/0007)."""
NOBODY_HOME = frozenset({Outcome.HOSPITAL, Outcome.DIED})
"""With these outcomes the silence that follows is expected, whatever the deadline was."""
NEVER_ACTIVE = "never_active"
"""Stored in place of a mode while nothing was ever active: the silence counts from the first
envelope that was heard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """The deadline of the present silence."""

    deadline: StoredDeadline
    """`due_at` is None where nobody lives any more."""
    since: datetime
    """Where the way to the deadline begins: the last activity, the end of an absence, a person's
    look, or the first envelope that was ever heard."""
    is_told: bool
    """Whether this deadline was found to have passed before, or a case of the silence is open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    since: datetime
    due: Deadline


def expected(
    home: SeenHome, *, routine: Routine | None, mode: Mode, zone: ZoneInfo, now: datetime
) -> Expectation:
    """Return the deadline of a home's present silence.

    An absence that begins before silence becomes alarming restarts it at the absence's end, from
    home. Once a person has looked after the deadline had passed, the next one is `VERIFIED_LASTS`
    after that; a look before it passed moves nothing. While the silence lasts, a new routine may
    move its deadline, but not to before now.

    Args:
        home: What is known of it.
        routine: What is normal; None: the cap alone holds.
        mode: After the last activity.
        zone: The home's zone.
        now: The instant to decide for.
    """
    since = silent_since(home)
    old = None if is_new_silence(home) else home.deadline
    fired_at = old.fired_at if old is not None else None
    way = _beyond_absences(home, LastActivity(at=since, mode=mode), routine, zone)
    looked = _look_after(home, since, way.due.due_at, fired_at)
    if looked is not None and looked.outcome is not Outcome.DIED:
        way = _after_look(home, looked, way, routine, zone)
    new = _stored(home, way, since, old, looked)
    if looked is not None and looked.outcome is Outcome.DIED:
        return Expectation(deadline=replace(new, due_at=None), since=since, is_told=False)
    is_told = fired_at is not None and (looked is None or fired_at > looked.at)
    return Expectation(
        deadline=new if old is None else _not_back(new, old, now=now),
        since=way.since,
        is_told=is_told,
    )


def silent_since(home: SeenHome) -> datetime:
    """Return the last activity; for a home that never was active, when it was first heard."""
    if home.last_activity_at is not None:
        return home.last_activity_at
    return home.last_heard_at if home.deadline is None else home.deadline.last_activity_at


def is_new_silence(home: SeenHome) -> bool:
    """Tell whether there was activity since the stored deadline was set."""
    if home.deadline is None or home.last_activity_at is None:
        return False
    if home.deadline.mode == NEVER_ACTIVE:
        return True
    return home.last_activity_at > home.deadline.last_activity_at


def _look_after(
    home: SeenHome, since: datetime, due_at: datetime, fired_at: datetime | None
) -> Closing | None:
    """Return the closing of a case that says something about the present silence, if any.

    A case that is open is somebody's task: its silence is not found a second time.
    """
    look = home.closing
    if look is None or look.at <= since:
        return None
    if look.outcome in NOBODY_HOME:
        return look
    has_passed = due_at <= look.at or (fired_at is not None and fired_at <= look.at)
    return look if has_passed and not home.is_case_open else None


def _after_look(
    home: SeenHome, look: Closing, way: _Way, routine: Routine | None, zone: ZoneInfo
) -> _Way:
    if look.outcome is Outcome.HOSPITAL:
        lasts = HOSPITAL_LASTS
    else:
        lasts = VERIFIED_LASTS if look.outcome in VERIFIED else UNVERIFIED_LASTS
    due = Deadline(
        due_at=look.at + lasts,
        reason=Reason.SILENCE_PAST_DEADLINE,
        mode=way.due.mode,
        usual=None,
    )
    return _restarted(home, _Way(since=look.at, due=due), routine, zone)


def _beyond_absences(
    home: SeenHome, last: LastActivity, routine: Routine | None, zone: ZoneInfo
) -> _Way:
    way = _Way(since=last.at, due=deadline(routine, last, zone=zone))
    return _restarted(home, way, routine, zone)


def _restarted(home: SeenHome, way: _Way, routine: Routine | None, zone: ZoneInfo) -> _Way:
    """Let each absence on the way restart it at its end, unless somebody has come home."""
    for starts_at, ends_at in home.absences:
        if has_come_home(absent_from=starts_at, last_activity_at=home.last_activity_at):
            continue
        if starts_at < way.due.due_at and ends_at > way.since:
            back = deadline(routine, LastActivity(at=ends_at), zone=zone)
            way = _Way(since=ends_at, due=replace(back, reason=Reason.NOT_BACK))
    return way


def _stored(
    home: SeenHome,
    way: _Way,
    since: datetime,
    old: StoredDeadline | None,
    looked: Closing | None,
) -> StoredDeadline:
    called_at = old.called_at if old is not None else None
    if called_at is not None and looked is not None and called_at <= looked.at:
        called_at = None  # the call was for the deadline before the look
    return StoredDeadline(
        due_at=way.due.due_at,
        last_activity_at=since,
        reason=way.due.reason,
        usual_silence=way.due.usual,
        mode=NEVER_ACTIVE if home.last_activity_at is None else way.due.mode,
        fired_at=old.fired_at if old is not None else None,
        called_at=called_at,
    )


def _not_back(new: StoredDeadline, old: StoredDeadline, *, now: datetime) -> StoredDeadline:
    """Keep the old deadline where the new one would lie before now and before the old one."""
    if new.due_at is None or old.due_at is None:
        return new
    passed = new.due_at <= now and old.due_at > new.due_at
    return old if passed else new
