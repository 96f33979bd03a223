"""Sending notices: over a person's methods in order, beside the outbox and never before an alert.

It works alone: a notice whose acceptance could not be booked any more goes out again under the same
id. Nobody answers a notice, so there is no step to take when it is lost: a technician hears of it.
What the family is told hangs on the resident's consent until it leaves.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from alerting import failing
from alerting.contact_rules import choose
from alerting.ports import Attempt, Message, Notifier, Outcome
from alerting.sending import try_once
from domain.access import Access
from domain.clock import Clock
from domain.finding import Cause, Finding, Phase, Reason
from domain.ids import NotificationId
from storage.register import contact_methods, findings, notices, recipients, users
from storage.register.contact_methods import Failing, Method
from storage.register.database import Register
from storage.register.notices import NoticeState, WaitingNotice
from storage.register.notifications import Channel

RETRY_AFTER_S: tuple[float, ...] = (30.0, 120.0, 300.0)
"""Waits after a failed attempt; the next one goes over the person's next method."""
MOST_METHODS = 8
"""So many methods are tried in one turn; the rest in the next."""
UTC_ZONE = ZoneInfo("UTC")
NO_WAY = Attempt(outcome=Outcome.REFUSED, error="no method of the person takes it")
TOO_LATE = Attempt(outcome=Outcome.RETRY, error="it expired before it could be sent")

Notifiers = Mapping[Channel, Notifier]


async def send_due(register: Register, clock: Clock, notifiers: Notifiers, access: Access) -> None:
    """Send what is due and not held back by a retry, one after another.

    One that a method refuses goes over the person's next method at once.
    """
    for _ in range(MOST_METHODS):
        waiting = await register.read(partial(notices.waiting, access=access, now=clock.now()))
        ready = [one for one in waiting if _is_ready(one, clock)]
        if not ready:
            return
        for notice in ready:
            await _send_one(register, clock, notifiers, access, notice)


def _is_ready(notice: WaitingNotice, clock: Clock) -> bool:
    is_over = clock.now() >= notice.expires_at
    return is_over or not _is_early(notice.retry_at_s, clock.monotonic())


def _is_early(retry_at_s: float | None, now_s: float) -> bool:
    """Tell whether a notice still has to wait.

    Monotonic seconds begin again with the machine: one that is too far ahead is over.
    """
    return retry_at_s is not None and now_s < retry_at_s <= now_s + max(RETRY_AFTER_S)


async def _send_one(
    register: Register, clock: Clock, notifiers: Notifiers, access: Access, notice: WaitingNotice
) -> None:
    if not await register.read(lambda c: _may_know(c, access, notice, now=clock.now())):
        await register.write(lambda c: _withdraw(c, access, notice, now=clock.now()))
        return
    methods = await register.read(lambda c: _methods(c, access, notice, now=clock.now()))
    usable = [method for method in methods if method.channel in notifiers]
    method, attempt = None, TOO_LATE
    if clock.now() < notice.expires_at:
        attempt = NO_WAY
        if usable:
            method = usable[notice.attempts % len(usable)]
            write = partial(_message, method, notice)
            attempt = await try_once(notifiers[method.channel], write, of=notice.id)
    wait_s = RETRY_AFTER_S[min(notice.attempts, len(RETRY_AFTER_S) - 1)]
    retry_at_s, now = clock.monotonic() + wait_s, clock.now()
    others = len(usable) > 1
    await register.write(
        lambda c: _book(c, access, notice, method, attempt, others=others, at_s=retry_at_s, now=now)
    )


def _may_know(
    connection: Connection, access: Access, notice: WaitingNotice, *, now: datetime
) -> bool:
    if notice.family_of is None:
        return True
    agreed = recipients.agreed_to(connection, access, notice.family_of, now=now)
    return notice.user in {one.user for one in agreed}


def _withdraw(
    connection: Connection, access: Access, notice: WaitingNotice, *, now: datetime
) -> None:
    state = NoticeState.WITHDRAWN
    notices.book(connection, access, notice, state, error=None, retry_at_s=None, now=now)


def _methods(
    connection: Connection, access: Access, notice: WaitingNotice, *, now: datetime
) -> list[Method]:
    """Return the methods by which the person may be told, in the order of their rules."""
    person = users.by_id(connection, access, notice.user)
    if person is None or person.is_disabled:
        return []
    known = contact_methods.of_people(connection, access, [notice.user]).get(notice.user, [])
    chosen = choose(known, None, is_urgent=True, zone=UTC_ZONE, now=now)
    return [choice.method for choice in chosen if choice.method.id not in notice.refused]


def _message(method: Method, notice: WaitingNotice) -> Message:
    return Message(
        id=NotificationId(notice.id),
        address=method.address,
        subject=notice.subject,
        body=notice.body,
        language=notice.language,
        written_at=notice.created_at,
    )


def _book(
    connection: Connection,
    access: Access,
    notice: WaitingNotice,
    method: Method | None,
    attempt: Attempt,
    *,
    others: bool,
    at_s: float,
    now: datetime,
) -> None:
    """Book an attempt; one refused method leaves the others, and the last one a finding."""
    state = _state(attempt, is_over=now >= notice.expires_at, others=others)
    is_refused = attempt.outcome is Outcome.REFUSED and method is not None
    notices.book(
        connection,
        access,
        notice,
        state,
        refused_by=method.id if is_refused and method is not None else None,
        error=attempt.error,
        retry_at_s=at_s if attempt.outcome is Outcome.RETRY else None,
        now=now,
    )
    if method is not None and state is NoticeState.ACCEPTED:
        failing.works(connection, access, method.id, now=now)
    if method is not None and attempt.is_address_bad:
        failing.mark(connection, access, method.id, Failing.REFUSED, now=now)
    if state in (NoticeState.REFUSED, NoticeState.GIVEN_UP):
        _report(connection, access, notice, now=now)


def _state(attempt: Attempt, *, is_over: bool, others: bool) -> NoticeState:
    if attempt.outcome is Outcome.ACCEPTED:
        return NoticeState.ACCEPTED
    if is_over:
        return NoticeState.GIVEN_UP
    is_last = attempt.outcome is Outcome.REFUSED and not others
    return NoticeState.REFUSED if is_last else NoticeState.WAITING


def _report(
    connection: Connection, access: Access, notice: WaitingNotice, *, now: datetime
) -> None:
    """Have a technician look at it; while that is open, more of it is evidence."""
    lost = Finding(
        home=None,
        cause=Cause.SERVICE_FAILED,
        phase=Phase.BEGUN,
        reason=Reason.NOTICE_LOST,
        began_at=now,
        found_at=now,
        service=notice.topic,
    )
    findings.append(connection, access, lost)
