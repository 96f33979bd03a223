"""The application: routes, the one door before them, and what every answer passes through."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from alerting.ports import Notifier
from dashboard.auth.admission import SignInFirst, admit
from dashboard.auth.passwords import Passwords
from dashboard.config import Settings
from dashboard.live.streams import Streams
from dashboard.pages import static
from dashboard.pages.absences import routes as absences
from dashboard.pages.account import routes as account
from dashboard.pages.cases import routes as cases
from dashboard.pages.contacts import routes as contacts
from dashboard.pages.digest import routes as digest
from dashboard.pages.family import routes as family
from dashboard.pages.frame import error_page
from dashboard.pages.homes import routes as homes
from dashboard.pages.on_call import routes as on_call
from dashboard.pages.replies import routes as replies
from dashboard.pages.timeline import routes as timeline
from dashboard.parts import Parts
from dashboard.web.assets import Assets
from dashboard.web.code_limit import CodeLimit
from dashboard.web.errors import Code, PageError, code_of, status_of
from dashboard.web.guard import LARGEST_BODY, refuse
from dashboard.web.headers import Headers
from dashboard.web.templates import Templates
from domain.channel import Channel
from domain.clock import Clock, RealClock
from storage.readings.port import Readings
from storage.register.database import Register
from storage.register.vault import Vault
from storage.signals import Signals

_LOG = logging.getLogger(__name__)


def create_app(  # noqa: PLR0917 (the parts, in the order in which services take them)
    register: Register,
    readings: Readings,
    signals: Signals,
    clock: Clock,
    settings: Settings,
    vault: Vault,
    *,
    notifiers: Mapping[Channel, Notifier] | None = None,
    passwords: Passwords | None = None,
    wall: Clock | None = None,
) -> FastAPI:
    """Make the application; it opens and closes nothing of what it is given.

    Args:
        register: The open register.
        readings: The open store of readings.
        signals: Who is told when something has changed; pages listen and tell.
        clock: The system's time; a demonstration's may run faster than life.
        settings: How it is reached.
        vault: The keys to names and addresses.
        notifiers: The ways to tell people that are set up; none.
        passwords: How passwords are checked; Argon2id.
        wall: Real time, for sessions; tests push their own.
    """
    # No documentation pages: there is no API, and they would list every route to strangers.
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, dependencies=[Depends(admit)])
    app.state.parts = Parts(
        register=register,
        readings=readings,
        signals=signals,
        clock=clock,
        wall=wall or RealClock(),
        settings=settings,
        vault=vault,
        passwords=passwords or Passwords(),
        templates=Templates(Assets.read()),
        streams=Streams(signals),
        notifiers=notifiers or {},
        code_limit=CodeLimit(),
    )
    for topic in (
        static,
        account,
        contacts,
        homes,
        family,
        cases,
        timeline,
        digest,
        replies,
        absences,
        on_call,
    ):
        app.include_router(topic.router)
    _handle_errors(app)
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=LARGEST_BODY)
    app.add_middleware(_Guard, settings=settings, owner=app)
    app.add_middleware(Headers, is_https=settings.is_https)
    return app


class _Guard:
    """Answers requests that are not even looked at."""

    def __init__(self, app: ASGIApp, *, settings: Settings, owner: FastAPI) -> None:
        self._app, self._settings, self._owner = app, settings, owner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        code = refuse(
            method=request.method,
            path=scope["path"],
            headers=request.headers,
            settings=self._settings,
        )
        if code is None:
            await self._app(scope, receive, send)
            return
        scope["app"] = self._owner
        await _answer(request, code)(scope, receive, send)


def _handle_errors(app: FastAPI) -> None:
    """Answer every error with a page that names a code and what to do, and nothing else."""

    @app.exception_handler(SignInFirst)
    async def _sign_in_first(request: Request, error: SignInFirst) -> Response:
        del request
        return RedirectResponse(error.location, 303)

    @app.exception_handler(PageError)
    async def _page_error(request: Request, error: PageError) -> Response:
        return _answer(request, error.code)

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> Response:
        del error
        return _answer(request, Code.INVALID)

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        response = _answer(request, code_of(error.status_code))
        for name, value in (error.headers or {}).items():
            response.headers[name] = value
        return response

    @app.exception_handler(Exception)
    async def _internal(request: Request, error: Exception) -> Response:
        _LOG.error("a page failed: %s", type(error).__name__, exc_info=error)
        return _answer(request, Code.INTERNAL)


def _answer(request: Request, code: Code) -> Response:
    """Answer with a page, or with the bare code where a script asked."""
    if request.scope["path"].startswith(("/api/", "/live/", "/static/")):
        return PlainTextResponse(code, status_code=status_of(code))
    return error_page(request, code)
