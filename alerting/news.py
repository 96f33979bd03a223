"""Telling all who were told of a case what was done about it; nobody else hears of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from alerting.facts import facts_of
from alerting.messages.news import News, write_news
from alerting.telling import tell_text
from domain.access import Access, Role
from domain.consent import Agreed
from storage.register.cases import StoredCase
from storage.register.episodes import Episode
from storage.register.recipients import Recipient
from storage.register.told import Told, told

NO_STEP = 0
"""News are no step of the ladder."""
OUTCOME_FROM = (Agreed.SUMMARY, Agreed.FULL)
"""Scopes of consent with which a family hears how a case ended."""


def tell_what_was_done(
    connection: Connection,
    access: Access,
    case: StoredCase,
    episode: Episode,
    what: News,
    *,
    event: int,
    now: datetime,
) -> int:
    """Put news into the outbox for all who were told of the case, but for who did it.

    Once for each event of the timeline, in each person's language, also when the case is closed.

    Args:
        connection: The transaction in which it is done.
        access: Who did it.
        case: What it is about.
        episode: Whose facts are repeated.
        what: What was done.
        event: Position of the timeline's event that says it.
        now: The instant; aware, UTC.

    Returns:
        How many messages are new.
    """
    people = told(connection, access, case.id, now=now)
    return tell_people(connection, access, case, episode, what, people=people, event=event, now=now)


def tell_people(
    connection: Connection,
    access: Access,
    case: StoredCase,
    episode: Episode,
    what: News,
    *,
    people: Iterable[Told],
    event: int,
    now: datetime,
) -> int:
    """Put news into the outbox for some people; see `tell_what_was_done`."""
    facts = facts_of(connection, access, case, episode, base_url="", now=now)
    count = 0
    for person in people:
        if person.user == access.actor:
            continue
        is_staff = person.role is not Role.FAMILY
        text = write_news(
            facts,
            what,
            person.language,
            tells_outcome=is_staff or person.scope in OUTCOME_FROM,
            to=person.role,
        )
        count += tell_text(
            connection,
            access,
            Recipient(user=person.user, language=person.language),
            text,
            case=case,
            episode=episode,
            step=NO_STEP,
            topic=facts.topic,
            happened_at=now,
            time_zone=facts.time_zone,
            now=now,
            news_of=event,
        )
    return count
