"""Cases over HTTP: the list, one case, taking it on and closing it."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from markupsafe import Markup

from alerting import replies
from alerting.attempts import LONGEST_AGO, Written, record
from alerting.replies import Answer, Result
from dashboard.auth.admission import access_of, visitor_of
from dashboard.live.regions import Region, digest
from dashboard.live.stream import LiveResponse, live
from dashboard.pages.auditing import book_view
from dashboard.pages.cases.loading import LoadedCase, load_case, load_list
from dashboard.pages.cases.telling import told, told_of_attempt
from dashboard.pages.frame import render
from dashboard.parts import parts_of
from dashboard.web.errors import Code, PageError
from domain.attempt import AttemptKind, AttemptResult, fits
from domain.case import Outcome, ResolvedCause
from domain.ids import CaseId, is_id
from storage.signals import Log

router = APIRouter()
ATTEMPT = "attempt_"
"""Before what came of writing an attempt down, in the address of the page that tells it."""
MINUTE = timedelta(minutes=1)
_LOGS = (Log.CASE, Log.NOTIFICATION)


@router.get("/cases")
async def list_cases(request: Request) -> HTMLResponse:
    """Show open cases and those closed lately."""
    parts, access = parts_of(request), access_of(request)
    regions = await load_list(parts, access, visitor_of(request).language)
    await book_view(parts, access, action="cases.list", object_="cases:all")
    return render(
        request,
        "cases/list.html",
        regions=_html(regions),
        live="/live/cases",
        state=digest(regions),
    )


@router.get("/live/cases")
async def stream_cases(request: Request) -> LiveResponse:
    """Keep the list true."""
    parts, access, language = parts_of(request), access_of(request), visitor_of(request).language
    return live(request, lambda: load_list(parts, access, language), *_LOGS)


@router.get("/cases/{case_id}")
async def show_case(request: Request, case_id: str, said: str = "") -> HTMLResponse:
    """Show one case; that it was looked at is written down."""
    found = await _load(request, case_id)
    await book_view(
        parts_of(request),
        access_of(request),
        action="case.view",
        object_=f"case:{case_id}",
        was_found=found is not None,
    )
    if found is None:
        raise PageError(Code.NOT_FOUND)
    language = visitor_of(request).language
    answer = told(Result(said), found.page, language) if said in set(Result) else None
    if said.startswith(ATTEMPT):
        answer = told_of_attempt(said.removeprefix(ATTEMPT), found.last, language)
    return render(
        request,
        "cases/case.html",
        case=found.page,
        answer=answer,
        is_refused=said in (Result.HAPPENED_AGAIN, ATTEMPT + Written.CLOSED),
        regions=_html(found.regions),
        live=f"/live/cases/{case_id}",
        state=digest(found.regions),
    )


@router.get("/live/cases/{case_id}")
async def stream_case(request: Request, case_id: str) -> LiveResponse:
    """Keep the page of one case true."""
    if await _load(request, case_id) is None:
        raise PageError(Code.NOT_FOUND)

    async def load() -> tuple[Region, ...] | None:
        found = await _load(request, case_id)
        return None if found is None else found.regions

    return live(request, load, *_LOGS)


@router.post("/cases/{case_id}/acknowledge")
async def acknowledge(
    request: Request, case_id: str, episode: Annotated[int, Form(ge=1)]
) -> RedirectResponse:
    """Take a case on; a second click changes nothing, a second person learns who has it.

    `episode` is what the page had told of: a page from before it happened again answers nothing.
    """
    parts, access, case = parts_of(request), access_of(request), _case_id(case_id)
    now = parts.clock.now()
    answer = await parts.write(lambda c: replies.acknowledge(c, access, case, now, episode=episode))
    return _after(request, case, answer)


@router.post("/cases/{case_id}/resolve")
async def resolve(
    request: Request,
    case_id: str,
    *,
    outcome: Annotated[Outcome, Form()],
    cause: Annotated[ResolvedCause, Form()],
    episode: Annotated[int, Form(ge=1)],
    note: Annotated[str, Form(max_length=replies.NOTE_CHARACTERS)] = "",
) -> RedirectResponse:
    """Close a case with what was verified and what it turned out to be."""
    parts, access, case = parts_of(request), access_of(request), _case_id(case_id)
    now = parts.clock.now()
    answer = await parts.write(
        lambda c: replies.resolve(
            c,
            access,
            case,
            outcome=outcome,
            cause=cause,
            note=note.strip() or None,
            now=now,
            episode=episode,
        )
    )
    return _after(request, case, answer)


@router.post("/cases/{case_id}/attempts")
async def write_down(
    request: Request,
    case_id: str,
    *,
    kind: Annotated[AttemptKind, Form()],
    result: Annotated[AttemptResult, Form()],
    minutes_ago: Annotated[int, Form(ge=0, le=LONGEST_AGO // MINUTE)] = 0,
    note: Annotated[str, Form(max_length=replies.NOTE_CHARACTERS)] = "",
) -> RedirectResponse:
    """Write down what was tried and what came of it."""
    parts, access, case = parts_of(request), access_of(request), _case_id(case_id)
    if not fits(kind, result):
        raise PageError(Code.INVALID)
    now = parts.clock.now()
    written = await parts.write(
        lambda c: record(
            c,
            access,
            parts.vault,
            case,
            kind=kind,
            result=result,
            note=note.strip() or None,
            ago=minutes_ago * MINUTE,
            now=now,
        )
    )
    if written is Written.NOT_FOUND:
        raise PageError(Code.NOT_FOUND)
    if written is Written.NOT_ALLOWED:
        raise PageError(Code.NOT_ALLOWED)
    parts.signals.notify(Log.CASE)
    return RedirectResponse(f"/cases/{case}?{urlencode({'said': ATTEMPT + written})}", 303)


async def _load(request: Request, case_id: str) -> LoadedCase | None:
    language = visitor_of(request).language
    return await load_case(parts_of(request), access_of(request), language, _case_id(case_id))


def _after(request: Request, case: CaseId, answer: Answer) -> RedirectResponse:
    if answer.result is Result.NOT_FOUND:
        raise PageError(Code.NOT_FOUND)
    if answer.result is Result.NOT_ALLOWED:
        raise PageError(Code.NOT_ALLOWED)
    parts_of(request).signals.notify(Log.CASE)
    return RedirectResponse(f"/cases/{case}?{urlencode({'said': answer.result})}", 303)


def _case_id(text: str) -> CaseId:
    if not is_id(text):
        raise PageError(Code.NOT_FOUND)
    return CaseId(text)


def _html(regions: tuple[Region, ...]) -> dict[str, Markup]:
    return {region.id: Markup(region.html) for region in regions}  # noqa: S704 (rendered by us)
