"""Contact methods: taken over from an earlier version, proved by a code, marked, never lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, text

from domain.access import Role, of_user, service
from domain.channel import Channel
from domain.ids import MunicipalityId, UserId
from storage.register import contact_methods, gateways, users
from storage.register.contact_methods import Failing, Proof
from storage.register.database import Register
from storage.register.migration import MIGRATIONS, migrate

SYSTEM = service("test")
NOON = datetime(2026, 3, 10, 3, 0, tzinfo=UTC)
BEFORE = "0003"
"""The last version in which a user had one address and no proof of it."""


def _at(engine: Engine, version: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, version)


def test_addresses_of_an_earlier_version_go_on_being_used(tmp_path: Path) -> None:
    """Nobody becomes unreachable by an update; who had no address has none."""
    path = tmp_path / "register.db"
    engine = create_engine(f"sqlite:///{path}")
    _at(engine, BEFORE)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO municipality (id, name) VALUES ('town', 'Town')"))
        for login, email in (("sato", "' sato@city.example '"), ("ito", "''"), ("abe", "NULL")):
            connection.execute(
                text(
                    "INSERT INTO app_user (id, municipality_id, login, display_name, role, email,"  # noqa: S608 (our own words)
                    " language, password_hash, created_at)"
                    f" VALUES ('{login}', 'town', '{login}', '-', 'caseworker', {email}, 'ja', '-',"
                    " 1000)"
                )
            )
    migrate(engine)
    engine.dispose()
    with Register.open(path) as register:
        found = {u.login: u.email for u in register.read_now(lambda c: users.everyone(c, SYSTEM))}
        methods = register.read_now(
            lambda c: contact_methods.of_people(c, SYSTEM, [UserId("sato"), UserId("ito")])
        )
    assert found == {"sato": "sato@city.example", "ito": None, "abe": None}
    (method,) = methods[UserId("sato")]
    assert (method.channel, method.after) == (Channel.EMAIL, timedelta(0))
    assert method.verified_at is not None


@pytest.fixture
def register(tmp_path: Path) -> Register:
    """An empty one."""
    return Register.open(tmp_path / "register.db")


def _sato(connection: Connection) -> tuple[MunicipalityId, UserId]:
    town = gateways.add_municipality(connection, SYSTEM, "Town")
    user = users.add(
        connection,
        SYSTEM,
        municipality=town,
        login="sato",
        display_name="-",
        role=Role.CASEWORKER,
        email="sato@city.example",
        language="ja",
        password_hash="-",
        now=NOON,
    )
    return town, user


def test_code_ends_and_belongs_to_its_method(register: Register) -> None:
    """After a day it is worth nothing; the same digits prove no other method."""

    def work(c: Connection) -> list[Proof]:
        town, user = _sato(c)
        first, second = (
            contact_methods.add(
                c,
                SYSTEM,
                municipality=town,
                user=user,
                channel=Channel.WEBHOOK,
                address=f"https://hooks.example/{number}",
                now=NOON,
            )
            for number in range(2)
        )
        ends_at = NOON + timedelta(hours=24)
        contact_methods.open_code(c, SYSTEM, first, "12345678", ends_at=ends_at)
        return [
            contact_methods.prove(c, SYSTEM, second, "12345678", now=NOON),
            contact_methods.prove(c, SYSTEM, first, "12345678", now=ends_at),
            contact_methods.prove(c, SYSTEM, first, "12345678", now=ends_at - timedelta(minutes=1)),
            contact_methods.prove(c, SYSTEM, first, "12345678", now=NOON),
        ]

    with register:
        assert register.write_now(work) == [Proof.OVER, Proof.OVER, Proof.DONE, Proof.OVER]


def test_mark_of_returned_mail_stays_until_a_new_proof(register: Register) -> None:
    """That such an address takes mail over says nothing; one that was refused then works."""

    def work(c: Connection) -> list[bool]:
        _, user = _sato(c)
        (method,) = contact_methods.of_people(c, SYSTEM, [user])[user]
        of = method.id
        return [
            contact_methods.mark(c, SYSTEM, of, Failing.REFUSED, now=NOON),
            contact_methods.mark(c, SYSTEM, of, Failing.REFUSED, now=NOON),
            contact_methods.clear(c, SYSTEM, of),
            contact_methods.mark(c, SYSTEM, of, Failing.BOUNCED, now=NOON),
            contact_methods.clear(c, SYSTEM, of),
        ]

    with register:
        assert register.write_now(work) == [True, False, True, True, False]


def test_methods_of_another_municipality_are_out_of_reach(register: Register) -> None:
    """Neither read nor removed nor marked."""

    def work(c: Connection) -> list[object]:
        _, user = _sato(c)
        (method,) = contact_methods.of_people(c, SYSTEM, [user])[user]
        other = gateways.add_municipality(c, SYSTEM, "Other")
        stranger = of_user(UserId("nobody"), Role.ADMINISTRATOR, other)
        return [
            contact_methods.of_people(c, stranger, [user]),
            contact_methods.get(c, stranger, method.id),
            contact_methods.remove(c, stranger, method.id),
            contact_methods.mark(c, stranger, method.id, Failing.BOUNCED, now=NOON),
        ]

    with register:
        assert register.write_now(work) == [{}, None, False, False]
