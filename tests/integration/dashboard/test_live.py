"""Live streams over a real server: what differs is sent, and they end when they should."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from dashboard import service
from dashboard.config import Settings
from dashboard.live.streams import PER_USER
from domain.access import Role
from domain.errors import PermanentError
from storage.register.vault import Vault
from storage.signals import Log
from tests.support.dashboard import Served, served
from tests.support.seed import PASSWORD, login_of, press_help

WAIT = httpx2.Timeout(20)
TARGET = re.compile(r'hx-target="#([^"]+)"')


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Served]:
    """A dashboard on a free port."""
    with served(tmp_path) as running:
        yield running


@pytest.fixture
def browser(server: Served) -> Iterator[httpx2.Client]:
    """A caseworker's browser."""
    with signed_in(server, Role.CASEWORKER) as client:
        yield client


@contextmanager
def signed_in(server: Served, role: Role) -> Iterator[httpx2.Client]:
    """Give a browser in which the user of a role has signed in."""
    headers = {"sec-fetch-site": "same-origin", "accept-language": "en"}
    with httpx2.Client(base_url=server.url, headers=headers, timeout=WAIT) as client:
        client.cookies.set("mimamori_settings", "language-en")
        form = {"login": login_of(role), "password": PASSWORD}
        assert client.post("/sign-in", data=form).status_code == 303
        yield client


def events(response: httpx2.Response) -> Iterator[dict[str, str]]:
    """Yield the events of a stream; of several data lines the joined text."""
    event: dict[str, str] = {}
    for line in response.iter_lines():
        if not line:
            if event:
                yield event
            event = {}
            continue
        name, _, value = line.partition(": ")
        event[name] = f"{event[name]}\n{value}" if name in event else value


def targets(event: dict[str, str]) -> list[str]:
    """Return the ids of the elements that a message replaces."""
    return TARGET.findall(event.get("data", ""))


def state_of(client: httpx2.Client, path: str) -> str:
    """Return the state that a page was rendered in."""
    found = re.search(r'data-state="(\w+)"', client.get(path).text)
    assert found is not None
    return found[1]


def next_change(stream: Iterator[dict[str, str]]) -> dict[str, str]:
    """Return the next message that is no ping."""
    return next(event for event in stream if event.get("event") != "ping")


def test_a_client_without_a_past_gets_the_whole_page(browser: httpx2.Client) -> None:
    """All regions, then a ping that keeps the page alive."""
    with browser.stream("GET", "/live/homes") as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in response.headers["content-security-policy"]
        stream = events(response)
        assert targets(next(stream)) == ["freshness", "board", "homes"]
        assert next(stream)["event"] == "ping"


def test_a_client_that_knows_all_gets_nothing(browser: httpx2.Client) -> None:
    """With the id of the present state there is a ping and no content."""
    for _ in range(3):  # the minute may turn between the two requests
        state = state_of(browser, "/")
        with browser.stream("GET", "/live/homes", headers={"last-event-id": state}) as response:
            first = next(events(response))
        if first.get("event") == "ping":
            return
    pytest.fail("a client that knew the state got it again")


def test_a_new_case_reaches_the_list_and_one_row_follows(
    server: Served, browser: httpx2.Client
) -> None:
    """A new case reorders the list; taking it on changes its row alone."""
    with browser.stream("GET", "/live/homes") as response:
        stream = events(response)
        next(stream)
        now = server.clock.now()
        case = server.register.write_now(lambda c: press_help(c, server.town, 8, now=now))
        server.signals.notify(Log.CASE)
        assert "homes" in targets(next_change(stream))
        browser.post(f"/cases/{case}/acknowledge", data={"episode": "1"})
        changed = next(
            event
            for event in stream
            if "state" in event.get("data", "") and f"home-{server.town.homes[8]}" in event["data"]
        )
        assert "homes" in targets(changed) or f"home-{server.town.homes[8]}" in targets(changed)


def test_what_changed_in_between_is_sent_on_return(server: Served, browser: httpx2.Client) -> None:
    """A client that was away while a case came gets it at once when it is back."""
    state = state_of(browser, "/cases")
    now = server.clock.now()
    case = server.register.write_now(lambda c: press_help(c, server.town, 8, now=now))

    with browser.stream("GET", "/live/cases", headers={"last-event-id": state}) as response:
        first = next(events(response))

    assert case in first["data"]


def test_any_last_event_id_is_survived(browser: httpx2.Client) -> None:
    """Nonsense is an unknown past: everything is sent."""
    with browser.stream("GET", "/live/homes", headers={"last-event-id": "x" * 900}) as response:
        assert "homes" in targets(next(events(response)))


def test_signing_out_ends_open_streams(server: Served, browser: httpx2.Client) -> None:
    """The page of a session that ended hears nothing more, at once."""
    with signed_in(server, Role.CASEWORKER) as other:
        with other.stream("GET", "/live/homes") as response:
            stream = events(response)
            next(stream)
            browser.post("/settings/sessions/end")
            assert sum(1 for _ in stream) < 10
        assert other.get("/live/homes").status_code == 401


def test_signing_out_here_ends_the_pages_of_this_session_only(server: Served) -> None:
    """The other browser of the same person goes on."""
    with (
        signed_in(server, Role.CASEWORKER) as here,
        signed_in(server, Role.CASEWORKER) as there,
        here.stream("GET", "/live/homes") as mine,
        there.stream("GET", "/live/homes") as other,
    ):
        ours, theirs = events(mine), events(other)
        next(ours)
        next(theirs)
        here.post("/sign-out")
        assert sum(1 for _ in ours) < 10
        server.signals.notify(Log.CASE)
        pings = (event for event in theirs if event.get("event") == "ping")
        assert next(pings) != {}
        assert next(pings) != {}  # one after the other session had ended


def test_a_user_has_so_many_streams_and_no_more(browser: httpx2.Client) -> None:
    """The one too many is refused; when one is closed there is room again."""
    opened = []
    for _ in range(PER_USER):
        response = browser.send(browser.build_request("GET", "/live/cases"), stream=True)
        stream = events(response)
        next(stream)
        opened.append((response, stream))  # a stream that nobody holds is closed
    assert browser.get("/live/cases").status_code == 429
    opened.pop()[0].close()
    for _ in range(40):
        with browser.stream("GET", "/live/cases") as response:
            if response.status_code == 200:
                break
    else:
        pytest.fail("a closed stream still takes a place")
    for response, _ in opened:
        response.close()


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.TECHNICIAN, Role.AUDITOR, Role.FAMILY])
def test_foreign_streams_look_missing(server: Served, role: Role) -> None:
    """Streams obey the same reach as pages."""
    foreign = (f"/live/homes/{server.town.foreign_home}", f"/live/cases/{server.town.foreign_case}")
    with signed_in(server, role) as client:
        for path in foreign:
            assert client.get(path).status_code == (403 if role is Role.FAMILY else 404)
        for path in ("/live/homes/abc", "/live/cases/%00", "/live/homes/" + "z" * 26):
            assert client.get(path).status_code in (400, 403, 404)


def test_the_home_page_follows_its_home(server: Served, browser: httpx2.Client) -> None:
    """An alert turns the open page of the home."""
    home = server.town.homes[9]
    with browser.stream("GET", f"/live/homes/{home}") as response:
        stream = events(response)
        assert "picture" in targets(next(stream))
        now = server.clock.now() - timedelta(minutes=1)
        server.register.write_now(lambda c: press_help(c, server.town, 9, now=now))
        server.signals.notify(Log.CASE)
        changed = next(event for event in stream if "head" in targets(event))
        assert "Help button pressed." in changed["data"]


def test_the_server_stops_in_time_with_streams_open(server: Served, browser: httpx2.Client) -> None:
    """An open page does not hold up a stop, and its stream ends."""
    with browser.stream("GET", "/live/homes") as response:
        stream = events(response)
        next(stream)
        server.stop()
        assert not server.is_running()
        with suppress(httpx2.HTTPError):  # cut off or ended in order, but ended
            assert sum(1 for _ in stream) < 5


async def test_a_taken_port_is_named(server: Served, tmp_path: Path) -> None:
    """A second server on the same port says which port and what to do."""
    port = int(server.url.rpartition(":")[2])

    with pytest.raises(PermanentError, match=rf"SRV-001.*port {port}"):
        await service.run(
            server.register,
            server.readings,
            server.signals,
            server.clock,
            Settings(port=port),
            Vault.open_or_create(tmp_path / "vault.key"),
        )
