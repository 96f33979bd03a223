"""Answering by a one-time link over HTTP: opening it changes nothing, only the form does.

Mail scanners and previews follow links, so that GET shows, and shows once more what would be done;
POST does it. Whoever tries links that we did not make has to wait.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import Connection

from alerting import reply_links
from alerting.replies import Answer, Result
from alerting.reply_links import LinkState, Shown
from dashboard.auth.admission import OURS, visitor_of
from dashboard.pages.frame import render
from dashboard.pages.replies.view import reply_page
from dashboard.parts import parts_of
from dashboard.web import languages
from dashboard.web.errors import Code, PageError
from dashboard.web.languages import Language
from domain.absence import LONGEST
from domain.errors import InputError
from domain.reply import Reply
from storage.register import login_failures
from storage.signals import Log

router = APIRouter()
LOCAL = "%Y-%m-%dT%H:%M"
"""How a browser sends a local date and time."""


@router.get("/r/{token}")
async def show(request: Request, token: str) -> HTMLResponse:
    """Show what it is about and what can be answered."""
    return _page(request, await _look(request, token), token)


@router.get("/r/{token}/{reply}")
async def confirm(request: Request, token: str, reply: Reply) -> HTMLResponse:
    """Show once more what would be answered."""
    shown = await _look(request, token)
    if shown.state is not LinkState.OPEN:
        return _page(request, shown, token)
    if reply not in shown.replies:
        raise PageError(Code.NOT_FOUND)
    return _confirmation(request, shown, token, reply)


@router.post("/r/{token}/{reply}")
async def answer(
    request: Request,
    token: str,
    reply: Reply,
    until: Annotated[str, Form(max_length=32)] = "",
    code: Annotated[str, Form(max_length=32)] = "",
) -> HTMLResponse:
    """Answer; the link is used up by it."""
    parts, shown = parts_of(request), await _look(request, token)
    if shown.state is not LinkState.OPEN:
        return _page(request, shown, token)
    end = _instant(until, _zone(request, shown))
    problem = _problem(shown, code, end, language=visitor_of(request).language)
    if reply is Reply.AWAY and problem:
        return _confirmation(request, shown, token, reply, problem=problem, until=until)
    now = parts.clock.now()

    def work(connection: Connection) -> Answer | None:
        until_at = end if reply is Reply.AWAY else None
        return reply_links.answer(connection, OURS, token, reply, now=now, until=until_at)

    try:
        answered = await parts.write(work)
    except InputError:
        problem = _too_long(visitor_of(request).language)
        return _confirmation(request, shown, token, reply, problem=problem, until=until)
    if answered is not None and answered.result is Result.NOT_ALLOWED:
        raise PageError(Code.NOT_ALLOWED)
    parts.signals.notify(Log.CASE)
    return _page(request, await _look(request, token), token, is_done=answered is not None)


async def _look(request: Request, token: str) -> Shown:
    """Look a link up; an address that tries too many of its own making waits.

    A true link always works, whoever else tries from the same address: it cannot be guessed.

    Raises:
        PageError: TOO_MANY.
    """
    parts, now = parts_of(request), parts_of(request).clock.now()
    shown = await parts.read(lambda c: reply_links.look(c, OURS, token, now=now))
    if shown.state is LinkState.UNKNOWN:
        await _slow_down(request, token)
    _speak(request, shown.language)
    return shown


async def _slow_down(request: Request, token: str) -> None:
    parts = parts_of(request)
    address, real_now = request.client.host if request.client else "", parts.wall.now()
    attempt = login_failures.attempt_of(token, f"reply {address}")
    wait = partial(login_failures.wait_until, access=OURS, attempt=attempt, now=real_now)
    if await parts.read(wait) is not None:
        raise PageError(Code.TOO_MANY)
    await parts.write(lambda c: login_failures.append(c, OURS, attempt, now=real_now))


def _page(request: Request, shown: Shown, token: str, *, is_done: bool = False) -> HTMLResponse:
    parts, language = parts_of(request), visitor_of(request).language
    fallback = ZoneInfo(parts.settings.time_zone)
    page = reply_page(
        shown, now=parts.clock.now(), language=language, fallback=fallback, is_done=is_done
    )
    status = 404 if shown.state is LinkState.UNKNOWN else 200
    return render(
        request,
        "replies/reply.html",
        status=status,
        page=page,
        token=token,
        is_done=is_done,
    )


def _confirmation(
    request: Request,
    shown: Shown,
    token: str,
    reply: Reply,
    *,
    problem: str = "",
    until: str = "",
) -> HTMLResponse:
    parts, language, zone = parts_of(request), visitor_of(request).language, _zone(request, shown)
    now = parts.clock.now()
    page = reply_page(shown, now=now, language=language, fallback=zone)
    chosen = next(each for each in page.choices if each.reply is reply)
    return render(
        request,
        "replies/confirm.html",
        status=422 if problem else 200,
        page=page,
        token=token,
        choice=chosen,
        asks_until=reply is Reply.AWAY,
        asks_code=reply is Reply.AWAY and bool(shown.home_code),
        problem=problem,
        until=until,
        earliest=now.astimezone(zone).strftime(LOCAL),
        latest=(now + LONGEST).astimezone(zone).strftime(LOCAL),
    )


def _speak(request: Request, code: str | None) -> None:
    """Speak the language of the message, unless another was chosen on this device."""
    visitor = visitor_of(request)
    if code is not None and visitor.preferences.language is None:
        request.state.visitor = replace(visitor, language=languages.language(code))


def _zone(request: Request, shown: Shown) -> ZoneInfo:
    return ZoneInfo(shown.time_zone or parts_of(request).settings.time_zone)


def _instant(text: str, zone: ZoneInfo) -> datetime | None:
    try:
        local = datetime.strptime(text, LOCAL).replace(tzinfo=zone)
    except ValueError:
        return None
    return local.astimezone(UTC)


def _problem(shown: Shown, code: str, end: datetime | None, *, language: Language) -> str:
    """Return what is wrong with an absence: its home is typed, so that it is the right one."""
    is_right = code.strip().casefold() == (shown.home_code or "").casefold()
    if not is_right:
        return language.gettext("The home code is not the one of this case. Please type it again.")
    return "" if end is not None else _too_long(language)


def _too_long(language: Language) -> str:
    return language.gettext("Please give a day and time within the next 14 days.")
