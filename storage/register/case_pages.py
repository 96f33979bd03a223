"""Cases as pages show them: what, why, since when, and everything that was done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, exists, func, or_, select

from domain.access import Access
from domain.case import CaseState, Outcome, ResolvedCause
from domain.channel import Channel
from domain.finding import Cause, Kind, Reason
from domain.ids import CaseId, HomeId, UserId
from storage.register.case_events import Word
from storage.register.kinds import is_synthetic
from storage.register.notifications import NotificationState
from storage.register.reach import cases_within
from storage.register.residents import PERSONAL_COLUMNS, Person, open_person
from storage.register.schema import case as case_table
from storage.register.schema import (
    case_event,
    episode,
    home,
    notification,
    personal,
    sensor_placement,
    user,
)
from storage.register.vault import Vault

MOST = 200
"""How many cases a list shows at most; open ones come first."""
_SILENT = (Word.OPENED, Word.NEW_EPISODE, Word.EVIDENCE)
"""The events that say of a silence that it has become too long."""
_Silence = tuple[datetime | None, datetime | None]
"""Its deadline and the last activity before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeSummary:
    """The last stretch of a case's condition; instants are aware, UTC."""

    number: int
    reason: Reason
    began_at: datetime
    found_at: datetime
    recovered_at: datetime | None
    last_activity_at: datetime | None
    due_at: datetime | None
    blind_since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSummary:
    """One case with its home, its person and its last episode."""

    id: CaseId
    number: int
    kind: Kind
    cause: Cause
    state: CaseState
    is_review: bool
    home: HomeId | None
    home_code: str | None
    time_zone: str | None
    person: Person | None
    opened_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    """Display name of who took it on."""
    resolved_at: datetime | None
    resolved_by: str | None
    outcome: Outcome | None
    resolved_cause: ResolvedCause | None
    note: str | None
    """What was written at the end; None where the access may not read it."""
    episode: EpisodeSummary | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEvent:
    """One thing that happened to a case."""

    at: datetime
    word: Word
    actor: str | None
    """Display name, None when it was one of our services."""
    detail: Mapping[str, Any]
    room: str | None
    """Where the sensor hangs that `detail` names, if it names one."""
    due_at: datetime | None = None
    """The deadline that passed, where the event is a silence: nothing happened at that instant."""
    last_activity_at: datetime | None = None
    """The last movement before the silence, where it is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationSummary:
    """One message to one person about a case."""

    created_at: datetime
    step: int
    user: UserId
    to: str
    """Display name."""
    channel: Channel
    state: NotificationState
    due_at: datetime
    """When it leaves, or left, at the earliest."""
    attempts: int
    accepted_at: datetime | None
    why: str | None = None
    """Why over this method then: a word of `alerting.contact_rules.Why`."""
    last_error: str | None = None
    """What the last try was answered. It may hold an address: never shown as it is."""
    waits_for_list: bool = False
    """Whether it was placed in a list that gathers until `due_at`, alone if nothing else comes."""
    is_in_list: bool = False
    """Whether it goes out, or went out, together with messages of other cases."""


def cases(
    connection: Connection,
    access: Access,
    vault: Vault,
    *,
    resolved_since: datetime,
    now: datetime,
    of_home: HomeId | None = None,
) -> list[CaseSummary]:
    """Return open cases and those resolved since an instant, newest first, at most `MOST`.

    Without the synthetic home's, also for a service: they are nobody's, and in no list or count.
    """
    is_open = case_table.c.state != CaseState.RESOLVED
    query = (
        _summary(access, now)
        .where(is_open | (case_table.c.resolved_at >= resolved_since))
        .where(~is_synthetic(case_table.c.municipality_id))
        .order_by(is_open.desc(), case_table.c.opened_at.desc())
        .limit(MOST)
    )
    if of_home is not None:
        query = query.where(case_table.c.home_id == of_home)
    return [_case(row, access, vault) for row in connection.execute(query)]


def case(
    connection: Connection, access: Access, vault: Vault, case_id: CaseId, *, now: datetime
) -> CaseSummary | None:
    """Return one case; None when it does not exist or is out of reach, which looks the same."""
    query = _summary(access, now).where(case_table.c.id == case_id)
    row = connection.execute(query).one_or_none()
    return None if row is None else _case(row, access, vault)


def timeline(
    connection: Connection, access: Access, case_id: CaseId, *, now: datetime
) -> list[TimelineEvent]:
    """Return what happened to a case within reach, oldest first."""
    query = (
        select(case_event, case_table.c.cause, user.c.display_name)
        .join(case_table, case_table.c.id == case_event.c.case_id)
        .outerjoin(home, home.c.id == case_table.c.home_id)
        .outerjoin(user, user.c.id == case_event.c.actor)
        .where(case_event.c.case_id == case_id, cases_within(access, now=now))
        .order_by(case_event.c.at, case_event.c.position)
    )
    rows = connection.execute(query).all()
    rooms = _rooms(connection, {str(row.detail.get("sensor")) for row in rows})
    silences = _silences(connection, case_id)
    return [_timeline_event(row, rooms, silences) for row in rows]


def notifications(
    connection: Connection, access: Access, case_id: CaseId, *, now: datetime
) -> list[NotificationSummary]:
    """Return the messages about a case within reach, oldest first."""
    member = notification.alias("member")
    leads = exists().where(member.c.grouped_into == notification.c.id)
    is_in_list = or_(notification.c.grouped_into.is_not(None), leads)
    query = (
        select(notification, user.c.display_name, is_in_list.label("is_in_list"))
        .join(case_table, case_table.c.id == notification.c.case_id)
        .outerjoin(home, home.c.id == case_table.c.home_id)
        .join(user, user.c.id == notification.c.user_id)
        .where(notification.c.case_id == case_id, cases_within(access, now=now))
        .order_by(notification.c.created_at, notification.c.step, user.c.display_name)
    )
    return [
        NotificationSummary(
            created_at=row.created_at,
            step=row.step,
            user=UserId(row.user_id),
            to=row.display_name,
            channel=Channel(row.channel),
            state=NotificationState(row.state),
            due_at=row.due_at,
            attempts=row.attempts,
            accepted_at=row.accepted_at,
            why=row.why,
            last_error=row.last_error,
            waits_for_list=row.group_key is not None,
            is_in_list=row.is_in_list,
        )
        for row in connection.execute(query)
    ]


def _summary(access: Access, now: datetime) -> Select[Any]:
    acknowledger, resolver = user.alias("acknowledger"), user.alias("resolver")
    newest = (
        select(func.max(episode.c.number))
        .where(episode.c.case_id == case_table.c.id)
        .correlate(case_table)
        .scalar_subquery()
    )
    last_episode = and_(episode.c.case_id == case_table.c.id, episode.c.number == newest)
    return (
        select(
            case_table,
            home.c.code,
            home.c.time_zone,
            acknowledger.c.display_name.label("acknowledger_name"),
            resolver.c.display_name.label("resolver_name"),
            episode.c.number.label("episode_number"),
            episode.c.reason.label("episode_reason"),
            episode.c.began_at,
            episode.c.found_at,
            episode.c.recovered_at,
            episode.c.last_activity_at,
            episode.c.due_at,
            episode.c.blind_since,
            *PERSONAL_COLUMNS,
        )
        .select_from(case_table)
        .outerjoin(home, home.c.id == case_table.c.home_id)
        .outerjoin(personal, personal.c.resident_id == case_table.c.resident_id)
        .outerjoin(episode, last_episode)
        .outerjoin(acknowledger, acknowledger.c.id == case_table.c.acknowledged_by)
        .outerjoin(resolver, resolver.c.id == case_table.c.resolved_by)
        .where(cases_within(access, now=now))
    )


def _case(row: Row[Any], access: Access, vault: Vault) -> CaseSummary:
    return CaseSummary(
        id=CaseId(row.id),
        number=row.number,
        kind=Kind(row.kind),
        cause=Cause(row.cause),
        state=CaseState(row.state),
        is_review=row.is_review,
        home=row.home_id and HomeId(row.home_id),
        home_code=row.code,
        time_zone=row.time_zone,
        person=open_person(access, vault, row),
        opened_at=row.opened_at,
        acknowledged_at=row.acknowledged_at,
        acknowledged_by=row.acknowledger_name,
        resolved_at=row.resolved_at,
        resolved_by=row.resolver_name,
        outcome=Outcome(row.outcome) if row.outcome else None,
        resolved_cause=ResolvedCause(row.resolved_cause) if row.resolved_cause else None,
        note=row.note if access.sees_people else None,
        episode=None if row.episode_number is None else _episode(row),
    )


def _episode(row: Row[Any]) -> EpisodeSummary:
    return EpisodeSummary(
        number=row.episode_number,
        reason=Reason(row.episode_reason),
        began_at=row.began_at,
        found_at=row.found_at,
        recovered_at=row.recovered_at,
        last_activity_at=row.last_activity_at,
        due_at=row.due_at,
        blind_since=row.blind_since,
    )


def _timeline_event(
    row: Row[Any], rooms: Mapping[str, str], silences: Mapping[datetime, _Silence]
) -> TimelineEvent:
    happened = row.detail.get("happened_at")
    due = last = None
    if row.cause == Cause.INACTIVITY and row.word in _SILENT and happened is not None:
        due = datetime.fromisoformat(happened)
        limit, last = silences.get(due, (None, None))
        due = limit or due
    return TimelineEvent(
        at=row.at,
        word=Word(row.word),
        actor=row.display_name,
        detail=row.detail,
        room=rooms.get(str(row.detail.get("sensor"))),
        due_at=due,
        last_activity_at=last,
    )


def _silences(connection: Connection, case_id: CaseId) -> dict[datetime, _Silence]:
    """Return the episodes of a case by when they began, which their first event says as well."""
    query = select(episode.c.began_at, episode.c.due_at, episode.c.last_activity_at)
    rows = connection.execute(query.where(episode.c.case_id == case_id))
    return {row.began_at: (row.due_at, row.last_activity_at) for row in rows}


def _rooms(connection: Connection, sensors: set[str]) -> dict[str, str]:
    query = (
        select(sensor_placement.c.sensor_id, sensor_placement.c.room)
        .where(sensor_placement.c.sensor_id.in_(sensors))
        .order_by(sensor_placement.c.valid_from)
    )
    return {row.sensor_id: row.room for row in connection.execute(query)}
