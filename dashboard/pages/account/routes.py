"""Signing in and out, and settings of language, colours and letters, over HTTP."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from dashboard.auth import sign_in as use_cases
from dashboard.auth.admission import OURS, cookie_name, session_of, visitor_of
from dashboard.auth.passwords import LONGEST
from dashboard.pages.frame import render
from dashboard.parts import Parts, parts_of
from dashboard.web.guard import local_path
from dashboard.web.languages import NAMES
from dashboard.web.preferences import COOKIE, KEPT_S, Preferences, Size, Theme
from storage.register import sessions

router = APIRouter()
LONGEST_LOGIN = 64


@router.get("/sign-in")
async def show_sign_in(request: Request, next: str = "/") -> Response:  # noqa: A002 (the word in the address)
    """Show the form; somebody who is signed in goes on."""
    if visitor_of(request).session is not None:
        return RedirectResponse(local_path(next), 303)
    return _form(request, back=next)


@router.post("/sign-in")
async def sign_in(
    request: Request,
    login: Annotated[str, Form(max_length=LONGEST_LOGIN)],
    password: Annotated[str, Form(max_length=LONGEST)],
    next: Annotated[str, Form()] = "/",  # noqa: A002 (as above)
) -> Response:
    """Try to sign in; the answer to a wrong password and to an unknown person is the same."""
    parts = parts_of(request)
    result = await use_cases.sign_in(
        parts,
        login=login,
        password=password,
        address=request.client.host if request.client else "",
        old_token=request.cookies.get(cookie_name(parts.settings)),
    )
    match result:
        case use_cases.SignedIn(token=token):
            response = RedirectResponse(local_path(next), 303)
            _set_session(response, parts, token)
            return response
        case use_cases.Wait(seconds=seconds):
            page = _form(request, back=next, login=login, wait_s=seconds, status=429)
            page.headers["retry-after"] = str(seconds)
            return page
        case use_cases.Refused():
            return _form(request, back=next, login=login, is_wrong=True, status=401)


@router.post("/sign-out")
async def sign_out(request: Request) -> Response:
    """End this session; its open pages end with it."""
    parts, session = parts_of(request), visitor_of(request).session
    if session is not None:
        await use_cases.sign_out(parts, session)
    response = RedirectResponse("/sign-in", 303)
    _forget_session(response, parts)
    return response


@router.get("/settings")
async def show_settings(request: Request, saved: bool = False) -> HTMLResponse:  # noqa: FBT001, FBT002 (query)
    """Show how pages look, and where somebody is signed in."""
    parts, session = parts_of(request), visitor_of(request).session
    open_sessions = 0
    if session is not None:
        mine = partial(sessions.of_user, access=OURS, user=session.user.id, now=parts.wall.now())
        open_sessions = len(await parts.read(mine))
    return render(
        request,
        "account/settings.html",
        themes=tuple(Theme),
        sizes=tuple(Size),
        languages=NAMES,
        chosen=visitor_of(request).language.code,
        open_sessions=open_sessions,
        saved=saved,
    )


@router.post("/settings")
async def save_settings(
    request: Request,
    language: Annotated[str, Form(max_length=8)] = "",
    theme: Annotated[str, Form(max_length=16)] = "",
    size: Annotated[str, Form(max_length=16)] = "",
    next: Annotated[str, Form()] = "/settings?saved=true",  # noqa: A002 (as above)
) -> Response:
    """Keep how pages should look on this device; what is not given stays as it is."""
    old = visitor_of(request).preferences
    wanted = Preferences.parse(
        f"language-{language or old.language}.theme-{theme or old.theme}.size-{size or old.size}"
    )
    response = RedirectResponse(local_path(next), 303)
    response.set_cookie(
        COOKIE,
        wanted.cookie(),
        max_age=KEPT_S,
        secure=parts_of(request).settings.is_https,
        httponly=True,
        samesite="lax",
    )
    return response


@router.post("/settings/sessions/end")
async def end_sessions(request: Request) -> Response:
    """Sign out everywhere."""
    parts = parts_of(request)
    await use_cases.sign_out(parts, session_of(request), everywhere=True)
    response = RedirectResponse("/sign-in", 303)
    _forget_session(response, parts)
    return response


def _form(
    request: Request,
    *,
    back: str,
    login: str = "",
    is_wrong: bool = False,
    wait_s: int = 0,
    status: int = 200,
) -> HTMLResponse:
    return render(
        request,
        "account/sign_in.html",
        status=status,
        back=local_path(back),
        login=login,
        is_wrong=is_wrong,
        wait_s=wait_s,
        languages=NAMES,
    )


def _set_session(response: Response, parts: Parts, token: str) -> None:
    """Set a cookie that ends with the browser; the server ends the session earlier."""
    response.set_cookie(
        cookie_name(parts.settings),
        token,
        path="/",
        secure=parts.settings.is_https,
        httponly=True,
        samesite="lax",
    )


def _forget_session(response: Response, parts: Parts) -> None:
    response.delete_cookie(
        cookie_name(parts.settings),
        path="/",
        secure=parts.settings.is_https,
        httponly=True,
        samesite="lax",
    )
