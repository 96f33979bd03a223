"""One's own contact methods over HTTP: listed, added, proved by a code, changed, off, removed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta
from functools import partial
from typing import Annotated
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy import Connection

from alerting import own_contacts
from alerting.codes import ADDRESS_CHARACTERS, bring_code, code_message
from alerting.own_contacts import Done
from dashboard.auth.admission import access_of, session_of, visitor_of
from dashboard.pages.contacts.view import (
    CODE_SENT,
    IS_GOOD,
    NOT_SENT,
    OFF_ASKED,
    TOO_OFTEN,
    contacts_page,
    said,
)
from dashboard.pages.frame import render
from dashboard.parts import parts_of
from dashboard.web.errors import Code, PageError
from domain.channel import Channel
from domain.ids import ContactId, is_id
from storage.register.contact_methods import Quiet

router = APIRouter()
Minutes = Annotated[int, Form(ge=0, le=720)]


@router.get("/contacts")
async def show(request: Request, told: str = "", ask: str = "") -> HTMLResponse:
    """Show how the one who asks is told."""
    parts, access, language = parts_of(request), access_of(request), visitor_of(request).language
    now = parts.clock.now()
    found = await parts.read(partial(own_contacts.own, access=access, now=now))
    page = contacts_page(
        found,
        role=access.role,
        open_channels=parts.notifiers.keys(),
        asked=ContactId(ask) if is_id(ask) else None,
        is_off_asked=told == OFF_ASKED,
        zone=ZoneInfo(parts.settings.time_zone),
        now=now,
        language=language,
    )
    answer = said(told, language)
    return render(
        request, "contacts/contacts.html", page=page, answer=answer, is_good=told in IS_GOOD
    )


@router.post("/contacts")
async def add(
    request: Request,
    channel: Annotated[str, Form(max_length=16)] = "",
    address: Annotated[str, Form(max_length=ADDRESS_CHARACTERS)] = "",
    after: Minutes = 0,
) -> RedirectResponse:
    """Add a method and send the code that proves it."""
    parts = parts_of(request)
    if channel not in set(Channel) or Channel(channel) not in parts.notifiers:
        return _back(Done.NOT_OPEN)
    now, access = parts.clock.now(), access_of(request)
    done, new = await parts.write(
        lambda c: own_contacts.add(
            c,
            access,
            channel=Channel(channel),
            address=address.strip(),
            after=timedelta(minutes=after),
            now=now,
        )
    )
    return _back(done) if new is None else _back(await _send(request, new))


@router.post("/contacts/quiet")
async def quiet(
    request: Request,
    starts: Annotated[str, Form(max_length=32)] = "",
    ends: Annotated[str, Form(max_length=32)] = "",
) -> RedirectResponse:
    """Set one's quiet hours; without both times there are none."""
    wanted = None
    if starts or ends:
        try:
            wanted = Quiet(starts_min=_minute(starts), ends_min=_minute(ends))
        except ValueError:
            return _back(Done.BAD_TIME)
    return await _do(request, lambda c, **own: own_contacts.set_quiet(c, quiet=wanted, **own))


@router.post("/contacts/{contact_id}/code")
async def send(request: Request, contact_id: str) -> RedirectResponse:
    """Send a new code; earlier ones are void."""
    return _back(await _send(request, _id(contact_id)))


@router.post("/contacts/{contact_id}/prove")
async def prove(
    request: Request, contact_id: str, code: Annotated[str, Form(max_length=16)] = ""
) -> RedirectResponse:
    """Take the code that came."""
    method = _id(contact_id)
    return await _do(
        request, lambda c, **own: own_contacts.prove(c, method=method, code=code, **own)
    )


@router.post("/contacts/{contact_id}/after")
async def change(request: Request, contact_id: str, after: Minutes = 0) -> RedirectResponse:
    """Change how long without an answer until a method is used."""
    method, wait = _id(contact_id), timedelta(minutes=after)
    return await _do(
        request, lambda c, **own: own_contacts.set_after(c, method=method, after=wait, **own)
    )


@router.post("/contacts/{contact_id}/disable")
async def disable(
    request: Request, contact_id: str, sure: Annotated[str, Form(max_length=8)] = ""
) -> RedirectResponse:
    """Switch a method off; of the last one the page asks first, or refuses who is on call."""
    method, is_sure = _id(contact_id), sure == "yes"
    return await _do(
        request,
        lambda c, **own: own_contacts.disable(c, method=method, is_sure=is_sure, **own),
        ask=method,
        asked=OFF_ASKED,
    )


@router.post("/contacts/{contact_id}/enable")
async def enable(request: Request, contact_id: str) -> RedirectResponse:
    """Switch a method on again."""
    method = _id(contact_id)
    return await _do(request, lambda c, **own: own_contacts.enable(c, method=method, **own))


@router.post("/contacts/{contact_id}/remove")
async def remove(
    request: Request, contact_id: str, sure: Annotated[str, Form(max_length=8)] = ""
) -> RedirectResponse:
    """Remove a method; of the last one the page asks first."""
    method, is_sure = _id(contact_id), sure == "yes"
    return await _do(
        request,
        lambda c, **own: own_contacts.remove(c, method=method, is_sure=is_sure, **own),
        ask=method,
    )


async def _send(request: Request, method: ContactId) -> str:
    """Send a new code over a method of the one who asks, unless too many were sent."""
    parts, access = parts_of(request), access_of(request)
    own = await parts.read(lambda c: own_contacts.mine(c, access, method))
    if own is None:
        raise PageError(Code.NOT_FOUND)
    notifier = parts.notifiers.get(own.channel)
    if notifier is None:
        return Done.NOT_OPEN
    if not parts.code_limit.takes(access.actor, now=parts.wall.now()):
        return TOO_OFTEN
    now = parts.clock.now()
    found = await parts.write(
        partial(own_contacts.begin_code, access=access, method=method, now=now)
    )
    if found is None:
        raise PageError(Code.NOT_FOUND)
    language = session_of(request).user.language
    failed = await bring_code(
        notifier, code_message(found.method, found.code, language=language, now=now)
    )
    return CODE_SENT if failed is None else NOT_SENT


async def _do(
    request: Request,
    work: Callable[..., Done],
    *,
    ask: ContactId | None = None,
    asked: str = Done.LAST_ONE,
) -> RedirectResponse:
    """Do something to what belongs to the one who asks, and go back to the page.

    `ask` is the method about which the page asks first where it is the last one, `asked` how.
    """
    parts, access = parts_of(request), access_of(request)
    now = parts.clock.now()

    def write(connection: Connection) -> Done:
        return work(connection, access=access, now=now)

    done = await parts.write(write)
    if done is Done.NOT_FOUND:
        raise PageError(Code.NOT_FOUND)
    return _back(asked, ask=ask) if done is Done.LAST_ONE else _back(done)


def _back(told: str, *, ask: ContactId | None = None) -> RedirectResponse:
    asked = {} if ask is None else {"ask": ask}
    return RedirectResponse(f"/contacts?{urlencode({'told': told} | asked)}", 303)


def _id(text: str) -> ContactId:
    if not is_id(text):
        raise PageError(Code.NOT_FOUND)
    return ContactId(text)


def _minute(clock: str) -> int:
    at = time.fromisoformat(clock)
    return at.hour * 60 + at.minute
