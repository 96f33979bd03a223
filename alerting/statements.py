"""What people say of a case without closing it: I check, all well, away until, please visit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from sqlalchemy import Connection

from alerting.ladder import asks_to_call
from alerting.messages.news import Done, News
from alerting.news import tell_people, tell_what_was_done
from alerting.ownership import still_on_it
from alerting.replies import Answer, Result, acknowledge, audited, may_act, take_on, too_late
from domain.access import Access, Role
from domain.ids import CaseId, UserId
from domain.reply import Reply, answers_of
from storage.register import absences, case_events, cases, episodes, recipients
from storage.register.case_events import Word
from storage.register.cases import StoredCase
from storage.register.told import Told, told


def say(
    connection: Connection,
    access: Access,
    case_id: CaseId,
    reply: Reply,
    *,
    now: datetime,
    until: datetime | None = None,
    episode: int | None = None,
) -> Answer:
    """Say something of a case; all who were told of it hear it.

    Staff who say that they look, or what they know, have taken the case on by it; of whoever has
    it already it is a word in time. A family's word
    is written down and told, and stops nothing: the ladder goes on until staff take the case on.
    "Away until" enters an absence for a caseworker; a family asks for it: absences silence.

    Args:
        connection: A write transaction.
        access: Who says it.
        case_id: Of which case.
        reply: What.
        now: The instant; aware, UTC.
        until: End of the absence, with `Reply.AWAY` only.
        episode: The newest one that the person had read of, as with `replies.acknowledge`.

    Raises:
        InputError: ABS-001, an absence that cannot be.
    """
    case = cases.get(connection, access, case_id, now=now)
    if case is None:
        return audited(connection, access, _action(reply), case_id, None, now=now)
    if reply not in may_say(connection, access, case):
        answer = Answer(result=Result.NOT_ALLOWED)
        return audited(connection, access, _action(reply), case_id, answer, now=now)
    if reply is Reply.CHECKING and may_act(access.role, case.matter.kind):
        answer = acknowledge(connection, access, case_id, now, episode=episode)
        if answer.result is Result.ALREADY_YOURS:
            still_on_it(connection, access, case_id, now=now)
        return answer
    said = too_late(connection, access, case, episode) or _said(
        connection, access, case, reply, until=until, now=now
    )
    return audited(connection, access, _action(reply), case_id, said, now=now)


def may_say(connection: Connection, access: Access, case: StoredCase) -> Sequence[Reply]:
    """Return what somebody may answer to a case that is within the access."""
    known = episodes.of_case(connection, access, case.id)
    is_call = any(asks_to_call(case, each) for each in known)
    return answers_of(access.role, case.matter.kind, asks_to_call=is_call)


def _said(
    connection: Connection,
    access: Access,
    case: StoredCase,
    reply: Reply,
    *,
    until: datetime | None,
    now: datetime,
) -> Answer:
    is_staff = may_act(access.role, case.matter.kind)
    if reply is Reply.AWAY and is_staff:
        _enter(connection, access, case, until, now=now)
    event = case_events.append(
        connection,
        access,
        case.id,
        Word.REPLIED,
        now=now,
        reply=reply,
        until=until,
        is_asked=None if is_staff or reply is not Reply.AWAY else True,
    )
    owner = case.acknowledged_by
    if is_staff and reply in (Reply.SPOKE, Reply.AWAY):
        owner = take_on(connection, access, case, now=now).owner
    news = News(done=_done(reply, is_staff=is_staff), by=access.role, at=now, until=until)
    newest = episodes.of_case(connection, access, case.id)[-1]
    if reply is Reply.VISIT:
        people = _asked_to_visit(connection, access, case, now=now)
        tell_people(connection, access, case, newest, news, people=people, event=event, now=now)
    else:
        tell_what_was_done(connection, access, case, newest, news, event=event, now=now)
    return Answer(result=Result.DONE, owner=owner, at=now, event=event)


def _enter(
    connection: Connection,
    access: Access,
    case: StoredCase,
    until: datetime | None,
    *,
    now: datetime,
) -> None:
    if case.matter.home is not None and until is not None:
        absences.add(
            connection,
            access,
            home_id=case.matter.home,
            starts_at=now,
            ends_at=until,
            owner=UserId(access.actor),
            now=now,
        )


def _asked_to_visit(
    connection: Connection, access: Access, case: StoredCase, *, now: datetime
) -> list[Told]:
    """Return all who were told, and the home's caseworkers; without any, all caseworkers."""
    asked = told(connection, access, case.id, now=now)
    matter = case.matter
    if matter.home is None:
        return asked
    workers = recipients.assigned(connection, access, to=matter.home, role=Role.CASEWORKER, now=now)
    others = {one.user for one in asked if one.role is Role.CASEWORKER} - {access.actor}
    if not others | ({one.user for one in workers} - {access.actor}):
        workers = recipients.of_roles(
            connection, access, Role.CASEWORKER, municipality=matter.municipality
        )
    known = {one.user for one in asked}
    more = [
        Told(user=one.user, language=one.language, role=Role.CASEWORKER, scope=None)
        for one in workers
        if one.user not in known
    ]
    return [*asked, *more]


def _done(reply: Reply, *, is_staff: bool) -> Done:
    match reply:
        case Reply.CHECKING:
            return Done.CHECKING if is_staff else Done.FAMILY_CHECKING
        case Reply.SPOKE:
            return Done.SPOKE
        case Reply.AWAY:
            return Done.AWAY if is_staff else Done.AWAY_ASKED
        case Reply.VISIT:
            return Done.VISIT
        case Reply.WELL | Reply.HELP:
            msg = f"{reply} is an answer of whoever was asked, not of whoever was told"
            raise ValueError(msg)
        case _:
            assert_never(reply)


def _action(reply: Reply) -> str:
    return f"case.reply.{reply}"
