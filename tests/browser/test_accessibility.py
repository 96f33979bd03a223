"""Every page by the rules of WCAG 2.2 AA, judged by axe-core; in both languages and all colours."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page
from sqlalchemy import Connection

from domain.access import Role
from tests.browser.conftest import Opened
from tests.support.dashboard import Served
from tests.support.seed import agree

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "dashboard/frontend/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """rules => axe.run(document, {
  runOnly: {type: 'tag', values: rules}, resultTypes: ['violations'], selectors: false
})"""
"""What passes is not described, and nothing is found again by its path: nobody reads it."""
LOOKS = {
    "japanese": {"language": "ja", "theme": "light", "size": "normal", "width": 1200},
    "english, dark, largest letters, phone": {
        "language": "en",
        "theme": "dark",
        "size": "largest",
        "width": 390,
    },
    "japanese, yellow on blue": {"language": "ja", "theme": "blue", "size": "large", "width": 1200},
    "english": {"language": "en", "theme": "light", "size": "normal", "width": 390},
}


def violations(page: Page) -> list[str]:
    """Return what axe finds against the page as it is."""
    if not AXE.exists():
        pytest.fail(f"{AXE} is missing: run `npm ci` in dashboard/frontend")
    page.evaluate(AXE.read_text("utf-8"))
    found: dict[str, Any] = page.evaluate(RUN, RULES)
    return [
        f"{entry['id']}: {node['html'][:120]} {node['failureSummary']}"
        for entry in found["violations"]
        for node in entry["nodes"]
    ]


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_no_page_breaks_a_rule(server: Served, opened: Opened, look: dict[str, Any]) -> None:
    """Sign-in with and without an error, lists, homes in all verdicts, cases, settings, errors."""
    page = opened(**look, role=None, bypass_csp=True)
    page.goto(f"{server.url}/sign-in")
    assert violations(page) == []
    page.fill("#login", "nobody")
    page.fill("#password", "wrong")
    page.keyboard.press("Enter")
    page.wait_for_selector("#problem")
    assert violations(page) == []

    page, town = opened(**look, bypass_csp=True), server.town
    homes = [f"/homes/{town.homes[index]}" for index in (0, 1, 2, 4, 6)]
    cases = ["/cases", f"/cases/{town.alert}", f"/cases/{town.technical}", f"/cases/{town.closed}"]
    story = f"/homes/{town.homes[2]}/timeline"
    new = (
        "/contacts",
        story,
        f"{story}?kind=report",
        "/digest",
        "/digest?day=2026-11-21",
        "/on-call",
    )
    own = ("/settings", "/contacts", "/nothing")
    for path in ("/", "/?q=zzz", "/?show=away", *homes, *cases, *new, *own):
        page.goto(server.url + path)
        for details in page.locator("details").all():
            details.evaluate("details => { details.open = true; }")
        assert violations(page) == [], path


def test_pages_that_are_not_up_to_date_break_no_rule(opened: Opened) -> None:
    """Grey pages and their banner can be read as well."""
    page = opened(bypass_csp=True)
    for state in ("lost", "waiting"):
        page.evaluate(
            """state => {
              document.documentElement.dataset.connection = state;
              const banner = document.getElementById('lost');
              banner.hidden = state !== 'lost';
              banner.textContent = banner.dataset.text;
            }""",
            state,
        )
        assert violations(page) == []


@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.AUDITOR])
def test_pages_of_other_roles_break_no_rule(server: Served, opened: Opened, role: Role) -> None:
    """The same pages without names."""
    page = opened(role=role, bypass_csp=True)
    for path in ("/", f"/homes/{server.town.homes[1]}", "/cases"):
        page.goto(server.url + path)
        assert violations(page) == [], path


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_what_the_family_sees_breaks_no_rule(
    server: Served, opened: Opened, look: dict[str, Any]
) -> None:
    """With nobody who agreed, with homes in all verdicts, and the story of one of them."""
    page, town = opened(**look, role=Role.FAMILY, bypass_csp=True), server.town
    assert violations(page) == []
    now = server.clock.now()

    def all_agree(connection: Connection) -> None:
        for index in (0, 2, 4, 6):
            agree(connection, town, index, "full", now=now)

    server.register.write_now(all_agree)
    for path in ("/family", "/contacts", f"/homes/{town.homes[2]}/timeline"):
        page.goto(server.url + path)
        assert violations(page) == [], path
