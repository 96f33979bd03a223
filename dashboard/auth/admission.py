"""The one door: who asks, by which session, and whether the rules let them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import cast
from urllib.parse import quote

from fastapi import Request
from sqlalchemy import Connection

from dashboard.auth.rules import RULES, Rule
from dashboard.config import Settings
from dashboard.parts import Parts, parts_of
from dashboard.web import languages
from dashboard.web.errors import Code, PageError
from dashboard.web.preferences import COOKIE as PREFERENCES
from dashboard.web.preferences import Preferences
from domain.access import Access, service
from storage.register import audit, sessions
from storage.register.sessions import Session

OURS = service("dashboard")


class SignInFirst(Exception):  # noqa: N818 (not an error: the way goes on after it)
    """Somebody who is not signed in asks for a page: the form, and back to where they were."""

    def __init__(self, back: str) -> None:
        """Take the path to come back to."""
        super().__init__(back)
        self.location = f"/sign-in?next={quote(back)}" if back != "/" else "/sign-in"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who asks."""

    session: Session | None
    """None: nobody is signed in."""
    preferences: Preferences
    language: languages.Language


def visitor_of(request: Request) -> Visitor:
    """Return who asks; somebody unknown where the request failed before `admit`."""
    found = getattr(request.state, "visitor", None)
    return cast("Visitor", found or _visitor(request, None))


def session_of(request: Request) -> Session:
    """Return the session of a route whose rule asks for one."""
    session = visitor_of(request).session
    if session is None:
        raise PageError(Code.SIGN_IN_NEEDED)
    return session


def access_of(request: Request) -> Access:
    """Return how far the one who asks may see."""
    return session_of(request).user.access


def cookie_name(settings: Settings) -> str:
    """Return the session cookie's name: `__Host-` binds it to this host where there is https."""
    return "__Host-mimamori" if settings.is_https else "mimamori"


async def admit(request: Request) -> None:
    """Let a request pass, or not; runs before every route.

    Raises:
        SignInFirst: A page is asked for without a session.
        PageError: SIGN_IN_NEEDED for a stream; NOT_ALLOWED for the role, or no rule lets anybody.
    """
    parts = parts_of(request)
    rule = RULES.get((request.method, request.scope["route"].path), Rule())
    session = await _session(request, parts)
    request.state.visitor = _visitor(request, session)
    if rule.is_public:
        return
    if session is None:
        if rule.is_stream or rule.is_api:
            raise PageError(Code.SIGN_IN_NEEDED)
        raise SignInFirst(_back(request))
    if session.user.role not in rule.roles:
        await _book_refusal(parts, session.user.access, request)
        raise PageError(Code.NOT_ALLOWED)


async def _session(request: Request, parts: Parts) -> Session | None:
    token = request.cookies.get(cookie_name(parts.settings))
    if not token:
        return None
    now, token_hash = parts.wall.now(), sessions.hash_of(token)
    session = await parts.read(partial(sessions.find, access=OURS, token_hash=token_hash, now=now))
    if session is not None and session.needs_touch(now=now):
        await parts.write(partial(sessions.touch, access=OURS, token_hash=token_hash, now=now))
    return session


def _visitor(request: Request, session: Session | None) -> Visitor:
    preferences = Preferences.parse(request.cookies.get(PREFERENCES, ""))
    code = languages.choose(
        cookie=preferences.language,
        user=session.user.language if session else None,
        accepted=request.headers.get("accept-language", ""),
        default=parts_of(request).settings.default_language,
    )
    return Visitor(session=session, preferences=preferences, language=languages.language(code))


def _back(request: Request) -> str:
    """Return the page to show after signing in; behind an action, the page it is on."""
    path = request.scope["path"]
    if request.method != "GET":
        return str(path.rsplit("/", 1)[0] or "/")
    query = request.scope["query_string"].decode("latin-1")
    return f"{path}?{query}" if query else str(path)


async def _book_refusal(parts: Parts, access: Access, request: Request) -> None:
    route, now = f"{request.method} {request.scope['route'].path}", parts.clock.now()

    def work(connection: Connection, now: datetime = now) -> None:
        audit.append(
            connection, access, action="page.ask", object=route[:96], result="refused", now=now
        )

    await parts.write(work)
