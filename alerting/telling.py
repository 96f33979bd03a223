"""Telling people of an episode: writes to each of them what is put into the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from alerting.contact_rules import choose
from alerting.grouping import WINDOW, Sent, place, stream_of
from alerting.messages.writing import Facts, Text, Topic, write, zone_of
from domain.access import Access
from domain.finding import Cause, Finding, Phase, Reason
from storage.register import contact_methods, delivery_log, findings, notifications
from storage.register.cases import StoredCase
from storage.register.episodes import Episode
from storage.register.notifications import NewNotification
from storage.register.recipients import Recipient

LIFETIME = timedelta(hours=24)
"""How long we try to hand a message over: after an outage a late word is better than none."""
CAN_WAIT = frozenset(
    {Topic.GATEWAY_SILENT, Topic.SENSOR_SILENT, Topic.REVIEW, Topic.CERTIFICATE, Topic.ADDRESS}
)
"""What somebody's quiet hours may hold back; never what is about a resident now, never what stops
the watching itself."""


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
    """Put what each of `people` is told into the outbox, in their language, over their methods.

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
        tell_text(
            connection,
            access,
            person,
            _written(connection, access, facts, person.language, now=now),
            case=case,
            episode=episode,
            step=step,
            topic=facts.topic,
            happened_at=facts.since,
            time_zone=facts.time_zone,
            now=now,
        )
        for person in people
    )


def tell_text(
    connection: Connection,
    access: Access,
    person: Recipient,
    text: Text,
    *,
    case: StoredCase,
    episode: Episode,
    step: int,
    topic: Topic,
    happened_at: datetime,
    time_zone: str,
    now: datetime,
    news_of: int | None = None,
) -> int:
    """Put what one person is told into the outbox; see `tell`. The text is in their language.

    `news_of` is the position of the event in the timeline that it tells of; None: it asks for an
    answer.

    Returns:
        How many messages are new: one for each method that the person's rules choose.
    """
    choices = choose(
        contact_methods.of_people(connection, access, [person.user]).get(person.user, []),
        contact_methods.quiet_of(connection, access, [person.user]).get(person.user),
        is_urgent=topic not in CAN_WAIT,
        zone=zone_of(time_zone),
        now=now,
    )
    new = 0
    for choice in choices:
        message = NewNotification(
            municipality=case.matter.municipality,
            case=case.id,
            episode=episode.id,
            step=step,
            user=person.user,
            channel=choice.method.channel,
            contact=choice.method.id,
            language=person.language,
            subject=text.subject,
            body=text.body,
            due_at=choice.due_at,
            expires_at=choice.due_at + LIFETIME,
            why=choice.why,
            happened_at=happened_at,
            news_of=news_of,
        )
        if news_of is None and topic is not Topic.ASKING:
            message = _placed(connection, access, message, case, episode)
        new += notifications.put(connection, access, message, now=now)
    return new


def _placed(
    connection: Connection,
    access: Access,
    message: NewNotification,
    case: StoredCase,
    episode: Episode,
) -> NewNotification:
    """Let a message go alone, or in a list where much happens at once.

    News and the question to a resident are never placed: they go alone, and count for nothing.
    """
    kind, of = case.matter.kind, message.contact
    stream = stream_of(kind, episode.reason)
    since = message.due_at - WINDOW
    recent = [
        Sent(due_at=sent.due_at, group_key=sent.group_key)
        for sent in delivery_log.over_method(connection, access, of, since=since)
        if stream_of(sent.kind, sent.reason) is stream
    ]
    is_help = case.matter.cause is Cause.HELP and not case.matter.is_review
    placement = place(stream, of, recent, is_help=is_help, at=message.due_at)
    return replace(message, due_at=placement.due_at, group_key=placement.group_key)


def _written(
    connection: Connection, access: Access, facts: Facts, language: str, *, now: datetime
) -> Text:
    """Write what a person is told; a text that fails is told of, and the plain one is sent."""
    text = write(facts, language)
    if text.is_plain:
        report = Finding(
            home=None,
            cause=Cause.SERVICE_FAILED,
            phase=Phase.BEGUN,
            reason=Reason.TEXT_FAILED,
            began_at=now,
            found_at=now,
            service=f"text-{language}",
        )
        findings.append(connection, access, report)
    return text
