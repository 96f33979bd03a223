"""Cases for a seeded town: one that waits, one of a dark home, one that is closed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection

from alerting import replies
from domain.access import Role, of_user, service
from domain.case import Outcome, ResolvedCause
from domain.finding import Cause, Reason
from domain.ids import CaseId, HomeId, MunicipalityId, ResidentId, UserId, new_id
from storage.register import case_events, cases, schema
from storage.register.case_events import Word
from storage.register.cases import Matter

ACCESS = service("seed")


def open_case(  # noqa: PLR0917 (called within this file only)
    connection: Connection,
    town: MunicipalityId,
    home: HomeId,
    resident: ResidentId | None,
    cause: Cause,
    at: datetime,
    *,
    reason: Reason = Reason.BUTTON_PRESSED,
    began_at: datetime | None = None,
    due_at: datetime | None = None,
) -> CaseId:
    """Open a case with its first episode and the first line of its timeline."""
    matter = Matter(
        key=f"{home}|{cause}",
        municipality=town,
        home=home,
        resident=resident,
        kind=cause.kind,
        cause=cause,
        is_review=False,
    )
    case = cases.open_case(connection, ACCESS, matter, now=at)
    began = began_at or at
    connection.execute(
        schema.episode.insert().values(
            id=new_id(),
            municipality_id=town,
            case_id=case.id,
            number=1,
            reason=reason,
            began_at=began,
            found_at=at,
            last_evidence_at=began,
            last_activity_at=began if cause is Cause.INACTIVITY else None,
            due_at=due_at,
            blind_since=began if cause is Cause.GATEWAY_SILENT else None,
            steps_taken=0,
        )
    )
    case_events.append(
        connection, ACCESS, case.id, Word.OPENED, now=at, happened_at=began, arrived_at=at
    )
    return case.id


def open_inactivity(  # noqa: PLR0917 (has one caller)
    connection: Connection,
    town: MunicipalityId,
    home: HomeId,
    resident: ResidentId,
    people: Mapping[Role, UserId],
    now: datetime,
) -> CaseId:
    """Open a case of a silent home that was told to one person and refused by a mailbox."""
    opened = now - timedelta(minutes=42)
    case = open_case(
        connection,
        town,
        home,
        resident,
        Cause.INACTIVITY,
        opened,
        reason=Reason.SILENCE_PAST_DEADLINE,
        began_at=now - timedelta(hours=12, minutes=30),
        due_at=opened,
    )
    case_events.append(
        connection,
        service("alerting"),
        case,
        Word.STEP_TAKEN,
        now=opened,
        step=1,
        people=[people[Role.CASEWORKER]],
    )
    _tell(connection, town, case, people[Role.CASEWORKER], "accepted", opened)
    _tell(connection, town, case, people[Role.ADMINISTRATOR], "refused", opened)
    return case


def _tell(  # noqa: PLR0917 (called within this file only)
    connection: Connection,
    town: MunicipalityId,
    case: CaseId,
    user: UserId,
    state: str,
    at: datetime,
) -> None:
    episode = schema.episode.select().where(schema.episode.c.case_id == case)
    connection.execute(
        schema.notification.insert().values(
            id=new_id(),
            municipality_id=town,
            case_id=case,
            episode_id=connection.execute(episode).one().id,
            step=1,
            user_id=user,
            channel="email",
            language="ja",
            subject="",
            body="",
            dedupe_key=new_id(),
            state=state,
            created_at=at,
            due_at=at,
            expires_at=at + timedelta(hours=2),
            attempts=1,
            accepted_at=at if state == "accepted" else None,
        )
    )


def open_dark(connection: Connection, town: MunicipalityId, home: HomeId, now: datetime) -> CaseId:
    """Open the technical case of a home that went dark seven hours ago."""
    return open_case(
        connection,
        town,
        home,
        None,
        Cause.GATEWAY_SILENT,
        now - timedelta(hours=6, minutes=50),
        reason=Reason.NOTHING_HEARD,
        began_at=now - timedelta(hours=7),
    )


def close_help(  # noqa: PLR0917 (has one caller)
    connection: Connection,
    town: MunicipalityId,
    home: HomeId,
    resident: ResidentId,
    people: Mapping[Role, UserId],
    now: datetime,
) -> CaseId:
    """Open and close a case of a button pressed by mistake, two days ago."""
    at = now - timedelta(days=2, hours=3)
    case = open_case(connection, town, home, resident, Cause.HELP, at)
    access = of_user(people[Role.CASEWORKER], Role.CASEWORKER, town)
    replies.acknowledge(connection, access, case, at + timedelta(minutes=4))
    replies.resolve(
        connection,
        access,
        case,
        outcome=Outcome.WELL,
        cause=ResolvedCause.PRESSED_BY_MISTAKE,
        note="電話で話した。押し間違い。",
        now=at + timedelta(minutes=11),
    )
    return case
