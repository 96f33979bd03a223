"""A night alert on a phone: from the link in the mail to the verified outcome."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from domain.access import Role
from storage.signals import Log
from tests.browser.conftest import Opened
from tests.browser.test_accessibility import violations
from tests.support.dashboard import Served, served
from tests.support.seed import PASSWORD, login_of, press_help

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
NIGHT = datetime(2026, 11, 21, 17, 40, tzinfo=UTC)
"""Twenty to three in Tokyo."""
PHONE = 360
TEXTS = {
    "en": {
        "pressed": "Pressed at 02:40",
        "called": "Called the resident: No answer",
        "met": "Went to the home: Met the resident, who is well",
        "closed": "Spoken to or seen, and well / Pressed by mistake",
        "first": "Close the case",
    },
    "ja": {
        "pressed": "02:40に押されました",
        "called": "ご本人に電話した：応答がなかった",
        "met": "お宅を訪問した：ご本人に会い、無事を確認した",
        "closed": "ご本人の無事を確認した／押し間違い",
        "first": "案件を終了する",
    },
}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Served]:
    """A dashboard in the middle of the night."""
    with served(tmp_path, at=NIGHT) as running:
        yield running


@pytest.fixture
def case(server: Served) -> str:
    """The path of a case whose help button was just pressed, as a mail links to it."""
    now = server.clock.now()
    pressed = server.register.write_now(lambda c: press_help(c, server.town, 8, now=now))
    server.signals.notify(Log.CASE)
    return f"/cases/{pressed}"


def sign_in_where_the_link_leads(page: Page) -> None:
    """Fill the form that stands before the page."""
    page.fill("#login", login_of(Role.CASEWORKER))
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/*")


def write_down(page: Page, kind: str, result: str, note: str = "") -> None:
    """Write an attempt down: three taps, and a note for who wants one."""
    tried = page.locator(f"details.try:has(input[value={kind}])")
    tried.locator("summary").click()
    if note:
        tried.locator("textarea").fill(note)
    tried.locator(f"input[value={result}]").check()
    tried.get_by_role("button").click()
    page.wait_for_url("**said=attempt_done")


def overflow(page: Page) -> int:
    """Return by how many pixels the page is wider than the window."""
    wide: int = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return wide


@pytest.mark.parametrize("options", [{}, {"java_script_enabled": False}], ids=["live", "no script"])
@pytest.mark.parametrize("language", TEXTS)
def test_from_the_mail_to_the_verified_outcome(
    server: Served, opened: Opened, case: str, language: str, options: dict[str, Any]
) -> None:
    """Sign in behind the link, take on, call, go there, close; nothing is wider than the phone."""
    says = TEXTS[language]
    page = opened(language=language, width=PHONE, role=None, **options)
    page.goto(server.url + case)
    sign_in_where_the_link_leads(page)
    expect(page.locator(".axes")).to_contain_text(says["pressed"])
    button = page.locator("#next .button").first
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    assert box["y"] < 900, "the first thing to do is on the first screen"

    button.click()
    expect(page.get_by_role("status").first).to_contain_text("青木 恵")
    expect(page.locator("#next .button").first).to_have_attribute("href", "tel:03-0000-0009")
    write_down(page, "call", "no_answer")
    write_down(page, "visit", "met", note="押し間違いとのこと。お元気だった。")

    story = page.locator("#timeline")
    expect(story).to_contain_text(says["called"])
    expect(story).to_contain_text(says["met"])
    expect(story.locator("q")).to_have_text("押し間違いとのこと。お元気だった。")
    first = page.locator("#next .button").first
    expect(first).to_have_text(says["first"])
    if not options:
        assert overflow(page) <= 0
    first.click()
    page.locator("#close input[value=well]").check()
    page.locator("#cause").select_option("pressed_by_mistake")
    page.locator("#close button").click()
    expect(page.locator("#timeline")).to_contain_text(says["closed"])
    expect(page.locator("#attempt details")).to_have_count(0)


def test_it_comes_to_a_colleague_s_page_by_itself(
    server: Served, opened: Opened, case: str
) -> None:
    """Who has the case open reads of the call without a reload, and keeps what was being chosen."""
    mine, other = opened(width=PHONE), opened()
    other.goto(server.url + case)
    family = other.locator("details.try:has(input[value=family])")
    family.locator("summary").click()
    family.locator("input[value=will_check]").check()

    mine.goto(server.url + case)
    write_down(mine, "call", "no_answer")

    expect(other.locator("#timeline")).to_contain_text(TEXTS["en"]["called"])
    expect(family.locator("input[value=will_check]")).to_be_checked()
    expect(family).to_have_attribute("open", "")


def test_an_attempt_is_written_down_by_keyboard(server: Served, opened: Opened, case: str) -> None:
    """Open, choose and write down without a mouse."""
    page = opened()
    page.goto(server.url + case)
    page.locator("details.try:has(input[value=call]) summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.locator("#timeline")).to_contain_text(TEXTS["en"]["called"])


@pytest.mark.parametrize("theme", ["light", "dark", "blue", "paper"])
def test_every_theme_holds_the_largest_letters(
    server: Served, opened: Opened, case: str, theme: str
) -> None:
    """On a phone nothing runs off the side, and each page breaks no rule; on paper as well."""
    shown = "light" if theme == "paper" else theme
    page = opened(language="ja", theme=shown, size="largest", width=PHONE, bypass_csp=True)
    home = f"/homes/{server.town.homes[2]}/timeline"
    for path in (case, f"/cases/{server.town.alert}", home, "/digest"):
        page.goto(server.url + path)
        if theme == "paper":
            page.emulate_media(media="print")
            expect(page.locator(".button:visible")).to_have_count(0)
        else:
            page.locator("details").first.evaluate("details => { details.open = true; }")
            assert violations(page) == [], path
        assert overflow(page) <= 0, path
