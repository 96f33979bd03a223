"""The page of a one-time link, as a browser without a session sees it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from domain.access import Role, service
from domain.case import CaseState
from domain.ids import CaseId
from storage.register import cases, reply_links
from storage.register.cases import StoredCase
from storage.register.schema import absence
from tests.integration.dashboard.conftest import NOW, Office

ALERTING = service("alerting")
END = "2026-11-24T18:00"


def a_link(office: Office) -> str:
    """Make a link to the seeded alert for the caseworker."""
    case, user = office.town.alert, office.town.users[Role.CASEWORKER]
    return office.register.write_now(
        lambda c: reply_links.make(c, ALERTING, case, user, now=office.clock.now())
    )


def stored(office: Office, case: CaseId) -> StoredCase:
    """Return a case."""
    found = office.register.read_now(lambda c: cases.get(c, ALERTING, case, now=NOW))
    assert found is not None
    return found


async def test_the_page_shows_the_least_and_opening_it_changes_nothing(office: Office) -> None:
    """Case, home code, since when; no name and no address; a scanner may open all of it."""
    token = a_link(office)
    async with office.client() as client:
        for path in ("", "/checking", "/spoke", "/away", "/visit"):
            answer = await client.get(f"/r/{token}{path}")
            assert answer.status_code == 200
            assert "K-03" in answer.text
            assert "佐藤" not in answer.text
            assert "番地" not in answer.text
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["referrer-policy"] == "no-referrer"
            assert "set-cookie" not in answer.headers
    assert stored(office, office.town.alert).state is CaseState.TRIGGERED


async def test_a_post_answers_once(office: Office) -> None:
    """Confirmed: the case has an owner; the same link a second time says that it was used."""
    token = a_link(office)
    async with office.client() as client:
        done = await client.post(f"/r/{token}/checking")
        again = await client.post(f"/r/{token}/spoke")
    assert "hear it" in done.text or "伝えます" in done.text
    assert "used already" in again.text or "使用済み" in again.text
    assert stored(office, office.town.alert).state is CaseState.ACKNOWLEDGED


async def test_another_site_answers_nothing(office: Office) -> None:
    """A form elsewhere that knew the link would still be refused."""
    token = a_link(office)
    async with office.client(**{"sec-fetch-site": "cross-site"}) as client:
        assert (await client.post(f"/r/{token}/checking")).status_code == 403
    assert stored(office, office.town.alert).state is CaseState.TRIGGERED


async def test_an_ended_link_says_so(office: Office) -> None:
    """After half an hour, in words, and without buttons."""
    token = a_link(office)
    office.clock.push(NOW + timedelta(minutes=31))
    async with office.client() as client:
        page = (await client.get(f"/r/{token}")).text
        posted = await client.post(f"/r/{token}/checking")
    assert "30" in page
    assert "/checking" not in page
    assert posted.status_code == 200
    assert stored(office, office.town.alert).state is CaseState.TRIGGERED


async def test_guessing_is_slowed_down(office: Office) -> None:
    """After fifty links of one's own making an address waits; a true link still works."""
    token = a_link(office)
    async with office.client() as client:
        statuses = [(await client.get(f"/r/guess-{number}")).status_code for number in range(52)]
        assert statuses[:50] == [404] * 50
        assert statuses[-1] == 429
        assert (await client.post(f"/r/{token}/checking")).status_code == 200
    assert stored(office, office.town.alert).state is CaseState.ACKNOWLEDGED


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"until": END, "code": "K-07"}, 422),
        ({"until": END}, 422),
        ({"until": "soon", "code": "K-03"}, 422),
        ({"until": "2026-12-24T18:00", "code": "K-03"}, 422),
        ({"until": END, "code": " k-03 "}, 200),
    ],
)
async def test_away_needs_the_home_code_and_a_near_end(
    office: Office, form: dict[str, str], status: int
) -> None:
    """The home is typed, so that it is the right one; the end is at most two weeks away."""
    token = a_link(office)
    async with office.client() as client:
        answer = await client.post(f"/r/{token}/away", data=form)
    assert answer.status_code == status
    ends = office.register.read_now(
        lambda c: c.execute(
            select(absence.c.ends_at).where(absence.c.home_id == office.town.homes[2])
        ).all()
    )
    assert len(ends) == (1 if status == 200 else 0)
