"""One's own contact methods in a real browser: a daughter sets hers up on a phone."""

import re

import pytest
from playwright.sync_api import expect

from domain.access import Role
from tests.browser.conftest import Opened
from tests.browser.test_accessibility import violations
from tests.support.dashboard import Served

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
PHONE = 390


def test_a_daughter_changes_her_address_on_a_phone(server: Served, opened: Opened) -> None:
    """She adds the new one, proves it, and takes the old one away; the last one is asked about."""
    page = opened("en", width=PHONE, role=Role.FAMILY, bypass_csp=True)
    page.get_by_role("link", name="How you are told").click()
    page.get_by_label("E-mail address").fill("daughter@mail.example")
    page.get_by_role("button", name="Add it and send the code").click()
    expect(page.get_by_role("status").first).to_contain_text("A code is on its way")
    assert violations(page) == []

    sent = re.search(r"\d{8}", server.mail.sent[-1].body)
    assert sent is not None
    page.get_by_label("The code that came").fill(sent[0])
    page.get_by_role("button", name="Prove it").click()
    expect(page.get_by_role("status").first).to_contain_text("It is proved")

    page.get_by_role("button", name="Switch off").first.click()
    expect(page.get_by_role("status").first).to_contain_text("It is switched off")
    expect(page.locator(".contact").first).to_contain_text("Off since")
    assert violations(page) == []
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_role("status").first).to_contain_text("It is switched on.")

    page.get_by_role("button", name="Remove").first.click()
    expect(page.get_by_role("status").first).to_contain_text("It is removed.")
    expect(page.locator(".contact")).to_have_count(1)
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("alert")).to_contain_text("It is not removed yet.")
    assert violations(page) == []
    page.get_by_role("link", name="Keep it").click()
    expect(page.locator(".contact")).to_contain_text("daughter@mail.example")
