"""The page of the digest: the board's numbers, with evidence; the record of a day; the wish."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from alerting import morning
from alerting.morning import MorningConfig
from domain.access import Role
from storage.register import schema
from tests.integration.dashboard.conftest import NOW, Office
from tests.support.seed import DARK

SENTENCE = "9 of 12 confirmed well by 10:10; 1 away, 1 cannot tell, 1 unconfirmed."
SETTINGS = MorningConfig(base_url="https://mimamori.example")


async def test_today_says_the_board_s_numbers_with_evidence(office: Office) -> None:
    """In one sentence, and a line for each home: no room, but when."""
    async with office.signed_in(Role.CASEWORKER) as client:
        page = (await client.get("/digest")).text
        board = (await client.get("/")).text

    assert SENTENCE in page
    assert "12 homes: 1 alert, 1 cannot see, 1 away, 9 well" in board
    assert "佐藤 キヨ" in page[: page.index("渡辺 勝")]
    assert 'Cannot be seen since <strong class="digest-at">03:10' in page
    assert 'Absent until <strong class="digest-at">24 Nov, 10:10' in page
    assert 'Last movement <strong class="digest-at">yesterday 21:40' in page
    assert "kitchen" not in page


async def test_the_record_of_a_day_stays(office: Office) -> None:
    """What was known then is told, whatever became of it since."""
    await office.register.write(lambda c: morning.work(c, SETTINGS, now=NOW))
    await office.register.write(
        lambda c: c.execute(schema.home_state.update().values(last_activity_at=NOW)).rowcount
    )
    async with office.signed_in(Role.CASEWORKER) as client:
        page = (await client.get("/digest?day=2026-11-22")).text
        empty = (await client.get("/digest?day=2026-11-20")).text

    assert SENTENCE in page
    assert "Kept as of 10:10" in page
    assert "No record of this day is kept" in empty


@pytest.mark.parametrize(
    ("seen", "moved", "says"),
    [
        (timedelta(hours=2), timedelta(hours=-2), "Arrived late (12:10): movement at 08:10"),
        (timedelta(hours=2), None, "Arrived late (12:10): no later movement"),
        (timedelta(hours=20), None, "Arrived late (23 Nov, 06:10): no later movement"),
    ],
)
async def test_a_record_says_what_arrived_after_it_was_taken(
    office: Office, seen: timedelta, moved: timedelta | None, says: str
) -> None:
    """Beside the line, which stays as it was, and so do the numbers; today has no such line."""
    await office.register.write(lambda c: morning.work(c, SETTINGS, now=NOW))
    table, dark = schema.daily_record, office.town.homes[DARK]
    late = table.update().where(table.c.home_id == dark)
    moved_at = None if moved is None else NOW + moved
    await office.register.write(
        lambda c: c.execute(late.values(late_at=NOW + seen, late_activity_at=moved_at)).rowcount
    )
    async with office.signed_in(Role.CASEWORKER) as client:
        page = (await client.get("/digest?day=2026-11-22")).text
        today = (await client.get("/digest")).text

    assert page.count("Arrived late (") == 1
    assert f'03:10</strong><br><span class="digest-late">{says}</span>' in page
    assert SENTENCE in page
    assert "The record and its numbers stay as they were." in page
    assert "Arrived late" not in today


async def test_only_one_s_own_homes_are_counted(office: Office) -> None:
    """A home that is no longer assigned is neither in today nor in the record."""
    town = office.town
    await office.register.write(lambda c: morning.work(c, SETTINGS, now=NOW))
    table = schema.assignment
    await office.register.write(
        lambda c: (
            c.execute(
                table.update().where(table.c.home_id == town.homes[0]).values(valid_to=NOW)
            ).rowcount
        )
    )
    async with office.signed_in(Role.CASEWORKER) as client:
        for path in ("/digest", "/digest?day=2026-11-22"):
            page = (await client.get(path)).text
            assert "8 of 11 confirmed well" in page
            assert "山田 ハナ" not in page
            assert "余所" not in page


async def test_the_time_of_the_mail_is_wished_on_the_page(office: Office) -> None:
    """A time, or none; nonsense is refused and changes nothing."""
    async with office.signed_in(Role.CASEWORKER) as client:
        assert 'value="10:00"' in (await client.get("/digest")).text
        assert (await client.post("/digest/wish", data={"at": "08:15"})).status_code == 303
        assert 'value="08:15"' in (await client.get("/digest")).text
        assert (await client.post("/digest/wish", data={"at": "25:00"})).status_code == 422
        assert 'value="08:15"' in (await client.get("/digest")).text
        assert (await client.post("/digest/wish", data={"off": "true"})).status_code == 303
        assert "checked" in (await client.get("/digest")).text


@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.ADMINISTRATOR, Role.AUDITOR, Role.FAMILY])
async def test_nobody_else_reads_it(office: Office, role: Role) -> None:
    """It tells when people moved."""
    async with office.signed_in(role) as client:
        assert (await client.get("/digest")).status_code == 403


async def test_each_look_is_written_down(office: Office) -> None:
    """With the day that was looked at."""
    async with office.signed_in(Role.CASEWORKER) as client:
        await client.get("/digest")
        await client.get("/digest?day=2026-11-21")

    wanted = select(schema.audit.c.object).where(schema.audit.c.action == "digest.view")
    found = await office.register.read(lambda c: list(c.execute(wanted).scalars()))
    assert found == ["digest:now", "digest:2026-11-21"]
