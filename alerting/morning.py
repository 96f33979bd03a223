"""The service of the morning: keeps the record of each day, sends digests and news of absences.

What it sends waits in a table of its own and never stands before an alert.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from alerting import absence_notices
from alerting.digest import (
    RECORD_AT,
    DigestLine,
    Seen,
    at,
    later_of,
    line_of,
    morning_of,
    next_after,
)
from alerting.messages.digest import write
from alerting.notices import Notifiers, send_due
from domain.access import Access, Role, service
from domain.clock import Clock
from domain.ids import UserId
from storage.register import absences, contact_methods, digests, homes, notices, services, users
from storage.register.database import Register
from storage.register.digests import Record
from storage.register.notices import NewNotice, NoticeTopic
from storage.register.users import User
from storage.signals import Log, Signals

log = logging.getLogger(__name__)

ACCESS = service("digest")
DEFAULT_MINUTE = RECORD_AT.hour * 60 + RECORD_AT.minute
LIFETIME = timedelta(hours=8)
"""A digest that is later tells nothing that the board does not."""
LATE_WITHIN = timedelta(days=3)
"""So long what arrives later is marked beside a record."""
TURN_AT_LEAST_EVERY_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MorningConfig:
    """Where links lead, and by which clock the office wants its mail."""

    base_url: str
    time_zone: str = "Asia/Tokyo"


async def run(
    register: Register,
    signals: Signals,
    clock: Clock,
    settings: MorningConfig,
    notifiers: Notifiers,
) -> None:
    """Run until cancelled; a failure is raised, and what was begun is done after a restart.

    Args:
        register: Where the homes are, and the records and mails go.
        signals: Shorten the wait for what people do.
        clock: Waits for the mornings.
        settings: See `MorningConfig`.
        notifiers: A way to tell people for each channel; without any only the records are kept.
    """
    await register.write(lambda c: services.started(c, ACCESS, now=clock.now()))
    nudge = signals.subscribe(Log.CASE)
    try:
        while True:
            now = clock.now()
            has_way = bool(notifiers)
            await register.write(partial(work, settings=settings, now=now, has_way=has_way))
            next_at = await register.read(partial(next_turn, settings=settings, now=now))
            if has_way:
                await send_due(register, clock, notifiers, ACCESS)
            await nudge.wait(clock, until=next_at, timeout_s=TURN_AT_LEAST_EVERY_S)
    finally:
        signals.unsubscribe(nudge)


def work(
    connection: Connection, settings: MorningConfig, *, now: datetime, has_way: bool = True
) -> None:
    """Do all that is due at `now` and can be done without sending; repeats change nothing."""
    _keep_records(connection, now=now)
    _mark_late(connection, now=now)
    if has_way:
        _write_digests(connection, settings, now=now)
        absence_notices.follow(connection, ACCESS, base_url=settings.base_url, now=now)
        absence_notices.remind(connection, ACCESS, base_url=settings.base_url, now=now)
    services.progressed(connection, ACCESS, now=now)


def next_turn(connection: Connection, settings: MorningConfig, *, now: datetime) -> datetime | None:
    """Return when the next record is taken or the next message is wanted; aware, UTC."""
    zones = [ZoneInfo(name) for name in digests.zones(connection, ACCESS)]
    coming = [next_after(now, RECORD_AT, zones)]
    office = [ZoneInfo(settings.time_zone)]
    minutes = {DEFAULT_MINUTE, *digests.wishes(connection, ACCESS).values()}
    coming += [next_after(now, _clock(minute), office) for minute in minutes if minute is not None]
    coming.append(notices.next_due(connection, ACCESS, now=now))
    coming.append(absences.next_ending(connection, ACCESS, now=now))
    return min((at for at in coming if at is not None), default=None)


def lines(connection: Connection, access: Access, *, now: datetime) -> list[DigestLine]:
    """Return what the morning says of each home within reach: of the same rows as the board."""
    return [
        line_of(
            Seen(
                home=one.id,
                code=one.code,
                time_zone=one.time_zone,
                view=one.view,
                judgement=one.judgement,
            ),
            now=now,
        )
        for one in homes.summaries(connection, access, None, now=now)
    ]


def is_settled(connection: Connection, settings: MorningConfig, *, now: datetime) -> bool:
    """Tell whether nothing is left to do at `now`: for whoever pushes a virtual clock."""
    return not (
        notices.waiting(connection, ACCESS, now=now, limit=1)
        or not absence_notices.is_followed(connection, ACCESS)
        or _records_due(connection, now=now)
        or _digests_due(connection, settings, now=now)
    )


def _keep_records(connection: Connection, *, now: datetime) -> None:
    due = _records_due(connection, now=now)
    if not due:
        return
    kept = digests.keep(
        connection,
        ACCESS,
        [
            Record(
                home=line.home,
                code=line.code,
                time_zone=line.time_zone,
                day=line.day,
                standing=line.standing,
                verdict=line.verdict,
                reason=line.reason,
                confirmed_at=line.confirmed_at,
                last_activity_at=line.last_activity_at,
                away_until=line.away_until,
                blind_since=line.blind_since,
                as_of=now,
            )
            for line in lines(connection, ACCESS, now=now)
            if (line.time_zone, line.day) in due
        ],
    )
    log.info("the record of the day is kept for %d homes", kept)


def _mark_late(connection: Connection, *, now: datetime) -> None:
    """Mark beside the records of the last days what arrived only after they were taken."""
    for later in digests.unmarked(connection, ACCESS, since=now - LATE_WITHIN):
        arrived = later_of(later)
        if arrived is not None:
            digests.mark_late(
                connection, ACCESS, later.record, activity_at=arrived.activity_at, now=now
            )


def _records_due(connection: Connection, *, now: datetime) -> set[tuple[str, date]]:
    """Return zones with the local day whose record is due; it is taken until the night comes."""
    found = set()
    for name in digests.zones(connection, ACCESS):
        zone = ZoneInfo(name)
        day = morning_of(now, zone).day
        if now < at(day, RECORD_AT, zone):
            continue
        if digests.lacks_record(connection, ACCESS, day, time_zone=name):
            found.add((name, day))
    return found


def _write_digests(connection: Connection, settings: MorningConfig, *, now: datetime) -> None:
    zone = ZoneInfo(settings.time_zone)
    for user, day in _digests_due(connection, settings, now=now):
        mine = lines(connection, user.access, now=now)
        text = write(
            mine,
            user.language,
            link=f"{settings.base_url.rstrip('/')}/digest",
            day=day,
            zone=zone,
            now=now,
        )
        new = NewNotice(
            municipality=user.municipality,
            user=user.id,
            topic=NoticeTopic.DIGEST,
            key=_key(user.id, day),
            language=user.language,
            subject=text.subject,
            body=text.body,
            due_at=now,
            expires_at=now + LIFETIME,
        )
        notices.put(connection, ACCESS, new, now=now)


def _digests_due(
    connection: Connection, settings: MorningConfig, *, now: datetime
) -> list[tuple[User, date]]:
    """Return who is to have the digest of which day now: a caseworker with homes and a way."""
    zone = ZoneInfo(settings.time_zone)
    day = now.astimezone(zone).date()
    wanted = digests.wishes(connection, ACCESS)
    since = at(day, time(0), zone)
    has_one = notices.known(connection, ACCESS, NoticeTopic.DIGEST, since=since)
    due = [
        user
        for user in users.everyone(connection, ACCESS)
        if _is_due(user, wanted, day, zone, now) and _key(user.id, day) not in has_one
    ]
    reached = contact_methods.reached(connection, ACCESS, [one.id for one in due])
    due = [one for one in due if one.id in reached]
    return [(one, day) for one in due if homes.is_any_within(connection, one.access, now=now)]


def _is_due(
    user: User,
    wanted: Mapping[UserId, int | None],
    day: date,
    zone: ZoneInfo,
    now: datetime,
) -> bool:
    if user.role is not Role.CASEWORKER or user.is_disabled:
        return False
    minute = wanted.get(user.id, DEFAULT_MINUTE)
    if minute is None:
        return False
    due_at = at(day, _clock(minute), zone)
    return due_at <= now < due_at + LIFETIME


def _key(user: UserId, day: date) -> str:
    return f"digest|{day.isoformat()}|{user}"


def _clock(minute: int) -> time:
    return time(minute // 60, minute % 60)
