"""The built scripts and styles, and the sign of life of this server."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from dashboard.parts import parts_of
from dashboard.web.errors import Code, PageError
from dashboard.web.headers import IMMUTABLE

router = APIRouter()


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
    """Answer when the server works and its register can be read; says nothing else."""
    await parts_of(request).read(lambda connection: connection.exec_driver_sql("SELECT 1").scalar())
    return PlainTextResponse("ok")
