"""The list of homes and the page of one home, over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from markupsafe import Markup

from dashboard.auth.admission import access_of, visitor_of
from dashboard.live.regions import Region, digest
from dashboard.live.stream import LiveResponse, live
from dashboard.pages.auditing import book_view
from dashboard.pages.frame import render
from dashboard.pages.homes.loading import HomeLoader, load_list
from dashboard.parts import parts_of
from dashboard.web.errors import Code, PageError
from domain.access import Role
from domain.ids import HomeId, is_id
from domain.verdict import Verdict
from storage.signals import Log

router = APIRouter()
LONGEST_QUERY = 64
Search = Annotated[str, Query(max_length=LONGEST_QUERY)]
_LOGS = (Log.HOME_STATE, Log.CASE, Log.FINDING)


@router.get("/")
async def list_homes(request: Request, q: Search = "", show: str = "") -> Response:
    """Show all homes within reach, those that need somebody first; the family has its own page."""
    parts, access = parts_of(request), access_of(request)
    if access.role is Role.FAMILY:
        return RedirectResponse("/family", 303)
    page = await load_list(
        parts, access, visitor_of(request).language, query=q, shown=_verdict(show)
    )
    await book_view(parts, access, action="homes.list", object_=f"homes:{page.board.total}")
    html = {region.id: Markup(region.html) for region in page.regions}  # noqa: S704 (rendered by us)
    return render(
        request,
        "homes/list.html",
        board=page.board,
        regions=html,
        live=f"/live/homes?{request.scope['query_string'].decode('latin-1')}",
        state=digest(page.regions),
    )


@router.get("/live/homes")
async def stream_homes(request: Request, q: Search = "", show: str = "") -> LiveResponse:
    """Keep the list true."""
    parts, access, language = parts_of(request), access_of(request), visitor_of(request).language

    async def load() -> tuple[Region, ...]:
        page = await load_list(parts, access, language, query=q, shown=_verdict(show))
        return page.regions

    return live(request, load, *_LOGS)


@router.get("/homes/{home_id}")
async def show_home(request: Request, home_id: str) -> HTMLResponse:
    """Show one home; that it was looked at is written down."""
    parts, access = parts_of(request), access_of(request)
    page = await _loader(request, home_id).load()
    await book_view(
        parts, access, action="home.view", object_=f"home:{home_id}", was_found=page is not None
    )
    if page is None:
        raise PageError(Code.NOT_FOUND)
    return render(
        request,
        "homes/home.html",
        title=page.title,
        regions=page.html(),
        live=f"/live/homes/{home_id}",
        state=digest(page.regions),
    )


@router.get("/live/homes/{home_id}")
async def stream_home(request: Request, home_id: str) -> LiveResponse:
    """Keep the page of one home true."""
    loader = _loader(request, home_id)
    if await loader.load() is None:
        raise PageError(Code.NOT_FOUND)
    return live(request, loader.regions, *_LOGS)


def _loader(request: Request, home_id: str) -> HomeLoader:
    if not is_id(home_id):
        raise PageError(Code.NOT_FOUND)
    language = visitor_of(request).language
    return HomeLoader(parts_of(request), access_of(request), language, HomeId(home_id))


def _verdict(text: str) -> Verdict | None:
    if not text:
        return None
    if text not in set(Verdict):
        raise PageError(Code.INVALID)
    return Verdict(text)
