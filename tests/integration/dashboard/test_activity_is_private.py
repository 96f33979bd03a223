"""Who does not look after a person never reads when somebody moved, nor what happened to them."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from domain.access import Role
from domain.ids import CaseId
from storage.register import schema
from tests.integration.dashboard.conftest import NOW, Office
from tests.integration.dashboard.test_live import events, signed_in
from tests.support.dashboard import Served, served
from tests.support.seed import Town, press_help

OTHERS = (Role.TECHNICIAN, Role.ADMINISTRATOR, Role.AUDITOR)
ALERT, HELP, WELL, STALE = 2, 8, 5, 9
"""Homes with an open case of silence and of help, one that is well, one unmoved for days."""
MOVED = datetime(2026, 11, 21, 19, 57, tzinfo=UTC)
"""The last movement of every home; nothing else happened at 04:57 in Tokyo."""
TELLING = re.compile(
    r"04:57|5 h 1\d min|No movement|Help button|[Dd]oor or motion|nobody has been seen"
    r"|If nothing moves|there was some by|id=\"picture\""
)
PAGES = ("/", "/?show=alert", *(f"/homes/{{{index}}}" for index in (ALERT, HELP, WELL, STALE)))


def move(connection: Connection, town: Town, now: datetime) -> CaseId:
    """Let every home move at `MOVED`, one days before, and press the button in one."""
    for table in (schema.home_state, schema.sensor_state):
        connection.execute(table.update().values(last_activity_at=MOVED))
    due_at = MOVED + timedelta(hours=12)
    connection.execute(schema.deadline.update().values(last_activity_at=MOVED, due_at=due_at))
    stale = schema.home_state.c.home_id == town.homes[STALE]
    long_ago = MOVED - timedelta(days=3)
    connection.execute(schema.home_state.update().where(stale).values(last_activity_at=long_ago))
    return press_help(connection, town, HELP, now=now - timedelta(minutes=3))


def leaks(text: str, *cases: CaseId) -> set[str]:
    """Return what a text tells of activity and of the resident's matters."""
    return set(TELLING.findall(text)) | {case for case in cases if case in text}


def path_in(town: Town, page: str) -> str:
    """Return the address of one of `PAGES`."""
    return re.sub(r"{(\d+)}", lambda found: town.homes[int(found[1])], page)


@pytest.mark.parametrize("role", OTHERS)
@pytest.mark.parametrize("page", PAGES)
async def test_no_page_tells(office: Office, role: Role, page: str) -> None:
    """Neither time nor room of a movement, neither cause nor link of a resident's case."""
    town = office.town
    pressed = await office.register.write(lambda c: move(c, town, NOW))

    async with office.signed_in(role) as client:
        answer = await client.get(path_in(town, page))

    assert answer.status_code == 200
    assert leaks(answer.text, pressed, town.alert) == set()
    assert page != "/" or "kitchen" not in answer.text
    if page.endswith(f"{{{ALERT}}}") or page == "/?show=alert":
        assert "A matter of the resident, which caseworkers look after." in answer.text


@pytest.mark.parametrize("page", PAGES)
async def test_a_caseworker_is_told(office: Office, page: str) -> None:
    """The same pages tell those who look after the person: so the rule above can fail."""
    town = office.town
    pressed = await office.register.write(lambda c: move(c, town, NOW))

    async with office.signed_in(Role.CASEWORKER) as client:
        answer = await client.get(path_in(town, page))

    assert leaks(answer.text, pressed, town.alert)


@pytest.mark.parametrize("role", [Role.CASEWORKER, *OTHERS])
async def test_the_verdict_is_the_same_for_all(office: Office, role: Role) -> None:
    """What may not be told still counts: an alert is one for everybody who sees the home.

    Whoever moved during an absence has come home: nobody is away any more.
    """
    await office.register.write(lambda c: move(c, office.town, NOW))

    async with office.signed_in(role) as client:
        page = (await client.get("/")).text

    assert "12 homes: 2 alerts, 2 cannot see, 0 away, 8 well" in page


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Served]:
    """A dashboard on a free port."""
    with served(tmp_path) as running:
        yield running


@pytest.mark.parametrize("role", OTHERS)
def test_no_stream_tells(server: Served, role: Role) -> None:
    """What is sent to an open page obeys the same rule."""
    town = server.town
    pressed = server.register.write_now(lambda c: move(c, town, server.clock.now()))
    paths = ["/live/homes", *(f"/live{path_in(town, page)}" for page in PAGES[2:])]
    with signed_in(server, role) as client:
        for path in paths:
            with client.stream("GET", path) as response:
                sent = next(events(response))["data"]
            assert "K-" in sent
            assert leaks(sent, pressed, town.alert) == set()
