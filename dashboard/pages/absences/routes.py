"""Absences, pauses and modes over HTTP: what holds, setting it with two identifiers, ending it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import Connection

from alerting import pauses as use_cases
from dashboard.auth.admission import access_of, visitor_of
from dashboard.pages.absences.view import line, mode_choices, row
from dashboard.pages.auditing import book_view
from dashboard.pages.frame import render
from dashboard.pages.homes.list_view import title_of
from dashboard.parts import parts_of
from dashboard.web.errors import Code, PageError
from domain.absence import LONGEST, Mode, is_home_typed, may_set
from domain.errors import InputError
from domain.ids import HomeId, UserId, is_id
from storage.register import absences, homes, pauses
from storage.register.absence_history import history
from storage.register.homes import HomeSummary
from storage.register.standing import standing_now
from storage.signals import Log

router = APIRouter()
LOCAL = "%Y-%m-%dT%H:%M"
"""How a browser sends a local date and time."""
LATER = timedelta(seconds=1)
"""What is done at this very instant belongs to the past as well."""
PAST = timedelta(days=30)
"""How far back the page tells what was done."""
Typed = Annotated[str, Form(max_length=32)]


@router.get("/absences")
async def show_all(request: Request) -> HTMLResponse:
    """Show what holds in all homes within reach: nothing of it is forgotten."""
    parts, access, language = parts_of(request), access_of(request), visitor_of(request).language
    now = parts.clock.now()
    found = await parts.read(partial(standing_now, access=access, now=now))
    await book_view(parts, access, action="absences.list", object_=f"homes:{len(found)}")
    rows = [row(one, role=access.role, now=now, language=language) for one in found]
    return render(request, "absences/list.html", rows=rows)


@router.get("/homes/{home_id}/absences")
async def show_home(request: Request, home_id: str, said: str = "") -> HTMLResponse:
    """Show what holds in a home, and the forms to change it."""
    home = await _home(request, home_id)
    access = access_of(request)
    await book_view(parts_of(request), access, action="absences.view", object_=f"home:{home.id}")
    return await _page(request, home, is_done=said == "done")


@router.post("/homes/{home_id}/absences")
async def add(
    request: Request, home_id: str, starts: Typed, ends: Typed, code: Typed = ""
) -> Response:
    """Enter an absence of the home whose code was typed, under the name that the page showed."""
    home, access = await _home(request, home_id), access_of(request)
    zone, now = ZoneInfo(home.time_zone), parts_of(request).clock.now()
    starts_at, ends_at = _instant(starts, zone), _instant(ends, zone)
    typed = {"starts": starts, "ends": ends}

    def work(connection: Connection) -> object:
        if starts_at is None or ends_at is None:
            return False
        return absences.add(
            connection,
            access,
            home_id=home.id,
            starts_at=starts_at,
            ends_at=ends_at,
            owner=UserId(access.actor),
            now=now,
        )

    return await _set(request, home, code, work, typed=typed)


@router.post("/homes/{home_id}/absences/{absence_id}/extend")
async def extend(
    request: Request, home_id: str, absence_id: str, ends: Typed, code: Typed = ""
) -> Response:
    """Put off the end of an absence."""
    home, access = await _home(request, home_id), access_of(request)
    now, ends_at = parts_of(request).clock.now(), _instant(ends, ZoneInfo(home.time_zone))

    def work(connection: Connection) -> object:
        if ends_at is None:
            return False
        return absences.extend(connection, access, absence_id, ends_at=ends_at, now=now)

    return await _set(request, home, code, work, typed={})


@router.post("/homes/{home_id}/absences/{absence_id}/end")
async def end(request: Request, home_id: str, absence_id: str) -> RedirectResponse:
    """End an absence now: the resident is back."""
    access, now = access_of(request), parts_of(request).clock.now()
    return await _change(request, home_id, lambda c: absences.end(c, access, absence_id, now=now))


@router.post("/homes/{home_id}/absences/{absence_id}/cancel")
async def cancel(request: Request, home_id: str, absence_id: str) -> RedirectResponse:
    """Take an absence back as if it had never been entered: it was somebody else's."""
    access, now = access_of(request), parts_of(request).clock.now()
    return await _change(
        request, home_id, lambda c: absences.cancel(c, access, absence_id, now=now)
    )


@router.post("/homes/{home_id}/modes")
async def begin_mode(
    request: Request,
    home_id: str,
    mode: Annotated[Mode, Form()],
    minutes: Annotated[int, Form(ge=1, le=8 * 60)],
    code: Typed = "",
) -> Response:
    """Begin a mode now."""
    home, access = await _home(request, home_id), access_of(request)
    if not may_set(access.role, mode):
        raise PageError(Code.NOT_ALLOWED)
    now = parts_of(request).clock.now()

    def work(connection: Connection) -> object:
        return pauses.begin(
            connection,
            access,
            home_id=home.id,
            mode=mode,
            lasts=timedelta(minutes=minutes),
            owner=UserId(access.actor),
            now=now,
        )

    return await _set(request, home, code, work, typed={})


@router.post("/homes/{home_id}/modes/{pause_id}/end")
async def end_mode(request: Request, home_id: str, pause_id: str) -> RedirectResponse:
    """End a mode now; what was held back is told."""
    access, now = access_of(request), parts_of(request).clock.now()
    return await _change(request, home_id, lambda c: use_cases.end(c, access, pause_id, now=now))


@router.post("/homes/{home_id}/modes/{pause_id}/leave")
async def leave(request: Request, home_id: str, pause_id: str) -> RedirectResponse:
    """Say that the visitor leaves now."""
    access, now = access_of(request), parts_of(request).clock.now()
    return await _change(request, home_id, lambda c: pauses.leave(c, access, pause_id, now=now))


async def _home(request: Request, home_id: str) -> HomeSummary:
    """Return the home; NOT_FOUND where it is not within reach."""
    parts, access = parts_of(request), access_of(request)
    if not is_id(home_id):
        raise PageError(Code.NOT_FOUND)
    now = parts.clock.now()
    found = await parts.read(
        lambda c: homes.summary(c, access, parts.vault, HomeId(home_id), now=now)
    )
    if found is None:
        raise PageError(Code.NOT_FOUND)
    return found


async def _set(
    request: Request,
    home: HomeSummary,
    code: str,
    work: Callable[[Connection], object],
    *,
    typed: dict[str, str],
) -> Response:
    """Do what sets or lengthens something, if the home's own code was typed for it."""
    gettext = visitor_of(request).language.gettext
    if not is_home_typed(code, home.code):
        problem = gettext("The home code is not that of this home. Nothing was changed.")
        return await _page(request, home, problem=problem, typed=typed)
    try:
        done = await parts_of(request).write(work)
    except InputError:
        done = False
    if not done:
        problem = gettext("The times are not allowed. Nothing was changed.")
        return await _page(request, home, problem=problem, typed=typed)
    return _done(request, home.id)


async def _change(
    request: Request, home_id: str, work: Callable[[Connection], bool]
) -> RedirectResponse:
    home = await _home(request, home_id)
    if not await parts_of(request).write(work):  # it had ended by itself, or never was
        return RedirectResponse(f"/homes/{home.id}/absences", 303)
    return _done(request, home.id)


def _done(request: Request, home: HomeId) -> RedirectResponse:
    signals = parts_of(request).signals
    signals.notify(Log.CASE)
    signals.notify(Log.HOME_STATE)
    return RedirectResponse(f"/homes/{home}/absences?said=done", 303)


async def _page(
    request: Request,
    home: HomeSummary,
    *,
    problem: str = "",
    is_done: bool = False,
    typed: dict[str, str] | None = None,
) -> HTMLResponse:
    parts, access, language = parts_of(request), access_of(request), visitor_of(request).language
    now, zone = parts.clock.now(), ZoneInfo(home.time_zone)
    found = await parts.read(partial(standing_now, access=access, now=now, of_home=home.id))
    done = partial(history, access=access, home_id=home.id, since=now - PAST, until=now + LATER)
    lines = await parts.read(partial(done, now=now))
    given = typed or {}
    name = home.person.name if home.person else None
    return render(
        request,
        "absences/home.html",
        status=422 if problem else 200,
        home_id=home.id,
        title=title_of(home),
        code=home.code if name else "",
        rows=[row(one, role=access.role, now=now, language=language) for one in found],
        lines=[line(one, zone=zone, now=now, language=language) for one in reversed(lines)],
        may_enter=may_set(access.role, None),
        modes=mode_choices(access.role, language),
        problem=problem,
        is_done=is_done,
        starts=given.get("starts") or now.astimezone(zone).strftime(LOCAL),
        ends=given.get("ends", ""),
        latest=(now + LONGEST).astimezone(zone).strftime(LOCAL),
    )


def _instant(text: str, zone: ZoneInfo) -> datetime | None:
    try:
        return datetime.strptime(text, LOCAL).replace(tzinfo=zone).astimezone(UTC)
    except ValueError:
        return None
