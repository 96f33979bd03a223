"""The timeline of one home over HTTP: page, live page, JSON, and reports that are typed in."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from markupsafe import Markup

from alerting.replies import NOTE_CHARACTERS
from dashboard.auth.admission import access_of, visitor_of
from dashboard.live.regions import Region, digest
from dashboard.live.stream import LiveResponse, live
from dashboard.pages.auditing import book_view
from dashboard.pages.frame import render
from dashboard.pages.timeline.loading import Asked, TimelinePage, load
from dashboard.pages.timeline.machine import as_json
from dashboard.parts import parts_of
from dashboard.web import deeds, words
from dashboard.web.errors import Code, PageError
from domain.access import Role
from domain.evidence import Evidence
from domain.ids import HomeId, is_id
from domain.report import ReportSource, Sighting
from storage.register import reports
from storage.signals import Log

router = APIRouter()
MOST_DAYS = 31
"""How many days one answer of the API holds at most."""
EARLIEST = date(2000, 1, 1)
MINUTE_FORM = "%Y-%m-%dT%H:%M"
_LOGS = (Log.CASE, Log.NOTIFICATION, Log.HOME_STATE)
Kind = Annotated[str, Query(max_length=16)]
Day = Annotated[date | None, Query()]


@router.get("/homes/{home_id}/timeline")
async def show(request: Request, home_id: str, kind: Kind = "", until: Day = None) -> HTMLResponse:
    """Show some days of a home; that it was looked at is written down."""
    asked = _asked(home_id, kind, until)
    page = await _load(request, asked)
    language, role = visitor_of(request).language, access_of(request).role
    query = str(request.url.query)
    return render(
        request,
        "timeline/timeline.html",
        page=page,
        home_id=home_id,
        kind=kind,
        kinds=[(value, words.evidence(value, language)) for value in Evidence],
        earlier=page.of.first - timedelta(days=1),
        later=None if page.of.last >= page.today else page.of.last + timedelta(days=7),
        may_report=role is Role.CASEWORKER,
        is_staff=role is not Role.FAMILY,
        sources=[(value, deeds.report_source(value, language)) for value in ReportSource],
        sightings=[(value, deeds.sighting(value, language)) for value in Sighting],
        this_minute=parts_of(request).clock.now().astimezone(page.zone).strftime(MINUTE_FORM),
        regions={region.id: Markup(region.html) for region in page.regions},  # noqa: S704 (rendered by us)
        live=f"/live/homes/{home_id}/timeline?{query}",
        state=digest(page.regions),
    )


@router.get("/live/homes/{home_id}/timeline")
async def stream(
    request: Request, home_id: str, kind: Kind = "", until: Day = None
) -> LiveResponse:
    """Keep the page true."""
    asked = _asked(home_id, kind, until)
    parts, access, language = parts_of(request), access_of(request), visitor_of(request).language

    async def regions() -> tuple[Region, ...] | None:
        page = await load(parts, access, language, asked)
        return None if page is None else page.regions

    if await regions() is None:
        raise PageError(Code.NOT_FOUND)
    return live(request, regions, *_LOGS)


@router.get("/api/v1/homes/{home_id}/timeline")
async def answer(
    request: Request,
    home_id: str,
    kind: Kind = "",
    until: Day = None,
    days: Annotated[int, Query(ge=1, le=MOST_DAYS)] = 7,
) -> JSONResponse:
    """Answer with the same as JSON; see docs/reference/timeline.md."""
    asked = _asked(home_id, kind, until, days=days)
    page = await _load(request, asked)
    now, language = parts_of(request).clock.now(), visitor_of(request).language
    found = as_json(page, home_id, asked.kind, now=now, language=language)
    return JSONResponse(found, headers={"cache-control": "no-store"})


@router.post("/homes/{home_id}/reports")
async def report(
    request: Request,
    home_id: str,
    *,
    source: Annotated[ReportSource, Form()],
    sighting: Annotated[Sighting, Form()],
    seen: Annotated[str, Form(max_length=32)],
    note: Annotated[str, Form(max_length=NOTE_CHARACTERS)] = "",
) -> RedirectResponse:
    """Write down what somebody outside saw; the time is that of the home's clock."""
    parts, access = parts_of(request), access_of(request)
    page = await load(
        parts, access, visitor_of(request).language, _asked(home_id, Evidence.REPORT, None)
    )
    if page is None:
        raise PageError(Code.NOT_FOUND)
    now, seen_at = parts.clock.now(), _instant(seen, page)
    if seen_at > now:
        raise PageError(Code.INVALID)
    is_added = await parts.write(
        lambda c: reports.add(
            c,
            access,
            parts.vault,
            HomeId(home_id),
            source=source,
            sighting=sighting,
            seen_at=seen_at,
            note=note.strip() or None,
            now=now,
        )
    )
    if not is_added:
        raise PageError(Code.NOT_FOUND)
    parts.signals.notify(Log.CASE)
    day = seen_at.astimezone(page.zone).date()
    return RedirectResponse(f"/homes/{home_id}/timeline?until={day.isoformat()}", 303)


async def _load(request: Request, asked: Asked) -> TimelinePage:
    parts, access = parts_of(request), access_of(request)
    page = await load(parts, access, visitor_of(request).language, asked)
    await book_view(
        parts,
        access,
        action="timeline.view",
        object_=f"home:{asked.home}",
        was_found=page is not None,
    )
    if page is None:
        raise PageError(Code.NOT_FOUND)
    return page


def _asked(home_id: str, kind: str, until: date | None, *, days: int = 7) -> Asked:
    if not is_id(home_id):
        raise PageError(Code.NOT_FOUND)
    if (kind and kind not in set(Evidence)) or (until is not None and until < EARLIEST):
        raise PageError(Code.INVALID)
    wanted = Evidence(kind) if kind else None
    return Asked(home=HomeId(home_id), last=until, kind=wanted, days=days)


def _instant(text: str, page: TimelinePage) -> datetime:
    """Read a time of the home's clock; the first of two of the same name."""
    try:
        local = datetime.strptime(text, MINUTE_FORM)  # noqa: DTZ007 (the zone follows)
    except ValueError:
        raise PageError(Code.INVALID) from None
    if local.date() < EARLIEST:
        raise PageError(Code.INVALID)
    return local.replace(tzinfo=page.zone).astimezone(UTC)
