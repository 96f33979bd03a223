"""Signing in and out: one answer and one time for wrong passwords and unknown people alike."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from dashboard.parts import Parts
from domain.access import service
from storage.register import audit, login_failures, sessions, users
from storage.register.login_failures import Attempt
from storage.register.sessions import Session
from storage.register.users import User

_OURS = service("dashboard")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """It worked; the token belongs into the cookie and nowhere else."""

    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Login or password is wrong; which, is not said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Too many failures: nothing was looked at."""

    seconds: int


async def sign_in(
    parts: Parts, *, login: str, password: str, address: str, old_token: str | None
) -> SignedIn | Refused | Wait:
    """Try to sign in; a session that the browser brought along ends."""
    attempt = login_failures.attempt_of(login, address)
    real_now = parts.wall.now()
    until = await parts.write(partial(_book, attempt, real_now))
    if until is not None:
        return Wait(seconds=math.ceil((until - real_now).total_seconds()))
    user = await parts.read(partial(users.by_login, access=_OURS, login=login))
    kept = None if user is None or user.is_disabled else user.password_hash
    is_right = await parts.passwords.matches(password, kept)
    if user is None or not is_right:
        await parts.write(partial(_fail, user, parts.clock.now()))
        return Refused()
    old = None if old_token is None else sessions.hash_of(old_token)
    begin = partial(_begin, attempt, user, old, parts.wall.now(), parts.clock.now())
    return SignedIn(token=await parts.write(begin))


async def sign_out(parts: Parts, session: Session, *, everywhere: bool = False) -> None:
    """End the session, or all of the user's, and the pages that are open in it at once."""
    access, user, now = session.user.access, session.user.id, parts.clock.now()

    def work(connection: Connection) -> None:
        if everywhere:
            sessions.end_all(connection, access, user)
        else:
            sessions.end(connection, access, session.token_hash)
        action = "session.end_all" if everywhere else "session.end"
        audit.append(
            connection, access, action=action, object=f"user:{user}", result="done", now=now
        )

    await parts.write(work)
    if everywhere:
        parts.streams.end_user(user)
    else:
        parts.streams.end_session(session.token_hash)


def _book(attempt: Attempt, real_now: datetime, connection: Connection) -> datetime | None:
    """Book the try as a failure before it is looked at, or return until when it has to wait.

    So tries that come side by side are counted one after the other; success forgives it.
    """
    until = login_failures.wait_until(connection, _OURS, attempt, now=real_now)
    if until is None:
        login_failures.append(connection, _OURS, attempt, now=real_now)
    return until


def _fail(user: User | None, now: datetime, connection: Connection) -> None:
    whom = f"user:{user.id}" if user else "user:unknown"
    audit.append(connection, _OURS, action="session.begin", object=whom, result="refused", now=now)


def _begin(  # noqa: PLR0917 (bound when it is handed to the writer)
    attempt: Attempt,
    user: User,
    old: bytes | None,
    real_now: datetime,
    now: datetime,
    connection: Connection,
) -> str:
    if old is not None:
        sessions.end(connection, _OURS, old)
    login_failures.forgive(connection, _OURS, attempt)
    token = sessions.begin(connection, user.access, now=real_now)
    audit.append(
        connection,
        user.access,
        action="session.begin",
        object=f"user:{user.id}",
        result="done",
        now=now,
    )
    return token
