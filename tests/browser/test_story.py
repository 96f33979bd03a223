"""The story of a case in a real browser: it comes by itself, is taken on and closed."""

import re
from datetime import datetime

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Connection

from domain.access import Role
from domain.finding import Finding, Phase, Reason
from domain.ids import CaseId
from storage.register import cases, episodes
from storage.signals import Log
from tests.browser.conftest import Opened
from tests.support.dashboard import Served
from tests.support.seed import ACCESS, PASSWORD, login_of, press_help

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
GREEN = "rgb(25, 122, 75)"
"""What a verdict "well" is drawn in, in the light colours."""


def new_case(server: Served, index: int) -> str:
    """Let the help button be pressed in one of the homes."""
    now = server.clock.now()
    case = server.register.write_now(lambda c: press_help(c, server.town, index, now=now))
    server.signals.notify(Log.CASE)
    return case


def test_a_case_comes_without_reload_and_is_taken_on_and_closed(
    server: Served, opened: Opened
) -> None:
    """From the list over the case to its verified end; the list follows in another window."""
    board, page = opened(), opened()
    row = board.locator(f"#home-{server.town.homes[8]}")
    expect(row).to_contain_text("Well")
    board.evaluate("window.notReloaded = true")

    case = new_case(server, 8)

    expect(row).to_contain_text("Help button")
    expect(board.locator("#homes tbody tr").first).to_contain_text("小林 清")
    expect(board.locator(".board-sentence")).to_contain_text("2 alerts")
    assert board.evaluate("window.notReloaded") is True

    page.goto(f"{server.url}/cases/{case}")
    page.get_by_role("button", name="I take this on").click()
    expect(page.get_by_role("status").first).to_contain_text("青木 恵 has taken the case on")
    expect(row).to_contain_text("Taken on")

    page.get_by_label("Needed help and got it").check()
    page.get_by_label("What had happened?").select_option(label="A real emergency")
    page.locator("#note").fill("救急車を呼んだ。")
    page.get_by_role("button", name="Close the case").click()
    expect(page.get_by_role("status").first).to_contain_text("The case is closed")
    expect(page.locator("#timeline")).to_contain_text("青木 恵 closed the case")
    expect(row).to_contain_text("Well")
    found = server.register.read_now(
        lambda c: cases.get(c, ACCESS, server.town.alert, now=server.clock.now())
    )
    assert found is not None


def test_what_is_being_written_survives_news(server: Served, opened: Opened) -> None:
    """While a note is typed and a table is open, news come in and take neither away."""
    page = opened()
    page.goto(f"{server.url}/cases/{server.town.alert}")
    page.locator("#note").fill("電話したが出ない")
    page.get_by_label("Needed help and got it").check()
    expect(page.locator("#timeline li")).to_have_count(4)

    with_other = opened()
    with_other.goto(f"{server.url}/cases/{server.town.alert}")
    with_other.get_by_role("button", name="I take this on").click()

    expect(page.locator("#timeline")).to_contain_text("took it on")
    expect(page.locator("#case .state")).to_contain_text("Taken on")
    expect(page.locator("#note")).to_have_value("電話したが出ない")
    expect(page.get_by_label("Needed help and got it")).to_be_checked()


def test_what_was_verified_is_asked_anew_when_it_happens_again(
    server: Served, opened: Opened
) -> None:
    """News of another emergency keep the note, and take back what was verified before it."""
    page = opened()
    page.goto(f"{server.url}/cases/{server.town.alert}")
    page.locator("#note").fill("電話した。元気だった。")
    page.get_by_label("Needed help and got it").check()

    server.register.write_now(lambda c: happen_again(c, server.town.alert, server.clock.now()))
    server.signals.notify(Log.CASE)

    expect(page.locator("#case")).to_contain_text("It has happened 2 times")
    expect(page.locator("#note")).to_have_value("電話した。元気だった。")
    expect(page.get_by_label("Needed help and got it")).not_to_be_checked()
    expect(page.locator("input[name=episode]")).to_have_count(2)
    for field in page.locator("input[name=episode]").all():
        expect(field).to_have_value("2")


def happen_again(connection: Connection, case: CaseId, now: datetime) -> None:
    """Begin the second episode of a case."""
    found = cases.get(connection, ACCESS, case, now=now)
    assert found is not None
    finding = Finding(
        home=found.matter.home,
        cause=found.matter.cause,
        phase=Phase.BEGUN,
        reason=Reason.SILENCE_PAST_DEADLINE,
        began_at=now,
        found_at=now,
    )
    episodes.begin(connection, ACCESS, found, finding)


def test_a_page_whose_server_is_gone_says_so_and_is_never_green(
    server: Served, opened: Opened
) -> None:
    """Within 30 seconds the page is grey and says since when it knows nothing new."""
    page = opened()
    sign = page.locator(".row-well .sign").first
    colour = "element => getComputedStyle(element).color"
    expect(page.locator("#lost")).to_be_hidden()
    assert sign.evaluate(colour) == GREEN

    server.stop()

    lost = page.locator("#lost")
    expect(lost).to_be_visible()
    expect(lost).to_have_text(re.compile(r"No news since \d\d:\d\d: the connection is lost"))
    for shown in page.locator(".verdict, .verdict .sign, .tile .sign").all():
        red, green, blue = rgb(shown.evaluate(colour))
        assert green <= max(red, blue) + 6


def rgb(colour: str) -> tuple[int, int, int]:
    """Read a computed colour."""
    red, green, blue = (int(part) for part in re.findall(r"\d+", colour)[:3])
    return red, green, blue


def test_everything_is_done_by_keyboard(server: Served, opened: Opened) -> None:
    """Sign in, go to the most urgent case, take it on: without a mouse, and focus can be seen."""
    page = opened(role=None)
    page.goto(server.url)
    page.locator("#login").focus()
    page.keyboard.type(login_of(Role.CASEWORKER))
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{server.url}/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, page.locator(".case-link").first.get_attribute("href") or "")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/*")
    tab_to(page, "I take this on")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("has taken the case on")


def tab_to(page: Page, wanted: str) -> None:
    """Press Tab until the focused element leads to `wanted` or is named so; at most 40 times."""
    for _ in range(40):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "[document.activeElement.getAttribute('href'), document.activeElement.textContent]"
        )
        if wanted in (focused[0], (focused[1] or "").strip()):
            return
    pytest.fail(f"no way by keyboard to {wanted}")


def test_without_scripts_the_list_is_whole(server: Served, opened: Opened) -> None:
    """Pages work without JavaScript: signing in, the list, taking a case on."""
    page = opened(java_script_enabled=False)
    assert page.locator("#homes tbody tr").count() == len(server.town.homes)
    page.goto(f"{server.url}/cases/{server.town.alert}")
    page.get_by_role("button", name="I take this on").click()
    expect(page.get_by_role("status").first).to_contain_text("has taken the case on")


def test_signing_out_elsewhere_closes_the_page(server: Served, opened: Opened) -> None:
    """An open page of a session that ended leads to the sign-in by itself."""
    page, other = opened(), opened()
    other.goto(f"{server.url}/settings")
    other.get_by_role("button", name="Sign out everywhere").click()

    page.wait_for_url("**/sign-in*")


@pytest.mark.parametrize(("width", "size"), [(390, "normal"), (390, "largest"), (1200, "largest")])
def test_no_page_is_wider_than_its_window(
    server: Served, opened: Opened, width: int, size: str
) -> None:
    """At phone width and with the largest letters nothing is cut off, and names stay whole."""
    page = opened("ja", size=size, width=width)
    town = server.town
    for path in ("/", f"/homes/{town.homes[2]}", "/cases", f"/cases/{town.alert}", "/settings"):
        page.goto(server.url + path)
        wide = page.evaluate(OUTSIDE)
        assert wide == [], path
    page.goto(server.url)
    long_name = page.locator(f"#home-{town.homes[7]} .cell-home a")
    lines = long_name.evaluate("a => a.getClientRects().length")
    assert lines == 1


OUTSIDE = """() => [...document.querySelectorAll('main *')].filter(element => {
  const box = element.getBoundingClientRect();
  if (box.width < 2 || box.height < 2) return false;
  if (getComputedStyle(element).clipPath !== 'none') return false;
  if (element.closest('details:not([open]), svg, thead')) return false;
  const card = element.closest('.tile, .card, tr, main').getBoundingClientRect();
  return box.right > document.documentElement.clientWidth + 1 || box.right > card.right + 1;
}).map(element => element.className || element.tagName)"""
