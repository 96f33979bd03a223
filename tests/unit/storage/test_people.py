"""Residents sealed at rest, sessions, waits between attempts, and how far an access reaches."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, event

from domain.access import Role, of_user, service
from domain.errors import PermanentError
from domain.ids import MunicipalityId, UserId
from storage.register import homes, login_failures, residents, schema, sessions, users
from storage.register.database import Register
from storage.register.login_failures import ACCOUNT_CAP, CAP, attempt_of, wait_of
from storage.register.vault import Vault
from tests.support.seed import PEOPLE, Town, quick_passwords, seed

NOW = datetime(2026, 11, 22, 1, 10, tzinfo=UTC)
ME = service("test")


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    """A new vault."""
    return Vault.open_or_create(tmp_path / "vault.key")


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    """An empty register."""
    with Register.open(tmp_path / "register.db") as opened:
        yield opened


@pytest.fixture
def town(register: Register, vault: Vault) -> Town:
    """A seeded town."""
    return register.write_now(lambda c: seed(c, vault, quick_passwords(), now=NOW))


@pytest.mark.usefixtures("town")
def test_no_name_stands_in_the_database(register: Register, tmp_path: Path) -> None:
    """A stolen copy of the database and its log holds no name, address, phone or note."""
    register.close()

    stolen = b"".join(path.read_bytes() for path in tmp_path.glob("register.db*"))

    for name, kana in PEOPLE:
        assert name.encode() not in stolen
        assert kana.encode() not in stolen
    for part in ("本町", "03-0000-00", "耳が遠い"):
        assert part.encode() not in stolen


def test_names_open_for_those_who_may_see_them(
    register: Register, vault: Vault, town: Town
) -> None:
    """A caseworker reads names; technician, administrator and auditor get None."""
    for role, user in town.users.items():
        if role is Role.FAMILY:
            continue
        access = of_user(user, role, town.municipality)
        found = register.read_now(partial(homes.summaries, access=access, vault=vault, now=NOW))
        assert len(found) == len(PEOPLE)
        names = {home.person.name if home.person else None for home in found}
        assert names == ({name for name, _ in PEOPLE} if role is Role.CASEWORKER else {None})


def test_a_foreign_vault_is_a_clear_error(register: Register, town: Town, tmp_path: Path) -> None:
    """A database with another vault's file says which key does not fit."""
    other = Vault.open_or_create(tmp_path / "other.key")
    access = of_user(town.users[Role.CASEWORKER], Role.CASEWORKER, town.municipality)

    with pytest.raises(PermanentError, match="VLT-004"):
        register.read_now(lambda c: homes.summaries(c, access, other, now=NOW))


def test_an_erased_person_is_nobody(register: Register, vault: Vault, town: Town) -> None:
    """Without the row of sealed fields the home stays and has no name."""
    of = town.residents[0]
    register.write_now(
        lambda c: c.execute(schema.personal.delete().where(schema.personal.c.resident_id == of))
    )

    home = register.read_now(lambda c: homes.summary(c, ME, vault, town.homes[0], now=NOW))

    assert home is not None
    assert home.person is None
    assert register.read_now(lambda c: residents.person_of(c, ME, vault, of)) is None


def test_all_homes_are_one_query(register: Register, vault: Vault, town: Town) -> None:
    """However many homes there are, the list asks once."""
    statements: list[str] = []

    def work(connection: Connection) -> None:
        event.listen(connection, "before_cursor_execute", lambda *call: statements.append(call[2]))
        homes.summaries(connection, ME, vault, now=NOW)

    register.read_now(work)

    assert town.homes
    assert len([sql for sql in statements if sql != "BEGIN"]) == 1


def test_who_was_told_of_a_case_may_open_the_door(
    register: Register, vault: Vault, town: Town
) -> None:
    """A colleague without assignment sees the home while its case is open, and no longer."""
    user = register.write_now(
        lambda c: users.add(
            c,
            ME,
            municipality=town.municipality,
            login="colleague",
            display_name="x",
            role=Role.CASEWORKER,
            email=None,
            language="ja",
            password_hash="-",
            now=NOW,
        )
    )
    access = of_user(user, Role.CASEWORKER, town.municipality)

    def seen() -> list[str]:
        found = register.read_now(lambda c: homes.summaries(c, access, vault, now=NOW))
        return [home.id for home in found]

    assert seen() == []
    table = schema.notification
    register.write_now(lambda c: c.execute(table.update().values(user_id=user)))
    assert seen() == [town.homes[2]]
    register.write_now(lambda c: c.execute(schema.case.update().values(state="resolved")))
    assert seen() == []


def test_a_disabled_user_has_no_session(register: Register, town: Town) -> None:
    """Disabling ends access at once, though the row of the session is still there."""
    user = town.users[Role.CASEWORKER]
    access = of_user(user, Role.CASEWORKER, town.municipality)
    token = register.write_now(lambda c: sessions.begin(c, access, now=NOW))
    hashed = sessions.hash_of(token)
    assert register.read_now(lambda c: sessions.find(c, ME, hashed, now=NOW)) is not None

    register.write_now(lambda c: users.disable(c, ME, user, now=NOW))

    assert register.read_now(lambda c: sessions.find(c, ME, hashed, now=NOW)) is None


@given(st.integers(0, 10_000), st.integers(0, 50))
def test_waits_grow_and_are_bounded(failures: int, free: int) -> None:
    """The first failures are free; after that no wait is shorter than the one before."""
    shorter = wait_of(failures, free=free, cap=CAP)
    longer = wait_of(failures + 1, free=free, cap=CAP)

    assert timedelta() <= shorter <= longer <= CAP
    assert (shorter == timedelta()) == (failures <= free)


def test_an_attacker_gets_few_tries_and_the_owner_gets_in(register: Register) -> None:
    """From many addresses at most about 100 tries an hour are evaluated on one account."""
    now, evaluated = NOW, 0
    for number in range(2_000):
        attempt = attempt_of("aoki", f"10.0.{number // 250}.{number % 250}")
        until = register.read_now(
            partial(login_failures.wait_until, access=ME, attempt=attempt, now=now)
        )
        if until is None:
            evaluated += 1
            register.write_now(partial(login_failures.append, access=ME, attempt=attempt, now=now))
        now += timedelta(seconds=1.8)
    assert evaluated <= 100

    owner = attempt_of("aoki", "192.0.2.1")
    until = register.read_now(lambda c: login_failures.wait_until(c, ME, owner, now=now))
    assert until is None or until - now <= ACCOUNT_CAP


def test_an_office_behind_one_address_is_not_locked_out(register: Register) -> None:
    """Ten colleagues who each mistype three times do not make the eleventh wait."""
    for number in range(10):
        attempt = attempt_of(f"colleague{number}", "192.0.2.1")
        for _ in range(3):
            register.write_now(partial(login_failures.append, access=ME, attempt=attempt, now=NOW))

    eleventh = attempt_of("eleventh", "192.0.2.1")
    assert register.read_now(lambda c: login_failures.wait_until(c, ME, eleventh, now=NOW)) is None


def test_the_right_password_is_forgiven(register: Register) -> None:
    """After signing in, earlier failures from there count no more."""
    attempt = attempt_of("aoki", "192.0.2.1")
    for _ in range(8):
        register.write_now(lambda c: login_failures.append(c, ME, attempt, now=NOW))
    assert register.read_now(lambda c: login_failures.wait_until(c, ME, attempt, now=NOW))

    register.write_now(lambda c: login_failures.forgive(c, ME, attempt))

    assert register.read_now(lambda c: login_failures.wait_until(c, ME, attempt, now=NOW)) is None


def test_a_users_access_ends_at_the_border(register: Register, vault: Vault, town: Town) -> None:
    """An administrator of one municipality sees no home of another."""
    other = of_user(UserId("x"), Role.ADMINISTRATOR, MunicipalityId("elsewhere"))

    assert register.read_now(lambda c: homes.summaries(c, other, vault, now=NOW)) == []
    assert (
        register.read_now(lambda c: homes.summary(c, other, vault, town.homes[0], now=NOW)) is None
    )
