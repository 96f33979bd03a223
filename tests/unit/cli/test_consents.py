"""What residents agree that families see, from the command line to the real page."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx2
import pytest

from cli.desk import lend
from dashboard.app import create_app
from dashboard.config import Settings
from domain.clock import RealClock
from storage.register import schema
from storage.register.vault import Vault
from storage.signals import LocalSignals, Log
from storage.stores import Stores
from tests.support.seed import quick_passwords
from tests.support.seeded_readings import SeededReadings
from tests.unit.cli.conftest import PASSWORD, Office

NAME = "山田 ハナ"
SPOKEN = ("--form", "spoken", "--recorded-by", "sato")
GIVE = ("consent", "give", "K-01", "hanako", "--scope", "status", *SPOKEN)
END = ("consent", "end", "K-01", "hanako", "--recorded-by", "sato")
NOTHING = "Nobody has agreed yet that you see how they are."


@pytest.fixture
def home(office: Office) -> Office:
    """Who lives in K-01 is known, and a daughter may sign in."""
    office.did("residents", "add", "K-01", typed=f"{NAME}\n\n\n\n")
    office.add_user("hanako", "--role", "family")
    return office


@asynccontextmanager
async def daughter(office: Office) -> AsyncIterator[httpx2.AsyncClient]:
    """Give the browser in which the daughter has signed in on the real pages; English."""
    clock, vault = RealClock(), Vault.open(office.folder / "secrets" / "vault.keys")
    with office.register() as register:
        app = create_app(
            register,
            SeededReadings(now=clock.now),
            LocalSignals(),
            clock,
            Settings(),
            vault,
            notifiers={},
            passwords=quick_passwords(),
        )
        transport, same = httpx2.ASGITransport(app=app), {"sec-fetch-site": "same-origin"}
        async with httpx2.AsyncClient(
            transport=transport, base_url="http://localhost", headers=same
        ) as client:
            client.cookies.set("mimamori_settings", "language-en")
            form = {"login": "hanako", "password": PASSWORD}
            assert (await client.post("/sign-in", data=form)).status_code == 303
            yield client


async def page_of(office: Office) -> str:
    """Return what the daughter reads."""
    async with daughter(office) as client:
        return (await client.get("/family")).text


def listed(office: Office, *more: str) -> list[list[str]]:
    """Return the cells of the list, without its head and the times."""
    _, *rows = office.did("consent", "list", *more).splitlines()
    cells = [re.split(r" {2,}", row) for row in rows]
    return [[row[0], row[1], row[2], *row[5:]] for row in cells]


async def test_the_family_sees_the_home_from_giving_to_ending(home: Office) -> None:
    """On the real page: nothing before, the home after `give`, nothing after `end`."""
    assert NOTHING in await page_of(home)

    told = home.did(*GIVE, typed=f"{NAME}\n")

    assert "hanako sees status of K-01 from " in told
    assert "until it is ended" in told
    page = await page_of(home)
    assert NAME in page
    assert "Last sign of life" not in page

    assert "sees nothing of K-01 any more" in home.did(*END)
    page = await page_of(home)
    assert NOTHING in page
    assert NAME not in page
    booked = [row.action for row in home.rows(schema.audit) if "consent" in row.action]
    assert booked == ["consent.give", "consent.end"]


async def test_the_last_word_decides_how_much_is_seen(home: Office) -> None:
    """Less than before takes the place of more: the wider one does not go on beside it."""
    home.did(*GIVE, "--scope", "full", typed=f"{NAME}\n")
    assert "Last sign of life" in await page_of(home)

    told = home.did(*GIVE, typed=f"{NAME}\n")

    assert "takes the place of the earlier one" in told
    assert "Last sign of life" not in await page_of(home)
    assert listed(home) == [["K-01", "hanako", "status", "spoken", "sato", "holds"]]
    assert [row[-1] for row in listed(home, "--ended")] == ["ended", "holds"]


async def test_one_that_is_to_come_shows_nothing_yet(home: Office) -> None:
    """It begins when it was said to; ending takes that back as well."""
    home.did(*GIVE, "--from", "2199-01-01", "--until", "2199-02-01", typed=f"{NAME}\n")

    assert NOTHING in await page_of(home)
    assert [row[-1] for row in listed(home)] == ["to come"]
    home.did(*END)
    assert "nobody has agreed" in home.did("consent", "list")
    (row,) = home.rows(schema.consent)
    assert row.valid_to < row.valid_from


async def test_one_with_an_end_ends_by_itself(home: Office) -> None:
    """Nobody has to remember."""
    home.did(*GIVE, "--until", "2199-01-01", typed=f"{NAME}\n")
    with home.register() as register:
        over = schema.consent.update().values(valid_to=RealClock().now() - timedelta(seconds=1))
        register.write_now(lambda c: c.execute(over))

    assert NOTHING in await page_of(home)
    home.refused("CNS-004", *END)


def test_who_took_it_down_and_how_is_kept(home: Office) -> None:
    """On paper or spoken, by whom and when; also whose word ended it."""
    home.did(*GIVE, "--form", "paper", typed=f"{NAME}\n")
    home.did("consent", "end", "K-01", "hanako", "--recorded-by", "admin")

    (row,) = home.rows(schema.consent)
    people = {user.login: user.id for user in home.rows(schema.user)}
    assert (row.form, row.recorded_by) == ("paper", people["sato"])
    assert (row.ended_by, row.ended_at) == (people["admin"], row.valid_to)
    of = f"resident:{row.resident_id} user:{people['hanako']}"
    objects = [line.object for line in home.rows(schema.audit) if "consent." in line.action]
    assert objects == [f"{of} scope:status", of]


def test_today_is_from_now_on(home: Office) -> None:
    """The sheet bears a date: of today it holds from now on, of yesterday it is refused."""
    with home.register() as register:
        register.write_now(lambda c: c.execute(schema.home.update().values(time_zone="UTC")))
    today = RealClock().now()

    home.did(*GIVE, "--from", f"{today:%Y-%m-%d}", typed=f"{NAME}\n")
    (row,) = home.rows(schema.consent)
    assert row.valid_from >= today.replace(microsecond=0)
    before = f"{today - timedelta(days=1):%Y-%m-%d}"
    home.refused("CNS-002", *GIVE, "--from", before, typed=f"{NAME}\n")


def test_the_name_says_that_it_is_the_right_home(home: Office) -> None:
    """A slip in the code would show a stranger who lives alone: code and name are asked for."""
    home.refused("ABS-003", *GIVE, typed="鈴木 一郎\n")

    assert home.rows(schema.consent) == []


@pytest.mark.parametrize(
    ("code", "args"),
    [
        ("CNS-001", ("K-02", "hanako", *SPOKEN)),
        ("CNS-002", ("K-01", "hanako", *SPOKEN, "--from", "2199-02-01", "--until", "2199-01-01")),
        ("CNS-002", ("K-01", "hanako", *SPOKEN, "--until", "2020-01-01")),
        ("CNS-003", ("K-01", "admin", *SPOKEN)),
        ("CNS-005", ("K-01", "hanako", "--form", "paper", "--recorded-by", "hanako")),
        ("CLI-002", ("K-01", "hanako", *SPOKEN, "--until", "0001-01-01")),
        ("HOM-001", ("K-99", "hanako", *SPOKEN)),
        ("USR-005", ("K-01", "nobody", *SPOKEN)),
    ],
)
def test_what_cannot_be_is_refused(home: Office, code: str, args: tuple[str, ...]) -> None:
    """By its code, and nothing is written."""
    home.refused(code, "consent", "give", *args, "--scope", "full", typed=f"{NAME}\n")

    assert home.rows(schema.consent) == []


def test_a_family_of_another_municipality_is_refused(home: Office) -> None:
    """A home is the matter of its own municipality alone."""
    home.add_user("jiro", "--role", "family", "--municipality", "隣町")

    home.refused(
        "CNS-003", "consent", "give", "K-01", "jiro", "--scope", "full", *SPOKEN, typed=NAME
    )


def test_who_may_not_sign_in_is_given_nothing_but_can_be_ended(home: Office) -> None:
    """An end is never in the way of anything."""
    home.did(*GIVE, typed=f"{NAME}\n")
    home.did("users", "disable", "hanako")

    home.refused("USR-005", *GIVE, typed=f"{NAME}\n")
    home.did(*END)


def test_who_moves_in_has_agreed_to_nothing(home: Office) -> None:
    """A consent is of a resident, not of a home."""
    home.did(*GIVE, typed=f"{NAME}\n")
    home.did("residents", "add", "K-01", typed="鈴木 一郎\n\n\n\n")

    assert "nobody has agreed" in home.did("consent", "list")
    assert [row[0] for row in listed(home, "--ended")] == ["moved out"]
    home.refused("CNS-004", *END)


async def test_open_pages_hear_of_it_at_once(home: Office) -> None:
    """Where the command runs inside the running system, the stream of the page is nudged."""
    with Stores.open(home.folder / "stores") as stores:
        nudge = stores.signals.subscribe(Log.CASE)
        with lend(home.folder, stores, lambda _topic, _payload: None):
            home.did(*GIVE, typed=f"{NAME}\n")
            assert await nudge.wait(RealClock(), timeout_s=1.0)
