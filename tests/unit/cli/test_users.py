"""Users from the command line: added, assigned, given passwords, disabled, listed."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from domain.access import service
from storage.register import schema, sessions, users
from tests.support.seed import quick_passwords
from tests.unit.cli.conftest import PASSWORD, Office

NOW = datetime(2026, 11, 22, tzinfo=UTC)
NEW = "another four words"
TWICE = f"{NEW}\n{NEW}\n"


def sign_in(office: Office, login: str) -> None:
    """Begin a session as the pages do."""
    with office.register() as register:
        user = register.read_now(lambda c: users.by_login(c, service("test"), login))
        assert user is not None
        register.write_now(lambda c: sessions.begin(c, user.access, now=NOW))


def password_of(office: Office, login: str) -> str:
    """Return what is kept of a password."""
    return str(next(row.password_hash for row in office.rows(schema.user) if row.login == login))


def assigned(office: Office) -> list[str]:
    """Return the homes that are assigned to the caseworker, as the list shows them."""
    line = next(x for x in office.did("users", "list").splitlines() if x.startswith("sato"))
    return line.split()[2:]


def test_first_user_makes_the_installation(new_office: Office) -> None:
    """The first user brings the municipality; the folder is the owner's only."""
    new_office.add_user("Admin", "--role", "administrator", "--municipality", "見本市")

    (user,) = new_office.rows(schema.user)
    assert (user.login, user.role, user.display_name) == ("admin", "administrator", "佐藤　花子")
    assert new_office.folder.stat().st_mode & 0o777 == 0o700
    assert new_office.booked() == ["user.add"]


@pytest.mark.parametrize(
    ("code", "args"),
    [
        ("USR-001", ["x", "--role", "system"]),
        ("USR-002", ["SATO"]),
        ("USR-006", ["x", "--role", "auditor", "--assign-all-homes"]),
        ("USR-007", ["two words"]),
        ("USR-007", [""]),
        ("USR-007", ["x" * 65]),
        ("USR-007", ["\udcff"]),
        ("USR-007", ["x", "--email", "nobody"]),
        ("USR-007", ["x", "--email", "a@b@c"]),
        ("USR-007", ["x", "--email", "a@b\nBcc: c@d"]),
        ("USR-007", ["x", "--municipality", " "]),
        ("USR-007", ["x", "--name", "\udcff"]),
    ],
)
def test_wrong_user_is_refused(office: Office, code: str, args: list[str]) -> None:
    """Each wrong field has its error, and nobody is added."""
    given = args if "--name" in args else [*args, "--name", "X"]

    office.refused(code, "users", "add", *given, typed=TWICE)

    assert len(office.rows(schema.user)) == 2


@pytest.mark.parametrize("password", ["short", "password1234", "x" * 129])
def test_weak_password_is_refused(office: Office, password: str) -> None:
    """A weak password is refused by name, and the error does not repeat it."""
    typed = f"{password}\n{password}\n"

    told = office.refused("PWD-001", "users", "add", "x", "--name", "X", typed=typed)
    told += office.refused("PWD-001", "users", "password", "sato", typed=typed)

    assert password not in told


def test_a_language_without_mails_is_refused(office: Office) -> None:
    """Only languages that mails are written in are taken."""
    result = office.run("users", "add", "x", "--name", "X", "--language", "fr", typed=TWICE)

    assert result.exit_code == 2
    assert len(office.rows(schema.user)) == 2


def test_no_municipality_yet(new_office: Office) -> None:
    """The first user needs one."""
    new_office.refused("USR-003", "users", "add", "x", "--name", "X", typed=TWICE)


def test_several_municipalities_have_to_be_named(office: Office) -> None:
    """With two municipalities nobody is put into one by chance."""
    office.add_user("other", "--municipality", "隣町")

    office.refused("USR-004", "users", "add", "x", "--name", "X", typed=TWICE)

    office.add_user("y", "--municipality", "隣町", "--assign-all-homes")
    assert len({row.municipality_id for row in office.rows(schema.user)}) == 2
    assert office.rows(schema.assignment) == [], "the homes are the other municipality's"


def test_homes_are_assigned(office: Office) -> None:
    """Named homes, or all of them; again is harmless; each is booked."""
    assert assigned(office) == ["-"]

    office.did("users", "assign", "sato", "K-02")
    assert assigned(office) == ["K-02"]
    office.did("users", "assign", "SATO", "--all-homes")
    assert assigned(office) == ["K-01", "K-02"]

    assert len(office.rows(schema.assignment)) == 2
    assert office.booked().count("user.assign") == 3


@pytest.mark.parametrize(
    ("code", "args"),
    [
        ("HOM-001", ["sato", "K-01", "K-99"]),
        ("HOM-003", ["sato"]),
        ("HOM-003", ["sato", "K-01", "--all-homes"]),
        ("USR-005", ["nobody", "K-01"]),
        ("USR-005", ["\udcff", "K-01"]),
        ("USR-006", ["admin", "K-01"]),
    ],
)
def test_wrong_assignment_is_refused_as_a_whole(office: Office, code: str, args: list[str]) -> None:
    """One wrong home, and none is assigned."""
    office.refused(code, "users", "assign", *args)

    assert office.rows(schema.assignment) == []
    assert "user.assign" not in office.booked()


def test_homes_of_another_municipality_are_not_found(office: Office) -> None:
    """A code means a home of the user's own municipality."""
    office.add_user("other", "--municipality", "隣町")

    office.refused("HOM-001", "users", "assign", "other", "K-01")


def test_somebody_without_an_address_is_pointed_out(office: Office) -> None:
    """Who has no e-mail address is told nothing, and the operator is told that."""
    assert "told nothing" in office.add_user("suzuki")
    assert "told nothing" in office.did("users", "assign", "suzuki", "K-01")
    assert "told nothing" not in office.did("users", "assign", "sato", "K-01")


async def test_new_password_signs_in_and_ends_sessions(office: Office) -> None:
    """After a new password the old one does not fit, and whoever was signed in is out."""
    sign_in(office, "sato")
    sign_in(office, "admin")

    told = await asyncio.to_thread(office.did, "users", "password", "sato", typed=TWICE)

    kept = password_of(office, "sato")
    assert await quick_passwords().matches(NEW, kept)
    assert not await quick_passwords().matches(PASSWORD, kept)
    assert "1 sessions ended" in told
    assert len(office.rows(schema.session)) == 1
    assert office.booked()[-1] == "user.password"


def test_password_of_nobody_is_not_even_asked_for(office: Office) -> None:
    """A misspelt login is told before anything is typed."""
    result = office.run("users", "password", "nobody", typed=TWICE)

    assert result.stderr.startswith("USR-005 ")
    assert "Password" not in result.stdout


def test_a_prompt_that_is_left_changes_nothing(office: Office) -> None:
    """Ending the input at the question ends the command without a traceback."""
    kept = password_of(office, "sato")

    result = office.run("users", "password", "sato", typed="")

    assert result.exit_code == 1
    assert "Traceback" not in result.output
    assert password_of(office, "sato") == kept


def test_disabled_user_is_out_and_stays_out(office: Office) -> None:
    """Sessions end; homes that nobody has any more are named; again is harmless."""
    office.did("users", "assign", "sato", "K-01")
    sign_in(office, "sato")

    told = office.did("users", "disable", "sato")

    assert "homes without a caseworker: K-01 K-02" in told
    assert office.rows(schema.session) == []
    first = [row.disabled_at for row in office.rows(schema.user) if row.login == "sato"]
    assert first[0] is not None
    office.did("users", "disable", "sato")
    assert [row.disabled_at for row in office.rows(schema.user) if row.login == "sato"] == first
    office.refused("USR-005", "users", "assign", "sato", "K-01")
    office.refused("USR-005", "users", "password", "sato", typed=TWICE)
    office.refused("USR-005", "users", "disable", "nobody")
    assert "caseworker (disabled)" in office.did("users", "list")


def test_list_names_logins_roles_and_homes(office: Office) -> None:
    """No display name and no address is listed; homes on nobody's list are named."""
    office.did("users", "assign", "sato", "K-01")

    assert office.did("users", "list").splitlines() == [
        "login  role           homes",
        "admin  administrator  -",
        "sato   caseworker     K-01",
        "homes without a caseworker: K-02",
    ]
    assert office.booked()[-1] == "user.list"


def test_ended_assignment_is_not_listed(office: Office) -> None:
    """Only what is assigned now counts."""
    office.did("users", "assign", "sato", "--all-homes")
    past = NOW - timedelta(days=3000)
    with office.register() as register:
        register.write_now(
            lambda c: c.execute(schema.assignment.update().values(valid_from=past, valid_to=past))
        )

    assert assigned(office) == ["-"]
