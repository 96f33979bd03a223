"""The built scripts and styles, and the sign of life of this server."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from dashboard.pages.freshness import stale_after
from dashboard.parts import parts_of
from dashboard.web.errors import Code, PageError
from dashboard.web.headers import IMMUTABLE
from domain.access import service
from storage.register import services

router = APIRouter()
ACCESS = service("dashboard")


@router.get("/static/{name}")
async def serve(request: Request, name: str) -> Response:
    """Serve a built file by its exact name."""
    asset = parts_of(request).templates.assets.files.get(name)
    if asset is None:
        raise PageError(Code.NOT_FOUND)
    headers = {"cache-control": IMMUTABLE} if asset.is_immutable else {}
    return Response(asset.content, media_type=asset.media_type, headers=headers)


@router.get("/healthz")
async def health(request: Request) -> PlainTextResponse:
    """Answer 200 while all watched services move on, else 503; says nothing else."""
    parts = parts_of(request)
    states = await parts.read(lambda connection: services.states(connection, ACCESS))
    still = services.standing_still(
        states,
        parts.settings.watched_services,
        limit=stale_after(parts.clock),
        now=parts.clock.now(),
    )
    if still:
        return PlainTextResponse("standing still", status_code=503)
    return PlainTextResponse("ok")
