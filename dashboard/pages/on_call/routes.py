"""Who is on call, over HTTP: a page that stays true."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup
from sqlalchemy import Connection

from alerting.on_call import ScheduleNow, on_call_now
from dashboard.auth.admission import access_of, visitor_of
from dashboard.live.regions import Region, digest
from dashboard.live.stream import LiveResponse, live
from dashboard.pages.auditing import book_view
from dashboard.pages.frame import freshness_region, render
from dashboard.pages.on_call.view import schedule_views
from dashboard.parts import Parts, parts_of
from dashboard.web.languages import Language
from domain.access import Access
from domain.ids import UserId
from storage.register import on_call, services
from storage.register.on_call import StaffName
from storage.register.services import ServiceState
from storage.signals import Log

router = APIRouter()
_Found = tuple[Sequence[ScheduleNow], Mapping[UserId, StaffName], list[ServiceState]]


@router.get("/on-call")
async def show(request: Request) -> HTMLResponse:
    """Show who is on call now and who is next."""
    parts, access = parts_of(request), access_of(request)
    regions = await _load(parts, access, visitor_of(request).language)
    await book_view(parts, access, action="on_call.view", object_="on_call:all")
    return render(
        request,
        "on_call/on_call.html",
        regions={region.id: Markup(region.html) for region in regions},  # noqa: S704 (rendered by us)
        live="/live/on-call",
        state=digest(regions),
    )


@router.get("/live/on-call")
async def stream(request: Request) -> LiveResponse:
    """Keep the page true."""
    parts, access, language = parts_of(request), access_of(request), visitor_of(request).language
    return live(request, lambda: _load(parts, access, language), Log.CASE)


async def _load(parts: Parts, access: Access, language: Language) -> tuple[Region, ...]:
    now = parts.clock.now()

    def read(connection: Connection) -> _Found:
        found = on_call_now(connection, access, now)
        people = [one.person for each in found for one in each.schedule.overrides]
        names = on_call.staff_names(connection, access, people)
        return found, names, services.states(connection, access)

    found, names, states = await parts.read(read)
    views = schedule_views(found, names, UserId(access.actor), now=now, language=language)
    html = parts.templates.render("on_call/_schedules.html", language.code, schedules=views)
    fresh = freshness_region(parts, states, language.code, now=now)
    return fresh, Region(id="schedules", html=html)
