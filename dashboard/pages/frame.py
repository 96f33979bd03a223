"""What all pages share: who looks, how it should look, and whether it is up to date."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse

from dashboard.auth.admission import OURS, visitor_of
from dashboard.live.regions import Region
from dashboard.pages.freshness import freshness, stale_after
from dashboard.parts import Parts, parts_of
from dashboard.web import words
from dashboard.web.errors import Code, status_of, told
from dashboard.web.languages import language
from domain.access import Role
from storage.register import services
from storage.register.services import ServiceState

OPERATORS = (Role.ADMINISTRATOR, Role.TECHNICIAN)
"""Who is told on every page what the operator should set up."""


def render(request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """Render a whole page."""
    parts, visitor = parts_of(request), visitor_of(request)
    user = visitor.session.user if visitor.session else None
    html = parts.templates.render(
        template,
        visitor.language.code,
        preferences=visitor.preferences,
        user=user,
        role_word=words.role(user.role, visitor.language) if user else "",
        path=request.scope["path"],
        time_note=parts.settings.time_note,
        lacks_switch=not parts.settings.has_switch and user is not None and user.role in OPERATORS,
        **values,
    )
    return HTMLResponse(html, status_code=status)


def error_page(request: Request, code: Code) -> HTMLResponse:
    """Render what went wrong: code, what and what to do; never how."""
    what, do = told(code, visitor_of(request).language)
    return render(request, "error.html", status=status_of(code), code=code, what=what, do=do)


async def states(parts: Parts) -> list[ServiceState]:
    """Return what the services say of themselves."""
    return await parts.read(partial(services.states, access=OURS))


def freshness_region(
    parts: Parts, found: Sequence[ServiceState], language_code: str, *, now: datetime
) -> Region:
    """Return the line that says as of when the page is, or that it is not up to date."""
    view = freshness(
        found,
        parts.settings.watched_services,
        limit=stale_after(parts.clock),
        now=now,
        zone=ZoneInfo(parts.settings.time_zone),
        language=language(language_code),
    )
    html = parts.templates.render("_freshness.html", language_code, freshness=view)
    return Region(id="freshness", html=html)
