"""A real Chromium before a real server over a seeded town."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    expect,
    sync_playwright,
)

from domain.access import Role
from tests.support import services
from tests.support.dashboard import Served, served
from tests.support.seed import PASSWORD, login_of

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
Opened = Callable[..., Page]

expect.set_options(timeout=30_000)  # as everything else that is waited for; a busy machine is slow


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The machine's Chromium, without a window.

    Closed with the package: while playwright is open it holds the thread's event loop, and no
    asynchronous test could run.
    """
    program = services.require("chromium", "no page is looked at in a real browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Served]:
    """A dashboard on a free port."""
    with served(tmp_path) as running:
        yield running


@pytest.fixture
def opened(chromium: Browser, server: Served) -> Iterator[Opened]:
    """Open a browser window: with language, colours and letters, and signed in unless told not to.

    At the end the test fails if any page asked another origin for anything or wrote an error to
    its console, except those that the test provoked by asking for what is not there.
    """
    contexts: list[BrowserContext] = []
    foreign: list[str] = []
    errors: list[str] = []

    def book_request(request: Request) -> None:
        if not request.url.startswith((server.url, "data:")):
            foreign.append(request.url)

    def book_message(said: ConsoleMessage) -> None:
        is_expected = "Failed to load" in said.text or "htmx" in said.text
        if said.type == "error" and not is_expected:
            errors.append(said.text)

    def open_one(
        language: str = "en",
        theme: str = "light",
        size: str = "normal",
        width: int = 1200,
        role: Role | None = Role.CASEWORKER,
        **options: object,
    ) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            **options,  # type: ignore[arg-type]
        )
        contexts.append(context)
        settings = f"language-{language}.theme-{theme}.size-{size}"
        context.add_cookies([{"name": "mimamori_settings", "value": settings, "url": server.url}])
        page = context.new_page()
        page.on("request", book_request)
        page.on("console", book_message)
        page.on("pageerror", lambda error: errors.append(str(error)))
        if role is not None:
            sign_in(page, server, role)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert foreign == []
    assert errors == []


def sign_in(page: Page, server: Served, role: Role) -> None:
    """Sign in as the user of a role, by the form."""
    page.goto(f"{server.url}/sign-in")
    page.fill("#login", login_of(role))
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{server.url}/family" if role is Role.FAMILY else f"{server.url}/")
