"""The page of a member of the family: their own, as far as it was agreed, and nothing else."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection, select

from domain.access import Role
from domain.case import Outcome
from domain.verdict import Verdict
from storage.register import schema
from tests.integration.dashboard.conftest import NOW, Office
from tests.support.seed import PEOPLE, agree

SILENT, WELL = 2, 0
CLOSING = {"episode": "1", "cause": "asleep", "note": ""}


async def page_of(office: Office) -> str:
    """Return what the family reads after signing in."""
    async with office.signed_in(Role.FAMILY) as client:
        first = await client.get("/")
        assert (first.status_code, first.headers["location"]) == (303, "/family")
        answer = await client.get("/family")
    assert answer.status_code == 200
    return answer.text


async def let_agree(office: Office, index: int, scope: str) -> None:
    """Let a resident agree."""
    await office.register.write(lambda c: agree(c, office.town, index, scope, now=NOW))


async def test_without_a_consent_the_page_says_so_and_shows_nobody(office: Office) -> None:
    """Deny by default: no name, no number of a home."""
    page = await page_of(office)

    assert "Nobody has agreed yet that you see how they are." in page
    assert not any(name in page for name, _ in PEOPLE)
    assert "K-0" not in page


@pytest.mark.parametrize("scope", ["status", "summary", "full"])
async def test_only_the_home_of_who_agreed_is_shown(office: Office, scope: str) -> None:
    """Not the homes beside it, those of another municipality, or what the office noted."""
    await let_agree(office, SILENT, scope)

    page = await page_of(office)

    assert PEOPLE[SILENT][0] in page
    others = [name for index, (name, _) in enumerate(PEOPLE) if index != SILENT]
    assert not any(name in page for name in others)
    for hidden in ("余所", "X-01", "K-02", "耳が遠い", "本町", "青木", "管理", "/cases/"):
        assert hidden not in page
    assert "People are being told. Nobody has taken it on yet." in page


@pytest.mark.parametrize(
    ("scope", "is_told"), [("status", False), ("summary", False), ("full", True)]
)
async def test_when_somebody_moved_is_told_to_full_consent_only(
    office: Office, *, scope: str, is_told: bool
) -> None:
    """Neither in the sentence nor in the story of the case."""
    await let_agree(office, SILENT, scope)

    page = await page_of(office)

    assert ("No door or motion since yesterday 21:40." in page) is is_told
    assert ("21:40" in page) is is_told
    assert ("Last sign of life" in page) is is_told


async def test_a_home_that_is_well_says_so_and_not_more(office: Office) -> None:
    """With the least consent: the verdict, and no time of a movement."""
    await let_agree(office, WELL, "status")

    page = await page_of(office)

    assert f"home-head-{Verdict.WELL}" in page
    assert "As far as the sensors show, everything is as usual." in page
    assert "ago" not in page


async def test_a_consent_that_has_ended_shows_nothing(office: Office) -> None:
    """From the next request on, the page and the timeline alike."""
    await let_agree(office, SILENT, "full")
    ended = schema.consent.update().values(valid_to=NOW - timedelta(seconds=1))
    await office.register.write(lambda c: c.execute(ended))

    page = await page_of(office)

    assert PEOPLE[SILENT][0] not in page
    async with office.signed_in(Role.FAMILY) as client:
        home = office.town.homes[SILENT]
        assert (await client.get(f"/homes/{home}/timeline")).status_code == 404


async def test_who_moved_in_after_another_is_not_shown_by_the_old_consent(office: Office) -> None:
    """A consent is of a resident, not of a home."""
    await let_agree(office, SILENT, "full")

    def move_out(connection: Connection) -> None:
        mine = schema.residency.c.resident_id == office.town.residents[SILENT]
        connection.execute(schema.residency.update().where(mine).values(valid_to=NOW))

    await office.register.write(move_out)

    assert "K-03" not in await page_of(office)


@pytest.mark.parametrize(
    ("outcome", "scope", "is_told"),
    [
        (Outcome.HOSPITAL, "status", False),
        (Outcome.HOSPITAL, "summary", True),
        (Outcome.HOSPITAL, "full", True),
        (Outcome.DIED, "full", False),
    ],
)
async def test_how_a_case_ended_is_told_as_agreed_and_a_death_never(
    office: Office, *, outcome: Outcome, scope: str, is_told: bool
) -> None:
    """Grave news come from a person: the timeline says only that the case was closed."""
    await let_agree(office, SILENT, scope)
    async with office.signed_in(Role.CASEWORKER) as client:
        form = CLOSING | {"outcome": outcome}
        answer = await client.post(f"/cases/{office.town.alert}/resolve", data=form)
        assert answer.status_code == 303

    async with office.signed_in(Role.FAMILY) as client:
        page = (await client.get(f"/homes/{office.town.homes[SILENT]}/timeline")).text

    assert "A caseworker closed the case" in page
    assert ("Taken to hospital" in page) is is_told
    assert "Has died" not in page


async def test_each_look_is_written_down_with_its_home(office: Office) -> None:
    """A resident may ask who looked."""
    await let_agree(office, SILENT, "status")
    await page_of(office)

    looked = select(schema.audit.c.object).where(schema.audit.c.action == "family.view")
    rows = await office.register.read(lambda c: c.execute(looked).scalars().all())
    assert rows == [f"home:{office.town.homes[SILENT]}"]
