"""Requests that are refused unseen, and paths that lead nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.config import Settings
from dashboard.web.errors import Code
from dashboard.web.guard import host_name, local_path, refuse
from dashboard.web.preferences import Preferences, Size, Theme

LOCAL = Settings()
CITY = Settings(public_url="https://mimamori.example.jp")


def refused(settings: Settings = LOCAL, *, method: str = "POST", **headers: str) -> Code | None:
    """Ask with headers, their underscores turned into dashes."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return refuse(
        method=method, path="/", headers={"host": "localhost:8080"} | named, settings=settings
    )


def test_our_own_pages_may_act() -> None:
    """A form of ours is same-origin, by the browser's own word or by Origin."""
    assert refused(sec_fetch_site="same-origin") is None
    assert refused(origin="http://localhost:8080") is None


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", ""])
def test_other_sites_may_not(site: str) -> None:
    """Whatever Origin says, a browser that calls it foreign is believed."""
    assert refused(sec_fetch_site=site, origin="http://localhost:8080") is Code.FOREIGN_ORIGIN


@pytest.mark.parametrize(
    "origin", ["", "null", "http://localhost:8081", "https://localhost:8080", "http://evil.example"]
)
def test_a_foreign_or_missing_origin_may_not(origin: str) -> None:
    """Without the browser's word, Origin has to be ours to the letter."""
    assert refused(origin=origin) is Code.FOREIGN_ORIGIN


def test_reading_needs_no_origin() -> None:
    """A link from elsewhere may show a page."""
    assert refused(method="GET", sec_fetch_site="cross-site") is None


@pytest.mark.parametrize(
    "host", ["evil.example", "mimamori.example.jp.evil.example", "", "localhost:80a", "[::1"]
)
def test_foreign_hosts_are_not_answered(host: str) -> None:
    """Only the names in the settings are answered."""
    assert refused(method="GET", host=host) is Code.FOREIGN_HOST
    assert refused(CITY, method="GET", host=host) is Code.FOREIGN_HOST


def test_a_city_is_answered_by_its_name_only() -> None:
    """With a public name, loopback is foreign."""
    assert refused(CITY, method="GET", host="MIMAMORI.example.jp") is None
    assert refused(CITY, method="GET", host="localhost") is Code.FOREIGN_HOST


def test_host_names() -> None:
    """Ports and case do not matter."""
    assert [host_name(host) for host in ("LocalHost:80", "[::1]:80", "a:b", "[::1]x")] == [
        "localhost",
        "[::1]",
        "",
        "",
    ]


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "evil",
        "",
        "/a\nb",
        None,
        "/\t/x",
    ],
)
def test_nobody_is_sent_elsewhere(path: str | None) -> None:
    """After signing in, any address that is not a plain local path becomes the list."""
    assert local_path(path) == "/"


def test_local_paths_stay() -> None:
    """A page of ours is where one comes back to."""
    assert local_path("/cases/abc?said=done") == "/cases/abc?said=done"


@given(st.text(max_size=200))
def test_any_cookie_is_read(cookie: str) -> None:
    """A cookie of any content gives preferences, and theirs read back the same."""
    found = Preferences.parse(cookie)

    assert Preferences.parse(found.cookie()) == found


def test_preferences_keep_what_was_chosen() -> None:
    """Language, colours and letters survive the cookie."""
    wanted = Preferences(language="en", theme=Theme.BLUE, size=Size.LARGEST)

    assert Preferences.parse(wanted.cookie()) == wanted
