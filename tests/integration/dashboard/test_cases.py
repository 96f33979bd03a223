"""Cases on the pages: taking on, closing, and what the pages say."""

from datetime import timedelta

import httpx2
import pytest
from sqlalchemy import Connection, select

from alerting.replies import NOTE_CHARACTERS
from domain.access import Role, service
from domain.case import CaseState
from storage.register import cases, residents, schema, users
from storage.register.residents import Person
from tests.integration.dashboard.conftest import NOW, Office
from tests.support.seed import PASSWORD, quick_passwords

OURS = service("test")
FIRST = {"episode": "1"}
END = FIRST | {"outcome": "well", "cause": "asleep", "note": "訪問した。寝ていた。"}
HOSTILE = """<script>alert(1)</script><img src=x onerror=alert(2)>'"&{{7*7}}${7*7}"""


async def test_the_page_says_what_why_since_when_and_what_was_done(office: Office) -> None:
    """One case, told whole."""
    async with office.signed_in(Role.CASEWORKER) as client:
        page = (await client.get(f"/cases/{office.town.alert}")).text

    assert "No door or motion since yesterday 21:40." in page
    assert "movement was due by 09:28." in page
    assert "佐藤 キヨ" in page
    assert "E-mail to 青木 恵: sent" in page
    assert "E-mail to 管理 太郎: refused by the mail server" in page


async def test_a_message_is_told_with_its_own_channel_and_why_it_failed(office: Office) -> None:
    """A webhook is no mail, and what its program answered is told without its address."""
    refused = schema.notification.update().where(schema.notification.c.state == "refused")
    await office.register.write(
        lambda c: c.execute(
            refused.values(channel="webhook", last_error="HTTP 410 of hooks.example/secret")
        )
    )
    async with office.signed_in(Role.CASEWORKER) as client:
        page = (await client.get(f"/cases/{office.town.alert}")).text

    assert "Linked system (webhook) to 管理 太郎: refused by the linked system" in page
    assert "The answer was 410." in page
    assert "hooks.example" not in page


async def test_a_silence_is_told_with_its_limit_and_its_last_movement(office: Office) -> None:
    """The timeline says by when movement was due, and not that something happened then."""
    async with office.signed_in(Role.CASEWORKER) as client:
        page = (await client.get(f"/cases/{office.town.alert}")).text

    assert "movement was due by 09:28; last: yesterday 21:40" in page
    assert "happened:" not in page


async def test_taking_on_and_closing(office: Office) -> None:
    """The button and the form do what they say; the list and the home follow."""
    case = office.town.alert
    async with office.signed_in(Role.CASEWORKER) as client:
        answer = await client.post(f"/cases/{case}/acknowledge", data=FIRST)
        page = (await client.get(answer.headers["location"])).text
        assert "青木 恵 has taken the case on" in page
        assert "I take this on" not in page
        answer = await client.post(f"/cases/{case}/resolve", data=END)
        page = (await client.get(answer.headers["location"])).text
        assert "The case is closed." in page
        assert "Spoken to or seen, and well / Was asleep" in page
        assert "訪問した。寝ていた。" in page
        assert "0 alerts" in (await client.get("/")).text


async def test_a_second_click_changes_nothing(office: Office) -> None:
    """The first acknowledgement stands with its time."""
    case = office.town.alert
    async with office.signed_in(Role.CASEWORKER) as client:
        await client.post(f"/cases/{case}/acknowledge", data=FIRST)
        office.clock.push(NOW + timedelta(minutes=3))
        assert (await client.post(f"/cases/{case}/acknowledge", data=FIRST)).status_code == 303

    stored = await office.register.read(lambda c: cases.get(c, OURS, case, now=NOW))
    assert stored is not None
    assert stored.acknowledged_at == NOW


async def test_a_second_person_learns_who_has_it(office: Office) -> None:
    """Two at once: one owner, and the other reads the name."""
    town = office.town

    def colleague(connection: Connection) -> None:
        new = users.add(
            connection,
            OURS,
            municipality=town.municipality,
            login="baba",
            display_name="馬場 学",
            role=Role.CASEWORKER,
            email=None,
            language="ja",
            password_hash=quick_passwords().hash(PASSWORD),
            now=NOW,
        )
        users.assign(
            connection, OURS, user=new, home=town.homes[2], municipality=town.municipality, now=NOW
        )

    await office.register.write(colleague)
    async with office.signed_in(Role.CASEWORKER) as first, office.client() as second:
        await second.post("/sign-in", data={"login": "baba", "password": PASSWORD})
        await first.post(f"/cases/{town.alert}/acknowledge", data=FIRST)
        answer = await second.post(f"/cases/{town.alert}/acknowledge", data=FIRST)
        second.cookies.set("mimamori_settings", "language-en")
        page = (await second.get(answer.headers["location"])).text

    assert "青木 恵 has taken the case on already." in page


@pytest.mark.parametrize(("action", "form"), [("acknowledge", FIRST), ("resolve", END)])
async def test_an_old_page_answers_no_new_emergency(
    office: Office, action: str, form: dict[str, str]
) -> None:
    """A form from before it happened again changes nothing, and the page says so."""
    case = office.town.alert

    def happen_again(connection: Connection) -> None:
        first = select(schema.episode).where(schema.episode.c.case_id == case)
        row = dict(connection.execute(first).one()._mapping)
        again = row | {"id": "again", "number": 2, "began_at": NOW, "found_at": NOW}
        connection.execute(schema.episode.insert().values(**again))

    async with office.signed_in(Role.CASEWORKER) as client:
        old = await page_of(client, f"/cases/{case}")
        await office.register.write(happen_again)
        answer = await client.post(f"/cases/{case}/{action}", data=form)
        page = await page_of(client, answer.headers["location"])

    assert old.count('name="episode" value="1"') == 2
    assert page.count('name="episode" value="2"') == 2
    assert "Your answer was not saved" in page
    assert "I take this on" in page


@pytest.mark.parametrize(
    "form",
    [
        FIRST | {"outcome": "well"},
        FIRST | {"cause": "asleep"},
        FIRST | {"outcome": "fine", "cause": "asleep"},
        {"outcome": "well", "cause": "asleep"},
        END | {"episode": "0"},
        END | {"note": "x" * (NOTE_CHARACTERS + 1)},
    ],
)
async def test_a_case_is_closed_whole_or_not_at_all(office: Office, form: dict[str, str]) -> None:
    """Without outcome, cause and episode, or with nonsense, nothing is closed."""
    case = office.town.alert
    async with office.signed_in(Role.CASEWORKER) as client:
        answer = await client.post(f"/cases/{case}/resolve", data=form)

    assert answer.status_code == 422
    stored = await office.register.read(lambda c: cases.get(c, OURS, case, now=NOW))
    assert stored is not None
    assert stored.state is CaseState.TRIGGERED


async def test_the_address_of_a_page_proves_nothing(office: Office) -> None:
    """A made-up result in the address does not make the page say that somebody took it on."""
    async with office.signed_in(Role.CASEWORKER) as client:
        page = (await client.get(f"/cases/{office.town.alert}?said=done")).text

    assert "has taken the case on" not in page


async def test_hostile_text_is_only_text(office: Office) -> None:
    """Whatever stands in a name, a note or a room is shown and never run."""
    town = office.town

    def poison(connection: Connection) -> None:
        residents.seal_person(
            connection,
            OURS,
            office.vault,
            town.residents[2],
            Person(name=HOSTILE, kana=HOSTILE, address=HOSTILE, phone=HOSTILE, note=HOSTILE),
            municipality=town.municipality,
        )
        connection.execute(schema.sensor_placement.update().values(room=HOSTILE))
        connection.execute(schema.sensor.update().values(name=schema.sensor.c.id + HOSTILE))
        connection.execute(schema.user.update().values(display_name=HOSTILE))
        connection.execute(schema.case.update().values(note=HOSTILE))

    async with office.signed_in(Role.CASEWORKER) as client:
        await office.register.write(poison)
        for path in (
            "/",
            f"/homes/{town.homes[2]}",
            "/cases",
            f"/cases/{town.alert}",
            f"/cases/{town.closed}",
        ):
            page = (await client.get(path)).text
            assert "&lt;script&gt;" in page
            assert "<script>alert" not in page
            assert "<img src=x" not in page


async def test_looking_is_written_down(office: Office) -> None:
    """Each view of a home or case stands in the audit log, refused ones as well."""
    town = office.town
    async with office.signed_in(Role.CASEWORKER) as client:
        await client.get(f"/homes/{town.homes[0]}")
        await client.get(f"/homes/{town.foreign_home}")
        await client.get(f"/cases/{town.alert}")

    rows = await office.register.read(lambda c: c.execute(schema.audit.select()).all())
    seen = {(row.actor, row.action, row.object, row.result) for row in rows}
    me = town.users[Role.CASEWORKER]
    assert (me, "home.view", f"home:{town.homes[0]}", "done") in seen
    assert (me, "home.view", f"home:{town.foreign_home}", "refused") in seen
    assert (me, "case.view", f"case:{town.alert}", "done") in seen


async def test_pages_speak_both_languages(office: Office) -> None:
    """The device's choice decides, and the page says which language it is in."""
    async with office.signed_in(Role.CASEWORKER) as client:
        assert '<html lang="en"' in (await client.get("/")).text
        await client.post("/settings", data={"language": "ja"})
        page = (await client.get("/")).text
        assert '<html lang="ja"' in page
        assert "要対応" in page


async def test_when_the_detector_stands_still_the_page_says_so(office: Office) -> None:
    """After two minutes without progress no page claims to be up to date."""
    async with office.signed_in(Role.CASEWORKER) as client:
        assert "Not watching since" not in freshness(await page_of(client, "/"))
        office.clock.push(NOW + timedelta(minutes=2, seconds=1))
        for path in (
            "/",
            "/cases",
            f"/homes/{office.town.homes[0]}",
            f"/cases/{office.town.alert}",
        ):
            assert "Not watching since 10:10" in freshness(await page_of(client, path))


async def page_of(client: httpx2.AsyncClient, path: str) -> str:
    """Return a page."""
    return (await client.get(path)).text


def freshness(page: str) -> str:
    """Return the line that says whether the page is up to date."""
    return page.split('id="freshness"')[1].split("</div>", maxsplit=1)[0]
