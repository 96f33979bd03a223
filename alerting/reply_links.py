"""Answering by a one-time link: what its page may show, and what an answer by it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection

from alerting.asking import How, answered
from alerting.facts import facts_of
from alerting.messages.writing import Topic
from alerting.replies import Answer, Result
from alerting.statements import may_say, say
from domain.access import Access, Role
from domain.case import CaseState
from domain.ids import CaseId
from domain.reply import OF_ASKED, Reply
from storage.register import audit, cases, episodes, reply_links
from storage.register.cases import StoredCase
from storage.register.reply_links import Purpose, ReplyLink
from storage.register.told import scopes_of


class LinkState(StrEnum):
    """Whether a link can be answered by, and if not, why: pages say it in words."""

    OPEN = "open"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    USED = "used"
    CLOSED = "closed"
    """The case was resolved meanwhile."""
    HAPPENED_AGAIN = "happened_again"
    """A newer episode began after the message had left: its own message has to be read."""
    TOO_LATE = "too_late"
    """The question was to keep people from being called; they are called by now."""
    NOT_ALLOWED = "not_allowed"
    """The person may not sign in any more, or the resident does not agree any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a page without sign-in may show: no name, no address, no reading."""

    state: LinkState
    number: int | None = None
    home_code: str | None = None
    topic: Topic | None = None
    since: datetime | None = None
    time_zone: str | None = None
    role: Role | None = None
    language: str | None = None
    """Of the person to whom the message went."""
    reply: Reply | None = None
    """What was answered by it."""
    case: CaseId | None = None
    """For the way to the page of the case, which asks to sign in."""
    replies: Sequence[Reply] = ()
    """What may be answered; empty unless OPEN."""


def look(connection: Connection, access: Access, token: str, *, now: datetime) -> Shown:
    """Return what the page of a link shows; nothing changes, however often it is opened.

    `access` is that of the service that serves the page.
    """
    link = reply_links.find(connection, access, token)
    if link is None:
        return Shown(state=LinkState.UNKNOWN)
    if link.purpose is Purpose.ASKED:
        return _asked(connection, access, link, now=now)
    case = _case(connection, link, now=now)
    if case is None:
        return Shown(state=LinkState.NOT_ALLOWED, language=link.user.language)
    known = episodes.of_case(connection, link.user.access, case.id)
    facts = facts_of(connection, link.user.access, case, known[-1], base_url="", now=now)
    state = _state(link, case, newest=known[-1].number, now=now)
    is_open = state is LinkState.OPEN
    return Shown(
        state=state,
        number=case.number,
        home_code=facts.home_code,
        topic=facts.topic,
        since=facts.since,
        time_zone=facts.time_zone,
        role=link.user.role,
        language=link.user.language,
        reply=link.reply,
        case=case.id,
        replies=tuple(may_say(connection, link.user.access, case)) if is_open else (),
    )


def answer(
    connection: Connection,
    access: Access,
    token: str,
    reply: Reply,
    *,
    now: datetime,
    until: datetime | None = None,
) -> Answer | None:
    """Answer by a link, which is used up by it; None when the link is not open: `look` says why.

    Raises:
        InputError: ABS-001, an absence that cannot be; the link is still open then.
    """
    link = reply_links.find(connection, access, token)
    shown = look(connection, access, token, now=now)
    if link is None or shown.state is not LinkState.OPEN:
        _book_refusal(connection, access, link, now=now)
        return None
    who = link.user.access
    if reply not in shown.replies:
        return Answer(result=Result.NOT_ALLOWED)
    if link.purpose is Purpose.ASKED:
        said = _answered(connection, access, link, reply, now=now)
        reply_links.use(connection, access, token, reply, now=now)
        return said
    said = say(connection, who, link.case, reply, now=now, until=until, episode=link.episode)
    reply_links.use(connection, access, token, reply, now=now)
    return said


def _asked(connection: Connection, access: Access, link: ReplyLink, *, now: datetime) -> Shown:
    """Show the question only: whoever is asked sees nothing of the case."""
    case = cases.get(connection, access, link.case, now=now)
    language = link.user.language
    if case is None or link.user.is_disabled:
        return Shown(state=LinkState.NOT_ALLOWED, language=language)
    known = episodes.of_case(connection, access, case.id)
    state = _state(link, case, newest=known[-1].number, now=now)
    if state is LinkState.OPEN and case.state not in (CaseState.ASKING, CaseState.ANSWERED):
        state = LinkState.TOO_LATE
    return Shown(
        state=state,
        topic=Topic.ASKING,
        language=language,
        reply=link.reply,
        replies=OF_ASKED if state is LinkState.OPEN else (),
    )


def _answered(
    connection: Connection, access: Access, link: ReplyLink, reply: Reply, *, now: datetime
) -> Answer:
    who = replace(access, actor=link.user.id)
    how = How.WELL if reply is Reply.WELL else How.NEEDS_HELP
    is_in_time = answered(connection, who, link.case, how, now)
    result = Result.DONE if is_in_time else Result.NOT_FOUND
    of = f"case:{link.case}"
    audit.append(connection, who, action=f"case.asked.{reply}", object=of, result=result, now=now)
    return Answer(result=result)


def _case(connection: Connection, link: ReplyLink, *, now: datetime) -> StoredCase | None:
    """Return the case if its person may still hear of it: links end with the right to know."""
    if link.user.is_disabled:
        return None
    case = cases.get(connection, link.user.access, link.case, now=now)
    if case is None or link.user.role is not Role.FAMILY:
        return case
    agreed = scopes_of(connection, link.user.access, link.case, now=now)
    return case if link.user.id in agreed else None


def _state(link: ReplyLink, case: StoredCase, *, newest: int, now: datetime) -> LinkState:
    if link.used_at is not None:
        return LinkState.USED
    if case.state is CaseState.RESOLVED:
        return LinkState.CLOSED
    if now >= link.expires_at:
        return LinkState.EXPIRED
    return LinkState.OPEN if newest == link.episode else LinkState.HAPPENED_AGAIN


def _book_refusal(
    connection: Connection, access: Access, link: ReplyLink | None, *, now: datetime
) -> None:
    who = access if link is None else link.user.access
    of = "case:unknown" if link is None else f"case:{link.case}"
    audit.append(connection, who, action="case.reply", object=of, result="refused", now=now)
