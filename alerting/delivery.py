"""Sending what the outbox holds: claims messages, sends them side by side, books what came of it.

At least once: a worker that dies between the provider's yes and its own commit leaves a lease that
ends, and the message goes out again under the same id.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import assert_never

from sqlalchemy import Connection

from alerting import failing
from alerting.contact_rules import Why
from alerting.grouping import LATE_AFTER, Stream, gather, rank, stream_of
from alerting.messages.writing import Line, Text, add_news, write_list
from alerting.ports import Attempt, Message, Notifier, Outcome
from alerting.sending import try_once
from domain.access import Access
from domain.case import CaseState
from domain.clock import Clock, Nudge
from domain.ids import new_id
from storage.register import leases, outbox_lists, reply_links
from storage.register.contact_methods import Failing
from storage.register.database import Register
from storage.register.leases import LONGEST_RETRY_S, Claimed, Grouped, Lease
from storage.register.notifications import Channel, NotificationState
from storage.register.reply_links import Purpose
from storage.signals import Log, Signals

log = logging.getLogger(__name__)

LEASE_S = 30.0
"""How long a message is ours: three times the hard limit of sending one."""
RETRY_AFTER_S: tuple[float, ...] = (5.0, 15.0, 60.0, LONGEST_RETRY_S)
"""Waits after the first, second ... failed attempt; the last one again and again."""
TRIES_ALONE = 3
"""Attempts in vain, within a minute, after which the person's next method is used as well."""
AT_ONCE = 8
"""Messages sent side by side: one that hangs holds up none of the others."""
AGREES_NO_LONGER = "the resident agrees no longer"
"""Kept with news that a family may not hear any more."""
ANSWERED = (CaseState.ANSWERED, CaseState.ACKNOWLEDGED)
"""Whoever was asked, the resident or a person in charge, has answered."""

Notifiers = Mapping[Channel, Notifier]


class Worker:
    """One sender of the outbox; several may run, in one process or in many."""

    def __init__(
        self,
        register: Register,
        signals: Signals,
        clock: Clock,
        notifiers: Notifiers,
        *,
        access: Access,
        base_url: str,
    ) -> None:
        """Prepare; nothing is claimed."""
        self._register, self._signals, self._clock = register, signals, clock
        self._notifiers, self._access, self._base_url = notifiers, access, base_url
        self._owner = new_id()
        self._running = 0

    @property
    def is_full(self) -> bool:
        """Whether `AT_ONCE` messages are under way."""
        return self._running >= AT_ONCE

    async def start_due(self, group: asyncio.TaskGroup, done: Nudge) -> int:
        """Claim what is due and send it in `group`; `done` is set when a message is through.

        Returns:
            How many messages were claimed; 0 when nothing is due or `AT_ONCE` are under way.
        """
        claimed = await self.claim()
        self._running += len(claimed)
        for message in claimed:
            group.create_task(self._send_one(message, done), name=f"alerting.send.{message.id}")
        return len(claimed)

    async def claim(self) -> list[Claimed]:
        """Claim what is due, at most as much as may still be sent side by side."""
        if self.is_full:
            return []
        lease = Lease(owner=self._owner, now_s=self._clock.monotonic(), length_s=LEASE_S)
        return await self._register.write(partial(self._claim, lease=lease, now=self._clock.now()))

    def _claim(self, connection: Connection, *, lease: Lease, now: datetime) -> list[Claimed]:
        """Gather lists, claim, and make to each message the link to answer it by.

        The time of a link begins now; a list has none: it is of many cases.
        """
        access, limit = self._access, AT_ONCE - self._running
        waiting = outbox_lists.candidates(connection, access, late_before=now - LATE_AFTER, now=now)
        for one in gather(waiting, now=now):
            outbox_lists.bundle(connection, access, one.leader, one.others)
        return [
            one if one.others else replace(one, reply_token=self._token(connection, one, now))
            for one in leases.claim(connection, access, lease, now=now, limit=limit)
        ]

    def _token(self, connection: Connection, one: Claimed, now: datetime) -> str:
        is_asked = one.step < 0 and one.case_state is CaseState.ASKING  # the question, not a step
        purpose = Purpose.ASKED if is_asked else Purpose.REPLY
        return reply_links.make(
            connection, self._access, one.case, one.user, now=now, purpose=purpose
        )

    async def deliver(self, claimed: Claimed) -> None:
        """Send one claimed message and book what came of it.

        Nothing but news is sent of a case that was resolved meanwhile, nor what has expired, nor
        what was to be sent only if nobody answered, nor news to a family that may not know any
        more.
        """
        now = self._clock.now()
        if not claimed.may_know:
            withdrawn = Attempt(outcome=Outcome.REFUSED, error=AGREES_NO_LONGER)
            await self._book(claimed, NotificationState.CANCELLED, withdrawn)
        elif _is_needless(claimed):
            await self._book(claimed, NotificationState.CANCELLED, Attempt(outcome=Outcome.REFUSED))
        elif now >= claimed.expires_at:
            expired = Attempt(outcome=Outcome.RETRY, error="it expired before it could be sent")
            await self._book(claimed, NotificationState.GIVEN_UP, expired)
        else:
            await self._book_attempt(claimed, await self._attempt(claimed))

    async def _send_one(self, claimed: Claimed, done: Nudge) -> None:
        try:
            await self.deliver(claimed)
        finally:
            self._running -= 1
            done.set()

    async def _attempt(self, claimed: Claimed) -> Attempt:
        notifier = self._notifiers.get(claimed.channel)
        if claimed.address is None:
            return Attempt(outcome=Outcome.REFUSED, error="the person has no address any more")
        if notifier is None:
            return Attempt(outcome=Outcome.RETRY, error=f"{claimed.channel} is not set up")
        write = partial(self._message, claimed, claimed.address)
        return await try_once(notifier, write, of=claimed.id)

    def _message(self, claimed: Claimed, address: str) -> Message:
        text = self._list(claimed) if claimed.others else self._single(claimed)
        return Message(
            id=claimed.id,
            address=address,
            subject=text.subject,
            body=text.body,
            language=claimed.language,
            written_at=claimed.created_at,
        )

    def _single(self, claimed: Claimed) -> Text:
        return add_news(
            Text(subject=claimed.subject, body=claimed.body),
            language=claimed.language,
            written_at=claimed.created_at,
            taken_at=None if claimed.is_news else claimed.acknowledged_at,
            time_zone=claimed.time_zone,
            now=self._clock.now(),
            reply_link=self._reply_link(claimed),
        )

    def _reply_link(self, claimed: Claimed) -> str | None:
        if claimed.reply_token is None or claimed.case_state is CaseState.RESOLVED:
            return None
        return f"{self._base_url.rstrip('/')}/r/{claimed.reply_token}"

    def _list(self, claimed: Claimed) -> Text:
        now = self._clock.now()
        members: tuple[Claimed | Grouped, ...] = (claimed, *claimed.others)
        return write_list(
            [
                Line(
                    subject=one.subject,
                    happened_at=one.happened_at,
                    taken_at=one.acknowledged_at,
                )
                for one in sorted(members, key=lambda each: rank(each.cause, each.reason))
            ],
            is_of_residents=stream_of(claimed.kind, claimed.reason) is Stream.RESIDENT,
            is_late=now - min(one.created_at for one in members) > LATE_AFTER,
            link=f"{self._base_url.rstrip('/')}/cases",
            language=claimed.language,
            time_zone=claimed.time_zone,
            now=now,
        )

    async def _book_attempt(self, claimed: Claimed, attempt: Attempt) -> None:
        match attempt.outcome:
            case Outcome.ACCEPTED:
                await self._book(claimed, NotificationState.ACCEPTED, attempt)
            case Outcome.REFUSED:
                await self._book(claimed, NotificationState.REFUSED, attempt)
            case Outcome.RETRY:
                if self._clock.now() >= claimed.expires_at:
                    await self._book(claimed, NotificationState.GIVEN_UP, attempt)
                else:
                    await self._put_back(claimed, attempt)
            case _:
                assert_never(attempt.outcome)

    async def _put_back(self, claimed: Claimed, attempt: Attempt) -> None:
        wait_s = RETRY_AFTER_S[min(claimed.attempts, len(RETRY_AFTER_S)) - 1]
        retry_at_s, now = self._clock.monotonic() + wait_s, self._clock.now()

        def work(connection: Connection) -> None:
            leases.put_back(
                connection,
                self._access,
                claimed,
                owner=self._owner,
                error=attempt.error or "",
                retry_at_s=retry_at_s,
            )
            if claimed.attempts >= TRIES_ALONE:
                lost: tuple[failing.Lost, ...] = (claimed, *claimed.others)
                for one in lost:
                    failing.tell_otherwise(connection, self._access, one, now=now)

        await self._register.write(work)

    async def _book(self, claimed: Claimed, state: NotificationState, attempt: Attempt) -> None:
        book = partial(self._finish, claimed=claimed, state=state, attempt=attempt)
        if await self._register.write(book):
            self._signals.notify(Log.CASE)
        else:
            log.warning("a lease was lost while sending", extra={"notification": claimed.id})

    def _finish(
        self,
        connection: Connection,
        *,
        claimed: Claimed,
        state: NotificationState,
        attempt: Attempt,
    ) -> bool:
        now = self._clock.now()
        is_accepted = state is NotificationState.ACCEPTED
        is_ours = leases.finish(
            connection,
            self._access,
            claimed,
            state,
            owner=self._owner,
            error=attempt.error,
            provider_id=attempt.provider_id,
            accepted_at=now if is_accepted else None,
        )
        if is_ours:
            self._follow_up(connection, claimed, state, attempt)
        return is_ours

    def _follow_up(
        self,
        connection: Connection,
        claimed: Claimed,
        state: NotificationState,
        attempt: Attempt,
    ) -> None:
        """Do what the end of a message asks for, for it and for those in its list."""
        now, access = self._clock.now(), self._access
        if state is NotificationState.ACCEPTED and claimed.contact is not None:
            failing.works(connection, access, claimed.contact, now=now)
        if attempt.is_address_bad and claimed.contact is not None:
            failing.mark(connection, access, claimed.contact, Failing.REFUSED, now=now)
        if state is NotificationState.REFUSED:
            lost: tuple[failing.Lost, ...] = (claimed, *claimed.others)
        elif state is NotificationState.GIVEN_UP:
            lost = (claimed,)
        else:
            return
        for one in lost:
            failing.fail(
                connection,
                access,
                one,
                state,
                channel=claimed.channel,
                base_url=self._base_url,
                now=now,
            )


def _is_needless(claimed: Claimed) -> bool:
    """Tell whether the case is over, or was answered before a later method had its turn.

    News go out of a closed case as well. Nobody answers them: a later method has its turn only
    where the one before failed.
    """
    if claimed.why == Why.AFTER_WAIT and (claimed.is_news or claimed.case_state in ANSWERED):
        return True
    return claimed.case_state is CaseState.RESOLVED and not claimed.is_news
