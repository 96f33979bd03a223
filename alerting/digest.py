"""The morning digest: of how many it is known that they are well, counted as the board counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import assert_never
from zoneinfo import ZoneInfo

from domain.ids import HomeId
from domain.verdict import HomeView, Judgement, Verdict, VerdictReason
from storage.register.digests import Later

NIGHT_ENDS = time(4)
"""By the home's clock: movement from then on belongs to the morning."""
RECORD_AT = time(10)
"""By the home's clock: when the record of the day is taken, and when a digest comes by default."""


class Standing(StrEnum):
    """What the morning says of a home; exactly one, and all of them together are all homes."""

    UNCONFIRMED = "unconfirmed"
    """An alert, or nothing has moved since the night ended: not known to be well."""
    CANNOT_TELL = "cannot_tell"
    AWAY = "away"
    CONFIRMED = "confirmed"
    """Judged well, and somebody has moved since the night ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Morning:
    """The morning that an instant belongs to, in one zone."""

    day: date
    night_ended_at: datetime
    """Aware, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is known of a home, as the board knows it."""

    home: HomeId
    code: str
    time_zone: str
    view: HomeView
    judgement: Judgement


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestLine:
    """One home with its evidence: no room, no name; instants are aware, UTC."""

    home: HomeId
    code: str
    time_zone: str
    day: date
    """The local day."""
    standing: Standing
    verdict: Verdict
    reason: VerdictReason
    confirmed_at: datetime | None
    """The last movement since the night ended; only of CONFIRMED."""
    last_activity_at: datetime | None
    away_until: datetime | None
    blind_since: datetime | None


def morning_of(now: datetime, zone: ZoneInfo) -> Morning:
    """Return the morning that `now` belongs to: before the night ends, that of the day before.

    The day is that of the zone's clock, whatever the zone of this machine, and however long the
    day is.
    """
    local = now.astimezone(zone)
    day = local.date() if now >= at(local.date(), NIGHT_ENDS, zone) else _before(local.date())
    return Morning(day=day, night_ended_at=at(day, NIGHT_ENDS, zone))


def at(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """Return the instant at which a zone's clock shows a time on a day; aware, UTC.

    A time that the clock skips is the instant at which it would have come; of two, the first.
    """
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)


def line_of(seen: Seen, *, now: datetime) -> DigestLine:
    """Say what the morning says of one home at `now`."""
    morning = morning_of(now, ZoneInfo(seen.time_zone))
    last, verdict = seen.view.last_activity_at, seen.judgement.verdict
    has_moved = last is not None and last >= morning.night_ended_at
    standing = _standing(verdict, has_moved=has_moved)
    return DigestLine(
        home=seen.home,
        code=seen.code,
        time_zone=seen.time_zone,
        day=morning.day,
        standing=standing,
        verdict=verdict,
        reason=seen.judgement.reason,
        confirmed_at=last if standing is Standing.CONFIRMED else None,
        last_activity_at=last,
        away_until=seen.view.absent_until if standing is Standing.AWAY else None,
        blind_since=seen.view.watermark if seen.judgement.reason in _DARK else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """That something of before a record was taken has arrived later."""

    activity_at: datetime | None
    """A movement of that morning in it, the last one that is known; None: none is known."""


def later_of(later: Later) -> Arrived | None:
    """Say what arrived only after a record was taken; None: nothing, or not all of it has yet.

    Nothing is said before the watermark has passed the record: what arrives in pieces is said once.
    """
    record = later.record
    if later.watermark is None or later.watermark < record.as_of:
        return None
    night_ended_at = at(record.day, NIGHT_ENDS, ZoneInfo(record.time_zone))
    known = max(filter(None, (record.last_activity_at, night_ended_at)))
    if later.moved_at is not None and later.moved_at > known:
        return Arrived(activity_at=later.moved_at)
    return None if record.blind_since is None else Arrived(activity_at=None)


def counted(lines: Iterable[DigestLine]) -> dict[Standing, int]:
    """Return how many homes stand how; every standing is there, their sum is all homes."""
    counts = Counter(line.standing for line in lines)
    return {standing: counts[standing] for standing in Standing}


def ordered(lines: Iterable[DigestLine]) -> list[DigestLine]:
    """Put those first of whom it is not known that they are well, then by code."""
    rank = {standing: place for place, standing in enumerate(Standing)}
    return sorted(lines, key=lambda line: (rank[line.standing], line.code))


def next_after(now: datetime, clock: time, zones: Sequence[ZoneInfo]) -> datetime | None:
    """Return when a clock of one of the zones next shows a time, later than now; None without."""
    days = (timedelta(days=ahead) for ahead in range(-1, 3))
    shifts = list(days)
    coming = [
        instant
        for zone in zones
        for shift in shifts
        if (instant := at(now.astimezone(zone).date() + shift, clock, zone)) > now
    ]
    return min(coming, default=None)


_DARK = (VerdictReason.NEVER_HEARD, VerdictReason.GATEWAY_SILENT, VerdictReason.CATCHING_UP)


def _standing(verdict: Verdict, *, has_moved: bool) -> Standing:
    match verdict:
        case Verdict.ALERT:
            return Standing.UNCONFIRMED
        case Verdict.CANNOT_SEE:
            return Standing.CANNOT_TELL
        case Verdict.AWAY:
            return Standing.AWAY
        case Verdict.WELL:
            return Standing.CONFIRMED if has_moved else Standing.UNCONFIRMED
        case _:
            assert_never(verdict)


def _before(day: date) -> date:
    return day - timedelta(days=1)
