"""All that people and rules did about one home in a stretch of time, as far as the reader may know.

What sensors saw is in the store of readings; whoever shows both asks `Evidence.sees_hours` first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, or_, select

from domain.access import Access, Role
from domain.attempt import AttemptKind
from domain.case import Outcome
from domain.consent import Agreed
from domain.ids import CaseId, HomeId
from domain.report import ReportSource
from storage.register import attempts, case_pages, family, reports
from storage.register.attempts import StoredAttempt
from storage.register.case_pages import NotificationSummary, TimelineEvent
from storage.register.reach import cases_within, homes_within, sees_activity
from storage.register.reports import Report
from storage.register.schema import absence, case, case_event, home, user
from storage.register.schema import attempt as attempt_table
from storage.register.vault import Vault

MOST_CASES = 100
"""Of how many cases a stretch tells at most; the newest ones."""
NAMELESS = ""
"""The name of a member of the staff for those who may not know it; None is the system."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEvidence:
    """What happened in one case."""

    id: CaseId
    number: int
    events: Sequence[TimelineEvent]
    notifications: Sequence[NotificationSummary]
    attempts: Sequence[StoredAttempt]


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceEvidence:
    """An absence that touches the stretch."""

    starts_at: datetime
    ends_at: datetime
    entered_at: datetime
    by: str | None
    """Display name of its owner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeEvidence:
    """All of it; instants are aware, UTC."""

    code: str
    time_zone: str
    sees_hours: bool
    """Whether the reader may see when somebody moved."""
    cases: Sequence[CaseEvidence]
    absences: Sequence[AbsenceEvidence]
    reports: Sequence[Report]


def of_home(
    connection: Connection,
    access: Access,
    vault: Vault,
    home_id: HomeId,
    *,
    since: datetime,
    until: datetime,
    now: datetime,
) -> HomeEvidence | None:
    """Return what is known of a home in [since, until).

    The family reads it without the notes and names of the staff, without messages to others, and
    without what others of the family said; when somebody moved and how a case ended, as far as
    the resident agreed.

    Returns:
        None when the home is out of reach, or the access may not see activity: they look the same.
    """
    if not sees_activity(access):
        return None
    query = select(home.c.code, home.c.time_zone).where(
        home.c.id == home_id, homes_within(access, now=now)
    )
    found = connection.execute(query).one_or_none()
    if found is None:
        return None
    is_family = access.role is Role.FAMILY
    agreed = family.agreed_by_home(connection, access, now=now).get(home_id)
    told = [
        _of_case(connection, access, vault, case_id, number, since, until, now)
        for case_id, number in _cases(
            connection, access, home_id, since=since, until=until, now=now
        )
    ]
    seen = reports.of_home(connection, access, vault, home_id, since=since, until=until, now=now)
    return HomeEvidence(
        code=found.code,
        time_zone=found.time_zone,
        sees_hours=not is_family or agreed is Agreed.FULL,
        cases=[_for_family(one, access, agreed) for one in told] if is_family else told,
        absences=_absences(connection, access, home_id, since=since, until=until),
        reports=[replace(one, by=NAMELESS) for one in seen if one.source is not ReportSource.FAMILY]
        if is_family
        else seen,
    )


def _cases(
    connection: Connection,
    access: Access,
    home_id: HomeId,
    *,
    since: datetime,
    until: datetime,
    now: datetime,
) -> list[tuple[CaseId, int]]:
    happened = select(case_event.c.case_id).where(case_event.c.at >= since, case_event.c.at < until)
    tried = select(attempt_table.c.case_id).where(
        attempt_table.c.happened_at >= since, attempt_table.c.happened_at < until
    )
    query = (
        select(case.c.id, case.c.number)
        .join(home, home.c.id == case.c.home_id)
        .where(case.c.home_id == home_id, cases_within(access, now=now))
        .where(or_(case.c.id.in_(happened), case.c.id.in_(tried)))
        .order_by(case.c.number.desc())
        .limit(MOST_CASES)
    )
    return [(CaseId(row.id), row.number) for row in connection.execute(query)]


def _of_case(  # noqa: PLR0917 (has one caller)
    connection: Connection,
    access: Access,
    vault: Vault,
    case_id: CaseId,
    number: int,
    since: datetime,
    until: datetime,
    now: datetime,
) -> CaseEvidence:
    events = case_pages.timeline(connection, access, case_id, now=now)
    messages = case_pages.notifications(connection, access, case_id, now=now)
    tried = attempts.of_case(connection, access, vault, case_id, now=now)
    return CaseEvidence(
        id=case_id,
        number=number,
        events=[one for one in events if since <= one.at < until],
        notifications=[one for one in messages if since <= one.created_at < until],
        attempts=[one for one in tried if since <= one.happened_at < until],
    )


def _for_family(found: CaseEvidence, access: Access, agreed: Agreed | None) -> CaseEvidence:
    return replace(
        found,
        events=[_event_for_family(one, agreed) for one in found.events],
        notifications=[one for one in found.notifications if one.user == access.actor],
        attempts=[
            replace(one, by=NAMELESS, note=None)
            for one in found.attempts
            if one.kind is not AttemptKind.FAMILY
        ],
    )


def _event_for_family(one: TimelineEvent, agreed: Agreed | None) -> TimelineEvent:
    """Leave out who did it, when somebody moved and how it ended, as far as it is not agreed to.

    A death is told by a person, never by a page.
    """
    actor = NAMELESS if one.actor is not None else None
    hidden: set[str] = set()
    if agreed in (None, Agreed.STATUS) or one.detail.get("outcome") == Outcome.DIED:
        hidden |= {"outcome", "cause"}
    if agreed is Agreed.FULL:
        kept = {key: value for key, value in one.detail.items() if key not in hidden}
        return replace(one, actor=actor, detail=kept)
    hidden |= {"happened_at", "arrived_at", "sensor"}
    kept = {key: value for key, value in one.detail.items() if key not in hidden}
    return replace(one, actor=actor, detail=kept, room=None, due_at=None, last_activity_at=None)


def _absences(
    connection: Connection, access: Access, home_id: HomeId, *, since: datetime, until: datetime
) -> list[AbsenceEvidence]:
    query = (
        select(absence, user.c.display_name)
        .outerjoin(user, user.c.id == absence.c.owner)
        .where(absence.c.home_id == home_id)
        .where(absence.c.starts_at < until, absence.c.ends_at > since)
        .order_by(absence.c.starts_at)
        .limit(MOST_CASES)
    )
    is_family = access.role is Role.FAMILY
    return [
        AbsenceEvidence(
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            entered_at=row.created_at,
            by=NAMELESS if is_family else row.display_name,
        )
        for row in connection.execute(query)
    ]
