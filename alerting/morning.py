"""The service of the morning: keeps the record of each day and sends the digests.

Its mails wait in a table of their own and never stand before an alert. It works alone: a mail whose
acceptance could not be booked any more goes out again under the same id.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from alerting.digest import (
    RECORD_AT,
    DigestLine,
    Seen,
    at,
    line_of,
    morning_of,
    next_after,
)
from alerting.messages.digest import write
from alerting.ports import Message, Notifier, Outcome
from domain.access import Access, Role, service
from domain.clock import Clock, Nudge
from domain.ids import NotificationId, UserId
from storage.register import digests, homes, services, users
from storage.register.database import Register
from storage.register.digests import MailState, NewMail, Record, WaitingMail
from storage.register.users import User

log = logging.getLogger(__name__)

ACCESS = service("digest")
DEFAULT_MINUTE = RECORD_AT.hour * 60 + RECORD_AT.minute
LIFETIME = timedelta(hours=8)
"""A digest that is later tells nothing that the board does not."""
RETRY_AFTER_S = (30.0, 120.0, 300.0)
SEND_LIMIT_S = 20.0
TURN_AT_LEAST_EVERY_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MorningConfig:
    """Where links lead, and by which clock the office wants its mail."""

    base_url: str
    time_zone: str = "Asia/Tokyo"


async def run(
    register: Register, clock: Clock, settings: MorningConfig, notifier: Notifier | None
) -> None:
    """Run until cancelled; a failure is raised, and what was begun is done after a restart.

    Args:
        register: Where the homes are, and the records and mails go.
        clock: Waits for the mornings.
        settings: See `MorningConfig`.
        notifier: Sends mail; None where none is set up: then only the records are kept.
    """
    await register.write(lambda c: services.started(c, ACCESS, now=clock.now()))
    nudge = Nudge()
    while True:
        now = clock.now()
        has_mail = notifier is not None
        await register.write(partial(work, settings=settings, now=now, has_mail=has_mail))
        next_at = await register.read(partial(next_turn, settings=settings, now=now))
        if notifier is not None:
            await _send(register, clock, notifier)
        await nudge.wait(clock, until=next_at, timeout_s=TURN_AT_LEAST_EVERY_S)


def work(
    connection: Connection, settings: MorningConfig, *, now: datetime, has_mail: bool = True
) -> None:
    """Take the records and write the digests that are due at `now`; repeats change nothing."""
    _keep_records(connection, now=now)
    if has_mail:
        _write_digests(connection, settings, now=now)
    services.progressed(connection, ACCESS, now=now)


def next_turn(connection: Connection, settings: MorningConfig, *, now: datetime) -> datetime | None:
    """Return when the next record is taken or the next digest is wanted; aware, UTC."""
    zones = [ZoneInfo(name) for name in digests.zones(connection, ACCESS)]
    coming = [next_after(now, RECORD_AT, zones)]
    office = [ZoneInfo(settings.time_zone)]
    minutes = {DEFAULT_MINUTE, *digests.wishes(connection, ACCESS).values()}
    coming += [next_after(now, _clock(minute), office) for minute in minutes if minute is not None]
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
        digests.waiting(connection, ACCESS, limit=1)
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
        new = NewMail(
            municipality=user.municipality,
            user=user.id,
            day=day,
            language=user.language,
            subject=text.subject,
            body=text.body,
            expires_at=now + LIFETIME,
        )
        digests.put(connection, ACCESS, new, now=now)


def _digests_due(
    connection: Connection, settings: MorningConfig, *, now: datetime
) -> list[tuple[User, date]]:
    """Return who is to have the digest of which day now: a caseworker with homes and an address."""
    zone = ZoneInfo(settings.time_zone)
    day = now.astimezone(zone).date()
    wanted, has_one = digests.wishes(connection, ACCESS), digests.mailed(connection, ACCESS, day)
    due = [
        user
        for user in users.everyone(connection, ACCESS)
        if _is_due(user, wanted, day, zone, now) and (user.id, day) not in has_one
    ]
    return [(one, day) for one in due if homes.is_any_within(connection, one.access, now=now)]


def _is_due(
    user: User,
    wanted: Mapping[UserId, int | None],
    day: date,
    zone: ZoneInfo,
    now: datetime,
) -> bool:
    if user.role is not Role.CASEWORKER or user.is_disabled or not user.email:
        return False
    minute = wanted.get(user.id, DEFAULT_MINUTE)
    if minute is None:
        return False
    due_at = at(day, _clock(minute), zone)
    return due_at <= now < due_at + LIFETIME


def _clock(minute: int) -> time:
    return time(minute // 60, minute % 60)


async def _send(register: Register, clock: Clock, notifier: Notifier) -> None:
    waiting = await register.read(lambda c: digests.waiting(c, ACCESS))
    for mail in waiting:
        is_over = clock.now() >= mail.expires_at
        if not is_over and _is_early(mail.retry_at_s, clock.monotonic()):
            continue
        await _send_one(register, clock, notifier, mail)


def _is_early(retry_at_s: float | None, now_s: float) -> bool:
    """Tell whether a mail still has to wait.

    Monotonic seconds begin again with the machine: one that is too far ahead is over.
    """
    return retry_at_s is not None and now_s < retry_at_s <= now_s + max(RETRY_AFTER_S)


async def _send_one(
    register: Register, clock: Clock, notifier: Notifier, mail: WaitingMail
) -> None:
    user = await register.read(lambda c: users.by_id(c, ACCESS, mail.user))
    state, error, retry_at_s = MailState.REFUSED, None, None
    if clock.now() >= mail.expires_at:
        state, error = MailState.GIVEN_UP, "it expired before it could be sent"
    elif user is None or user.is_disabled or not user.email:
        error = "the person has no address any more"
    else:
        message = Message(
            id=NotificationId(mail.id),
            address=user.email,
            subject=mail.subject,
            body=mail.body,
            language=mail.language,
            written_at=mail.created_at,
        )
        state, error = await _attempt(notifier, message)
        if state is MailState.WAITING:
            wait_s = RETRY_AFTER_S[min(mail.attempts, len(RETRY_AFTER_S) - 1)]
            retry_at_s = clock.monotonic() + wait_s
    now = clock.now()
    await register.write(
        lambda c: digests.book(
            c, ACCESS, mail.id, state, error=error, retry_at_s=retry_at_s, now=now
        )
    )


async def _attempt(notifier: Notifier, message: Message) -> tuple[MailState, str | None]:
    try:
        async with asyncio.timeout(SEND_LIMIT_S):
            attempt = await notifier.send(message)
    except TimeoutError:
        return MailState.WAITING, f"no answer within {SEND_LIMIT_S:g} s"
    except Exception as failure:
        # The top of one mail's way: a notifier's bug must not keep the others from theirs.
        log.exception("a notifier failed", extra={"digest": message.id})
        return MailState.WAITING, type(failure).__name__
    states = {
        Outcome.ACCEPTED: MailState.ACCEPTED,
        Outcome.REFUSED: MailState.REFUSED,
        Outcome.RETRY: MailState.WAITING,
    }
    return states[attempt.outcome], attempt.error
