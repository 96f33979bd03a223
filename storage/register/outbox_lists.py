"""Lists in the outbox: what may go out together, and what goes out in whose list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from domain.access import Access
from domain.case import CaseState
from domain.finding import Cause, Kind, Reason
from domain.ids import ContactId, NotificationId
from storage.register.kinds import is_synthetic
from storage.register.many import among
from storage.register.notifications import NotificationState
from storage.register.schema import case as case_table
from storage.register.schema import episode
from storage.register.schema import notification as table


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A message that is due and may go out in a list."""

    id: NotificationId
    contact: ContactId
    kind: Kind
    cause: Cause
    reason: Reason
    group_key: str | None
    created_at: datetime
    number: int
    """Of its case."""


def candidates(
    connection: Connection, access: Access, *, late_before: datetime, now: datetime
) -> list[Candidate]:
    """Return what is due and was placed in a list, or was written before `late_before`.

    Never news, the question to a resident, or what goes to the synthetic home's mailbox: these
    are answered, or looked for, one by one.
    """
    is_question = (table.c.step < 0) & (case_table.c.state == CaseState.ASKING)
    query = (
        select(table, case_table.c.kind, case_table.c.cause, case_table.c.number, episode.c.reason)
        .join(case_table, case_table.c.id == table.c.case_id)
        .join(episode, episode.c.id == table.c.episode_id)
        .where(
            table.c.state == NotificationState.PENDING,
            table.c.due_at <= now,
            table.c.expires_at > now,
            table.c.contact_method_id.is_not(None),
            table.c.group_key.is_not(None) | (table.c.created_at < late_before),
            table.c.news_of.is_(None),
            ~is_question,
            ~is_synthetic(table.c.municipality_id),
        )
    )
    if access.municipality is not None:
        query = query.where(table.c.municipality_id == access.municipality)
    return [
        Candidate(
            id=NotificationId(row.id),
            contact=ContactId(row.contact_method_id),
            kind=Kind(row.kind),
            cause=Cause(row.cause),
            reason=Reason(row.reason),
            group_key=row.group_key,
            created_at=row.created_at,
            number=row.number,
        )
        for row in connection.execute(query)
    ]


def bundle(
    connection: Connection,
    access: Access,
    leader: NotificationId,
    others: Sequence[NotificationId],
) -> None:
    """Let messages that wait go out in the list of `leader`, which waits as well."""
    del access
    mine = update(table).where(
        among(table.c.id, others), table.c.state == NotificationState.PENDING
    )
    connection.execute(mine.values(state=NotificationState.GROUPED, grouped_into=leader))
