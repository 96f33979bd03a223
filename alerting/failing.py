"""When a message does not get through: the person's next method, the next step, and a finding."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from alerting.contact_rules import Why
from alerting.ladder import hasten
from domain.access import Access
from domain.finding import Cause, Finding, Phase, Reason
from domain.ids import CaseId, ContactId, EpisodeId, UserId
from storage.register import case_events, cases, contact_methods, episodes, findings, notifications
from storage.register.case_events import Word
from storage.register.contact_methods import Failing
from storage.register.notifications import Channel, NotificationState


class Lost(Protocol):
    """A message that did not reach a person."""

    @property
    def case(self) -> CaseId:
        """What it was about."""

    @property
    def episode(self) -> EpisodeId:
        """Which stretch of it."""

    @property
    def step(self) -> int:
        """Which step told."""

    @property
    def user(self) -> UserId:
        """Whom it was for."""


def fail(
    connection: Connection,
    access: Access,
    lost: Lost,
    state: NotificationState,
    *,
    channel: Channel,
    base_url: str,
    now: datetime,
) -> None:
    """Write down that a message failed for good; tell the person otherwise, else the next people.

    Harmless where the case has moved on: the next step is taken only while it waits for an answer
    to this one, and nobody else was told by it.
    """
    case_events.append(
        connection,
        access,
        lost.case,
        Word.NOT_DELIVERED,
        now=now,
        step=lost.step,
        person=lost.user,
        channel=channel,
        state=state,
    )
    if tell_otherwise(connection, access, lost, now=now):
        return
    case = cases.get(connection, access, lost.case, now=now)
    if case is not None:
        hasten(
            connection,
            access,
            case,
            episodes.get(connection, access, lost.episode),
            step=lost.step,
            base_url=base_url,
            now=now,
        )


def tell_otherwise(connection: Connection, access: Access, lost: Lost, *, now: datetime) -> bool:
    """Use the person's next method at once; False when none waits for its turn."""
    return notifications.bring_forward(
        connection,
        access,
        lost.episode,
        lost.user,
        step=lost.step,
        why=Why.PREVIOUS_FAILED,
        now=now,
    )


def mark(
    connection: Connection, access: Access, contact: ContactId, reason: Failing, *, now: datetime
) -> None:
    """Mark a method that does not take messages, and have a technician look at it.

    It stays in use where nothing else reaches the person: a provider that is wrong about one
    address, or about all of them, must not leave anybody unreachable.
    """
    if contact_methods.mark(connection, access, contact, reason, now=now):
        _report(connection, access, contact, Phase.BEGUN, Reason.ADDRESS_REFUSED, now=now)


def works(connection: Connection, access: Access, contact: ContactId, *, now: datetime) -> None:
    """Take the mark off a method that took a message."""
    if contact_methods.clear(connection, access, contact):
        _report(connection, access, contact, Phase.RECOVERED, Reason.ADDRESS_WORKS, now=now)


def _report(
    connection: Connection,
    access: Access,
    contact: ContactId,
    phase: Phase,
    reason: Reason,
    *,
    now: datetime,
) -> None:
    report = Finding(
        home=None,
        cause=Cause.SERVICE_FAILED,
        phase=phase,
        reason=reason,
        began_at=now,
        found_at=now,
        service=contact,
    )
    findings.append(connection, access, report)
