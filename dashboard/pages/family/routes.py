"""The page of a member of the family, over HTTP."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from dashboard.auth.admission import access_of, visitor_of
from dashboard.live.regions import Region, digest
from dashboard.live.stream import LiveResponse, live
from dashboard.pages.auditing import book_view
from dashboard.pages.family.loading import load
from dashboard.pages.frame import render
from dashboard.parts import parts_of
from storage.signals import Log

router = APIRouter()
_LOGS = (Log.HOME_STATE, Log.CASE, Log.NOTIFICATION)


@router.get("/family")
async def show(request: Request) -> HTMLResponse:
    """Show the homes of those who agreed; that each was looked at is written down."""
    parts, access = parts_of(request), access_of(request)
    page = await load(parts, access, visitor_of(request).language)
    for one in page.cards:
        await book_view(parts, access, action="family.view", object_=f"home:{one.id}")
    return render(
        request,
        "family/family.html",
        regions={region.id: Markup(region.html) for region in page.regions},  # noqa: S704 (rendered by us)
        live="/live/family",
        state=digest(page.regions),
    )


@router.get("/live/family")
async def stream(request: Request) -> LiveResponse:
    """Keep the page true; a consent that ends takes the home off it."""
    parts, access, language = parts_of(request), access_of(request), visitor_of(request).language

    async def regions() -> tuple[Region, ...]:
        return (await load(parts, access, language)).regions

    return live(request, regions, *_LOGS)
