"""Telling people of an episode: writes to each of them what is put into the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from alerting.messages.writing import Facts, write
from domain.access import Access
from storage.register import notifications
from storage.register.cases import StoredCase
from storage.register.episodes import Episode
from storage.register.notifications import Channel, NewNotification
from storage.register.recipients import Recipient

LIFETIME = timedelta(hours=24)
"""How long we try to hand a message over: after an outage a late word is better than none."""


def tell(
    connection: Connection,
    access: Access,
    people: Sequence[Recipient],
    facts: Facts,
    *,
    case: StoredCase,
    episode: Episode,
    step: int,
    now: datetime,
) -> int:
    """Put a message to each of `people` into the outbox, each in the person's language.

    Nobody is told twice by the same step of an episode, however often it is called.

    Args:
        connection: The transaction in which the step is taken.
        access: Who tells.
        people: Who can be reached.
        facts: What may be said.
        case: What it is about.
        episode: The stretch of it.
        step: Which step of the ladder tells, from 1.
        now: The instant; aware, UTC.

    Returns:
        How many messages are new.
    """
    return sum(
        notifications.put(
            connection,
            access,
            _message(person, facts, case=case, episode=episode, step=step, now=now),
            now=now,
        )
        for person in people
    )


def _message(
    person: Recipient,
    facts: Facts,
    *,
    case: StoredCase,
    episode: Episode,
    step: int,
    now: datetime,
) -> NewNotification:
    text = write(facts, person.language)
    return NewNotification(
        municipality=case.matter.municipality,
        case=case.id,
        episode=episode.id,
        step=step,
        user=person.user,
        channel=Channel.EMAIL,
        language=person.language,
        subject=text.subject,
        body=text.body,
        expires_at=now + LIFETIME,
    )
