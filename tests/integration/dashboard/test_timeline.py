"""The timeline of a home: all evidence in one order, for those who look after the person."""

import re
from typing import Any

import pytest
from sqlalchemy import Connection, select

from domain.access import Role
from domain.evidence import Evidence
from domain.ids import HomeId
from storage.register import schema
from tests.integration.dashboard.conftest import NOW, Office
from tests.integration.dashboard.test_attempts import SECRET
from tests.support import seed

REPORT = {
    "source": "newspaper",
    "sighting": "piled_up",
    "seen": "2026-11-22T07:05",
    "note": "朝刊が2日分残っていた。",
}


def agree(connection: Connection, office: Office, scope: str) -> None:
    """Let the resident of the silent home agree to what the family may see."""
    seed.agree(connection, office.town, 2, scope, now=NOW)


async def written(office: Office, home: HomeId) -> None:
    """Let a caseworker call, ask the family, and type a report in."""
    case = f"/cases/{office.town.alert}/attempts"
    async with office.signed_in(Role.CASEWORKER) as client:
        await client.post(case, data={"kind": "call", "result": "no_answer", "note": SECRET})
        await client.post(case, data={"kind": "family", "result": "will_check"})
        answer = await client.post(f"/homes/{home}/reports", data=REPORT)
        assert answer.status_code == 303, answer.text


async def asked(office: Office, role: Role, home: HomeId, query: str = "") -> dict[str, Any]:
    """Return what the API answers to a role."""
    async with office.signed_in(role) as client:
        answer = await client.get(f"/api/v1/homes/{home}/timeline{query}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    found: dict[str, Any] = answer.json()
    return found


async def test_everything_stands_in_one_order_newest_first(office: Office) -> None:
    """Findings, messages with their fate, calls and the report, whoever sent them."""
    home = office.town.homes[2]
    await written(office, home)

    found = await asked(office, Role.CASEWORKER, home)

    instants = [one["at"] for one in found["entries"]]
    assert instants == sorted(instants, reverse=True)
    kinds = {one["kind"] for one in found["entries"]}
    assert kinds == {"case", "message", "attempt", "report"}
    texts = " ".join(one["text"] for one in found["entries"])
    assert "E-mail to 管理 太郎: refused by the mail server" in texts
    assert "Newspaper shop: Newspapers, post or meals not taken in" in texts
    (report,) = [one for one in found["entries"] if one["kind"] == "report"]
    assert report["at"] == "2026-11-21T22:05:00+00:00"
    assert report["note"] == REPORT["note"]
    assert found["hours"][0]["activities"] > 0


@pytest.mark.parametrize("kind", Evidence)
async def test_a_filter_leaves_one_kind(office: Office, kind: Evidence) -> None:
    """On the page and in the API alike."""
    home = office.town.homes[2]
    await written(office, home)

    found = await asked(office, Role.CASEWORKER, home, f"?kind={kind}")
    async with office.signed_in(Role.CASEWORKER) as client:
        page = (await client.get(f"/homes/{home}/timeline?kind={kind}")).text

    assert {one["kind"] for one in found["entries"]} <= {kind.value}
    assert (found["hours"] is not None) is (kind is Evidence.ACTIVITY)
    assert ("Movement:" in page) is (kind is Evidence.ACTIVITY)
    assert ("Newspaper shop:" in page) is (kind is Evidence.REPORT)


async def test_the_page_says_days_and_times_of_the_home(office: Office) -> None:
    """Day by day by the home's own clock; movement as hours, never as single readings."""
    home = office.town.homes[2]
    await written(office, home)
    async with office.signed_in(Role.CASEWORKER) as client:
        page = (await client.get(f"/homes/{home}/timeline")).text
        earlier = (await client.get(f"/homes/{home}/timeline?until=2026-11-15")).text

    assert re.findall(r'id="day-([\d-]+)"', page)[:2] == ["2026-11-22", "2026-11-21"]
    assert ">07:05</time>" in page
    assert "Movement: 02:00–03:00, 06:00–10:10." in page
    assert 'id="day-2026-11-15"' in earlier
    assert "Newspaper shop:" not in earlier


async def test_the_family_reads_what_the_resident_agreed_to(office: Office) -> None:
    """Without names and notes of the staff, messages to others and what other family said."""
    home = office.town.homes[2]
    await written(office, home)
    await office.register.write(lambda c: agree(c, office, "full"))

    found = await asked(office, Role.FAMILY, home)

    text = str(found)
    assert "A caseworker – Called the resident: No answer" in text
    assert "Newspaper shop" in text
    assert found["hours"]
    for hidden in (SECRET, "青木", "管理", "Asked the family", REPORT["note"], "E-mail to"):
        assert hidden not in text


@pytest.mark.parametrize("scope", ["status", "summary"])
async def test_with_less_consent_the_family_reads_no_movement(office: Office, scope: str) -> None:
    """The cases and visits, and not when somebody moved."""
    home = office.town.homes[2]
    await office.register.write(lambda c: agree(c, office, scope))

    found = await asked(office, Role.FAMILY, home)
    async with office.signed_in(Role.FAMILY) as client:
        page = (await client.get(f"/homes/{home}/timeline")).text
        others = await client.get(f"/homes/{office.town.homes[3]}/timeline")

    assert found["hours"] is None
    assert "Movement:" not in page
    assert "No movement seen" not in page
    assert "21:40" not in page + str(found)
    assert "/cases/" not in page
    assert others.status_code == 404


async def test_each_view_is_written_down(office: Office) -> None:
    """Of the page and of the API, also one that is refused."""
    town = office.town
    async with office.signed_in(Role.CASEWORKER) as client:
        await client.get(f"/homes/{town.homes[2]}/timeline")
        await client.get(f"/api/v1/homes/{town.homes[2]}/timeline")
        assert (await client.get(f"/homes/{town.foreign_home}/timeline")).status_code == 404

    rows = await office.register.read(
        lambda c: c.execute(
            select(schema.audit.c.object, schema.audit.c.result).where(
                schema.audit.c.action == "timeline.view"
            )
        ).all()
    )
    own, foreign = f"home:{town.homes[2]}", f"home:{town.foreign_home}"
    assert [tuple(row) for row in rows] == [(own, "done"), (own, "done"), (foreign, "refused")]


@pytest.mark.parametrize(
    "change",
    [
        {"seen": "2026-11-23T07:05"},
        {"seen": "yesterday"},
        {"seen": "0001-01-01T00:00"},
        {"source": "nobody"},
        {"sighting": ""},
        {"note": "x" * 2001},
    ],
)
async def test_a_report_that_makes_no_sense_is_refused(
    office: Office, change: dict[str, str]
) -> None:
    """Nothing of the future, nothing unreadable."""
    async with office.signed_in(Role.CASEWORKER) as client:
        answer = await client.post(f"/homes/{office.town.homes[2]}/reports", data=REPORT | change)

    assert answer.status_code == 422
    rows = await office.register.read(lambda c: c.execute(select(schema.report)).all())
    assert rows == []


@pytest.mark.parametrize(
    "query", ["?kind=nonsense", "?until=1999-12-31", "?until=x", "?days=0", "?days=32"]
)
async def test_what_is_asked_wrongly_is_refused(office: Office, query: str) -> None:
    """With a code, not with a guess."""
    async with office.signed_in(Role.CASEWORKER) as client:
        answer = await client.get(f"/api/v1/homes/{office.town.homes[2]}/timeline{query}")

    assert answer.status_code == 422
