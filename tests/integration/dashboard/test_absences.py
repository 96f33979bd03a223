"""Absences and modes on the pages: two identifiers, an end, and who may."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from domain.absence import Mode
from domain.access import Role, service
from domain.ids import UserId
from storage.register import absences, pauses
from storage.register.schema import absence, absence_event, audit
from storage.register.schema import pause as pause_table
from tests.integration.dashboard.conftest import NOW, Office

SYSTEM = service("test")
TIMES = {"starts": "2026-11-22T10:00", "ends": "2026-11-24T18:00"}


def counts(office: Office, index: int = 1) -> tuple[int, int]:
    """Return how many absences and pauses a home has."""
    home = office.town.homes[index]
    return office.register.read_now(
        lambda c: (
            len(c.execute(select(absence).where(absence.c.home_id == home)).all()),
            len(c.execute(select(pause_table).where(pause_table.c.home_id == home)).all()),
        )
    )


def an_absence(office: Office, index: int = 1) -> str:
    """Enter an absence of two days."""
    owner = UserId(office.town.users[Role.CASEWORKER])
    return office.register.write_now(
        lambda c: absences.add(
            c,
            SYSTEM,
            home_id=office.town.homes[index],
            starts_at=NOW - timedelta(hours=1),
            ends_at=NOW + timedelta(hours=20),
            owner=owner,
            now=NOW,
        )
    )


async def test_an_absence_is_entered_with_two_identifiers(office: Office) -> None:
    """The page shows the name, the code is typed; the absence has an owner and is in the books."""
    home = office.town.homes[1]
    async with office.signed_in(Role.CASEWORKER) as client:
        page = (await client.get(f"/homes/{home}/absences")).text
        assert "鈴木 一郎" in page
        answer = await client.post(f"/homes/{home}/absences", data=TIMES | {"code": "k-02"})
        assert answer.status_code == 303
        page = (await client.get(answer.headers["location"])).text
        assert "It is saved." in page
        assert "entered by 青木 恵" in page
        assert "K-02" in (await client.get("/absences")).text
    assert counts(office) == (1, 0)
    words = office.register.read_now(lambda c: c.execute(select(absence_event.c.word)).scalars())
    actions = office.register.read_now(lambda c: set(c.execute(select(audit.c.action)).scalars()))
    assert "set" in list(words)
    assert {"absence.add", "absences.view", "absences.list"} <= actions


@pytest.mark.parametrize("code", ["", "K-01", "鈴木 一郎", "K-022", "02"])
async def test_a_name_alone_enters_nothing(office: Office, code: str) -> None:
    """P01: without the home's own code nothing is entered, lengthened or begun."""
    home, away = office.town.homes[1], an_absence(office)
    async with office.signed_in(Role.CASEWORKER) as client:
        for path, form in (
            ("absences", TIMES),
            (f"absences/{away}/extend", {"ends": TIMES["ends"]}),
            ("modes", {"mode": "mute", "minutes": "10"}),
        ):
            answer = await client.post(f"/homes/{home}/{path}", data=form | {"code": code})
            assert answer.status_code == 422
            assert "Nothing was changed." in answer.text
    assert counts(office) == (1, 0)


@pytest.mark.parametrize(
    "times",
    [
        TIMES | {"ends": "2026-12-22T18:00"},
        TIMES | {"ends": "2026-11-22T10:00"},
        TIMES | {"ends": "never"},
    ],
)
async def test_every_absence_has_a_near_end(office: Office, times: dict[str, str]) -> None:
    """P02: no end, or one too far away, is refused."""
    home = office.town.homes[1]
    async with office.signed_in(Role.CASEWORKER) as client:
        answer = await client.post(f"/homes/{home}/absences", data=times | {"code": "K-02"})
    assert answer.status_code == 422
    assert counts(office) == (0, 0)


async def test_ending_extending_and_taking_back(office: Office) -> None:
    """Each is one click or form, and each is in the timeline of absences."""
    home = office.town.homes[1]
    first, second = an_absence(office), an_absence(office)
    async with office.signed_in(Role.CASEWORKER) as client:
        form = {"ends": "2026-11-25T18:00", "code": "K-02"}
        assert (
            await client.post(f"/homes/{home}/absences/{first}/extend", data=form)
        ).status_code == 303
        await client.post(f"/homes/{home}/absences/{first}/end")
        await client.post(f"/homes/{home}/absences/{second}/cancel")
        await client.post(f"/homes/{home}/absences/{second}/cancel")
        page = (await client.get(f"/homes/{home}/absences")).text
    assert "Nothing is paused" in page
    assert "Absence: taken back by 青木 恵" in page
    assert page.index("Absence: ended by") < page.index("Absence: put off by")
    query = select(absence_event.c.word).order_by(absence_event.c.position)
    words = office.register.read_now(lambda c: list(c.execute(query).scalars()))
    assert words == ["set", "set", "extended", "ended", "cancelled"]
    assert counts(office) == (1, 0)


async def test_modes_by_role(office: Office) -> None:
    """A technician begins test and visit, never mute nor absence; an auditor looks only."""
    home = office.town.homes[1]
    async with office.signed_in(Role.TECHNICIAN) as client:
        page = (await client.get(f"/homes/{home}/absences")).text
        assert "鈴木" not in page
        assert "Test mode" in page
        form = {"minutes": "20", "code": "K-02"}
        path = f"/homes/{home}/modes"
        assert (await client.post(path, data=form | {"mode": "test"})).status_code == 303
        assert (await client.post(path, data=form | {"mode": "mute"})).status_code == 403
        too_long = {"mode": "test", "minutes": "31", "code": "K-02"}
        assert (await client.post(path, data=too_long)).status_code == 422
        answer = await client.post(f"/homes/{home}/absences", data=TIMES | {"code": "K-02"})
        assert answer.status_code == 403
    async with office.signed_in(Role.AUDITOR) as client:
        assert "Test mode" in (await client.get("/absences")).text
        assert (await client.post(f"/homes/{home}/modes", data=form)).status_code == 403
    async with office.signed_in(Role.ADMINISTRATOR) as client:
        assert (await client.get("/absences")).status_code == 403
    assert counts(office) == (0, 1)


async def test_a_home_out_of_reach_is_not_found(office: Office) -> None:
    """Another town's home looks as if it did not exist, for every form."""
    home = office.town.foreign_home
    async with office.signed_in(Role.CASEWORKER) as client:
        assert (await client.get(f"/homes/{home}/absences")).status_code == 404
        form = TIMES | {"code": "X-01"}
        assert (await client.post(f"/homes/{home}/absences", data=form)).status_code == 404


async def test_the_page_of_the_home_shows_what_is_paused(office: Office) -> None:
    """Shown to the dispatcher: a visit, until when."""
    home = office.town.homes[1]
    owner = UserId(office.town.users[Role.CASEWORKER])
    office.register.write_now(
        lambda c: pauses.begin(
            c,
            SYSTEM,
            home_id=home,
            mode=Mode.VISIT,
            lasts=timedelta(minutes=40),
            owner=owner,
            now=NOW,
        )
    )
    async with office.signed_in(Role.CASEWORKER) as client:
        page = (await client.get(f"/homes/{home}")).text
        assert "Visit" in page
        assert "until 10:50" in page
        assert f"/homes/{home}/absences" in page
