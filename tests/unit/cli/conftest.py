"""An installation in a temporary folder, administered through the command line."""

from __future__ import annotations

import base64
import hashlib
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Row, Table, select
from typer.testing import CliRunner, Result

import cli.people
from cli.desk import ACCESS
from cli.main import app
from storage.register import audit as audit_log
from storage.register import schema
from storage.register.database import Register
from storage.register.schema import contact_method
from tests.support.seed import quick_passwords

PASSWORD = "four words and a half"
HEADER = "name,room,kind,entrance\n"
SENSORS = (
    HEADER
    + "hall motion,hallway,motion,no\nfront door,entrance,door,yes\n"
    + "fridge,kitchen,opening,no\nmeter,entrance,meter,no\n"
)
NOTHING_NEW = {"gateway": 2, "sensor": 8, "home": 2}
"""How much the template has registered."""
LOOPBACK = ("--broker-host", "127.0.0.1", "--broker-port", "1883")


@dataclass(slots=True, kw_only=True)
class Office:
    """One data folder and what an operator types."""

    base: Path
    folder: Path
    runner: CliRunner = field(default_factory=CliRunner)

    def run(self, *args: str, typed: str = "") -> Result:
        """Run a command on the data folder; `typed` answers its questions."""
        return self.runner.invoke(app, [*args, "--data-dir", str(self.folder)], input=typed)

    def did(self, *args: str, typed: str = "") -> str:
        """Run a command that has to work, and return what it printed."""
        result = self.run(*args, typed=typed)
        assert result.exit_code == 0, result.output
        return result.stdout

    def refused(self, code: str, *args: str, typed: str = "") -> str:
        """Run a command that has to be refused with one line that begins with `code`."""
        result = self.run(*args, typed=typed)
        assert result.exit_code == 2, result.output
        assert isinstance(result.exception, SystemExit)
        assert result.stderr.startswith(f"{code} "), result.stderr
        assert result.stderr.count("\n") == 1
        return result.stderr

    def file(self, name: str, text: str = SENSORS) -> Path:
        """Write a file beside the data folder."""
        path = self.base / name
        path.write_text(text, "utf-8")
        return path

    def add_user(self, login: str, *more: str) -> str:
        """Add a user."""
        typed = f"{PASSWORD}\n{PASSWORD}\n"
        return self.did("users", "add", login, "--name", "佐藤　花子", *more, typed=typed)

    def add_gateway(self, code: str, *more: str) -> Path:
        """Register a gateway with the usual sensors, and return its file."""
        output = self.base / f"{code}-{len(list(self.base.iterdir()))}.json"
        sensors = str(self.file("sensors.csv"))
        paths = ("--sensors", sensors, "--output", str(output))
        self.did("gateway", "add", code, *paths, *LOOPBACK, *more)
        return output

    def prove_all(self) -> None:
        """Let all contact methods count as proved."""
        proved = contact_method.update().values(verified_at=contact_method.c.created_at)
        with self.register() as register:
            register.write_now(lambda c: c.execute(proved))

    @contextmanager
    def register(self) -> Iterator[Register]:
        """Open the register."""
        with Register.open(self.folder / "stores" / "register.db") as opened:
            yield opened

    def rows(self, table: Table) -> list[Row[Any]]:
        """Return all rows of a table."""
        with self.register() as register:
            return list(register.read_now(lambda c: c.execute(select(table)).all()))

    def booked(self) -> list[str]:
        """Return the actions in the audit log, after its chain was walked; all by the operator."""
        with self.register() as register:
            proof = register.read_now(lambda c: audit_log.verify(c, ACCESS))
        rows = self.rows(schema.audit)
        assert proof.broken_at is None
        assert {row.actor for row in rows} <= {"operator"}
        return [row.action for row in rows]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with an administrator, two homes with gateways, and a caseworker."""
    base = tmp_path_factory.mktemp("template")
    made = Office(base=base, folder=base / "data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cli.people, "Passwords", quick_passwords)
        made.add_user("admin", "--role", "administrator", "--municipality", "見本市")
        made.add_gateway("K-01")
        made.add_gateway("K-02")
        made.add_user("sato", "--email", "sato@city.example")
        made.prove_all()
    return made.folder


@pytest.fixture
def new_office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    """A data folder that is not there yet."""
    monkeypatch.setattr(cli.people, "Passwords", quick_passwords)
    return Office(base=tmp_path, folder=tmp_path / "data")


@pytest.fixture
def office(new_office: Office, template: Path) -> Office:
    """A copy of the template."""
    shutil.copytree(template, new_office.folder)
    return new_office


def counts(office: Office) -> Mapping[str, int]:
    """Return how much is registered."""
    tables = {"gateway": schema.gateway, "sensor": schema.sensor, "home": schema.home}
    return {name: len(office.rows(table)) for name, table in tables.items()}


def passwords(office: Office) -> set[str]:
    """Return who may sign in at the city's broker."""
    rows = office.rows(schema.gateway_credential)
    return {row.username for row in rows if row.ended_at is None}


def opens(password: str | None, hashed: str) -> bool:
    """Tell whether a password fits a line of Mosquitto's password file."""
    _, kind, rounds, salt, digest = hashed.split("$")
    made = hashlib.pbkdf2_hmac(
        "sha512", (password or "").encode(), base64.b64decode(salt), int(rounds), 64
    )
    return kind == "7" and made == base64.b64decode(digest)
