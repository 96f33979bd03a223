"""Writing down on the page of a case what somebody tried."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection, select

from domain.access import Role
from domain.ids import UserId
from storage.register import audit, schema, users
from tests.integration.dashboard.conftest import NOW, Office
from tests.integration.dashboard.test_cases import END, FIRST, OURS
from tests.support.seed import press_help

CALLED = {"kind": "call", "result": "no_answer"}
SECRET = "娘の電話は 090-0000-1111。"


async def test_an_attempt_is_told_with_who_when_and_what_came_of_it(office: Office) -> None:
    """In the story, with its note, at the time it happened; and the audit log knows."""
    path = f"/cases/{office.town.alert}"
    form = {"kind": "visit", "result": "met", "minutes_ago": "15", "note": "居間にいた。"}
    async with office.signed_in(Role.CASEWORKER) as client:
        answer = await client.post(f"{path}/attempts", data=form)
        page = (await client.get(answer.headers["location"])).text

    assert "Written down: Went to the home: Met the resident, who is well" in page
    assert "青木 恵 – Went to the home: Met the resident, who is well" in page
    assert '<span class="line-at">09:55</span>' in page
    assert "written down: 10:10" in page
    assert "居間にいた。" in page
    assert (await office.register.read(_actions)).count("case.attempt") == 1


async def test_a_second_tap_writes_nothing(office: Office) -> None:
    """The same within ten seconds is one attempt; a minute later it is another call."""
    path = f"/cases/{office.town.alert}/attempts"
    async with office.signed_in(Role.CASEWORKER) as client:
        await client.post(path, data=CALLED)
        await client.post(path, data=CALLED)
        assert await office.register.read(_count) == 1
        office.clock.push(NOW + timedelta(minutes=1))
        await client.post(path, data=CALLED)
        assert await office.register.read(_count) == 2


@pytest.mark.parametrize(
    "form",
    [
        {"kind": "call", "result": "met"},
        {"kind": "call", "result": "nonsense"},
        CALLED | {"minutes_ago": "-1"},
        CALLED | {"minutes_ago": "721"},
        CALLED | {"note": "x" * 2001},
    ],
)
async def test_what_makes_no_sense_is_refused(office: Office, form: dict[str, str]) -> None:
    """And nothing is written."""
    async with office.signed_in(Role.CASEWORKER) as client:
        answer = await client.post(f"/cases/{office.town.alert}/attempts", data=form)

    assert answer.status_code == 422
    assert await office.register.read(_count) == 0


async def test_a_closed_case_takes_no_attempt_and_says_so(office: Office) -> None:
    """What comes later is told to who closed it, and never lost in silence."""
    path = f"/cases/{office.town.alert}"
    async with office.signed_in(Role.CASEWORKER) as client:
        await client.post(f"{path}/resolve", data=END)
        answer = await client.post(f"{path}/attempts", data=CALLED)
        page = (await client.get(answer.headers["location"])).text

    assert "nothing was written down" in page
    assert await office.register.read(_count) == 0


async def test_notes_are_sealed_and_only_for_those_who_look_after_the_person(
    office: Office,
) -> None:
    """The database holds noise; an auditor reads that somebody called, and no note."""
    path = f"/cases/{office.town.alert}"
    async with office.signed_in(Role.CASEWORKER) as client:
        await client.post(f"{path}/attempts", data=CALLED | {"note": SECRET})
        assert SECRET in (await client.get(path)).text
    async with office.signed_in(Role.AUDITOR) as client:
        page = (await client.get(path)).text

    assert "Called the resident: No answer" in page
    assert SECRET not in page
    stored = await office.register.read(lambda c: c.execute(select(schema.attempt)).one())
    assert SECRET.encode() not in stored.note


async def test_the_condition_stands_beside_what_people_do(office: Office) -> None:
    """Taken on and still silent: two answers to two questions."""
    path = f"/cases/{office.town.alert}"
    async with office.signed_in(Role.CASEWORKER) as client:
        await client.post(f"{path}/acknowledge", data=FIRST)
        page = (await client.get(path)).text

    assert "Still silent since yesterday 21:40" in page
    assert "Write down what you do by 10:25, else the next people are told." in page


async def test_an_attempt_says_that_its_owner_is_still_on_it(office: Office) -> None:
    """The deadline for the next word moves; a colleague's attempt moves nothing."""
    path = f"/cases/{office.town.alert}"
    async with office.signed_in(Role.CASEWORKER) as client:
        await client.post(f"{path}/acknowledge", data=FIRST)
        office.clock.push(NOW + timedelta(minutes=9))
        await client.post(f"{path}/attempts", data=CALLED)
        page = (await client.get(path)).text

    assert "Write down what you do by 10:34" in page
    assert "青木 恵 is still on it" in page


async def test_why_was_my_mother_not_called(office: Office) -> None:
    """Each person who might have been told and was not stands there with the reason."""
    town = office.town

    def work(connection: Connection) -> None:
        for login, email in (("sato", "sato@example.jp"), ("mute", None)):
            users.add(
                connection,
                OURS,
                municipality=town.municipality,
                login=login,
                display_name=login.title(),
                role=Role.CASEWORKER,
                email=email,
                language="ja",
                password_hash="-",
                now=NOW,
            )
        connection.execute(
            schema.consent.insert().values(
                id="consent",
                municipality_id=town.municipality,
                resident_id=town.residents[8],
                user_id=UserId(town.users[Role.FAMILY]),
                scope="full",
                valid_from=NOW - timedelta(days=1),
            )
        )

    await office.register.write(work)
    case = await office.register.write(lambda c: press_help(c, town, 8, now=NOW))
    async with office.signed_in(Role.CASEWORKER) as client:
        page = (await client.get(f"/cases/{case}")).text
        other = (await client.get(f"/cases/{town.alert}")).text

    told = page[page.index('id="told"') :]
    assert "No step of this case names them." in _row(told, "山田 花子")
    assert "No contact method is in use." in _row(told, "Mute")
    assert "Not yet: is told by step 2." in _row(told, "Sato")
    assert "山田 花子" not in other


def _row(html: str, name: str) -> str:
    """Return the entry of one person."""
    begin = html.index(f">{name}<")
    return html[begin : html.index("</li>", begin)]


def _count(connection: Connection) -> int:
    return len(connection.execute(select(schema.attempt.c.id)).all())


def _actions(connection: Connection) -> list[str]:
    assert audit.verify(connection, OURS).broken_at is None
    return list(connection.execute(select(schema.audit.c.action)).scalars())
