"""Absences, modes and one-time links in a real browser: accessible, on a phone, without a mouse."""

from typing import Any

import pytest
from playwright.sync_api import expect

from domain.access import Role, service
from storage.register import reply_links
from tests.browser.conftest import Opened
from tests.browser.test_accessibility import LOOKS, violations
from tests.browser.test_story import OUTSIDE
from tests.support.dashboard import Served

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
PHONE = 390


def a_link(server: Served) -> str:
    """Make a link to the seeded alert for the caseworker."""
    case, user = server.town.alert, server.town.users[Role.CASEWORKER]
    now = server.clock.now()
    return server.register.write_now(
        lambda c: reply_links.make(c, service("alerting"), case, user, now=now)
    )


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_no_page_of_absences_or_links_breaks_a_rule(
    server: Served, opened: Opened, look: dict[str, Any]
) -> None:
    """By axe-core, and no wider than the window, empty, filled and refused."""
    home, token = server.town.homes[1], a_link(server)
    page = opened(**look, bypass_csp=True)
    page.goto(f"{server.url}/homes/{home}/absences")
    for path in ("/absences", f"/homes/{home}/absences"):
        page.goto(server.url + path)
        assert violations(page) == [], path
        assert page.evaluate(OUTSIDE) == [], path
    page.fill("#minutes-visit", "30")
    page.fill("#code-visit", "K-01")
    page.locator("form:has(#code-visit) button").click()
    page.wait_for_selector("#problem")
    assert violations(page) == []
    page.fill("#minutes-visit", "30")
    page.fill("#code-visit", "K-02")
    page.locator("form:has(#code-visit) button").click()
    page.wait_for_selector(".standing-item")
    assert violations(page) == []
    assert page.evaluate(OUTSIDE) == []

    outside = opened(**look, role=None, bypass_csp=True)
    for path in ("", "/checking", "/away"):
        outside.goto(f"{server.url}/r/{token}{path}")
        assert violations(outside) == [], path
        assert outside.evaluate(OUTSIDE) == [], path
    outside.goto(f"{server.url}/r/unknown")
    assert violations(outside) == []


def test_a_night_alert_is_answered_on_a_phone(server: Served, opened: Opened) -> None:
    """From the link over the confirmation to the owner of the case; it is good once."""
    token = a_link(server)
    page = opened(role=None, width=PHONE)
    page.goto(f"{server.url}/r/{token}")
    expect(page.locator("h1")).to_contain_text("K-03")
    page.get_by_role("link", name="I will check").click()
    expect(page.locator("main")).to_contain_text("Nobody else is told after that")
    page.get_by_role("button", name="I will check").click()
    expect(page.get_by_role("status")).to_contain_text("All who were told of the case hear it")
    page.goto(f"{server.url}/r/{token}")
    expect(page.get_by_role("status")).to_contain_text("used already")


def test_an_absence_is_entered_and_taken_back_on_a_phone(server: Served, opened: Opened) -> None:
    """Set with the home's code, listed among all, and taken back."""
    page = opened(width=PHONE)
    home = server.town.homes[1]
    page.goto(f"{server.url}/homes/{home}")
    page.get_by_role("link", name="Absences, pauses and modes").click()
    page.fill("#ends", "2026-11-24T18:00")
    page.fill("#code", "K-02")
    page.get_by_role("button", name="Enter the absence").click()
    expect(page.get_by_role("status")).to_contain_text("It is saved")
    page.goto(f"{server.url}/absences")
    expect(page.locator("main")).to_contain_text("K-02")
    page.get_by_role("link", name="K-02").click()
    page.get_by_role("button", name="Wrong: take it back").click()
    expect(page.get_by_role("status")).to_contain_text("It is saved")
    page.goto(f"{server.url}/absences")
    expect(page.locator("main")).not_to_contain_text("K-02")
