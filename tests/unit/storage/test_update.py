"""Updates: a register that an earlier version filled comes to the newest schema with all of it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from domain.access import service
from storage.register import audit, placements, residents
from storage.register.database import Register
from storage.register.vault import Vault
from tests.support.released import REVISIONS, restore
from tests.support.templates import REAL_OPEN

SYSTEM = service("test")
MOVED = {"app_user": {"email"}}
"""Columns that went elsewhere."""
REPLACED = {"digest_mail"}
"""Tables whose rows went elsewhere."""
MAY_GROW = {"alembic_version", "contact_method", "cursor", "notice"}
"""Tables into which an update writes rows of its own."""

Rows = dict[tuple[object, ...], dict[str, object]]


@pytest.fixture(params=REVISIONS)
def older(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The register of each earlier version."""
    path = tmp_path / "register.db"
    restore(request.param, path)
    return path


@pytest.fixture(autouse=True)
def _opened_as_the_program_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """No copy of a template here."""
    monkeypatch.setattr(Register, "open", REAL_OPEN)


def test_every_row_of_an_earlier_version_is_still_there(older: Path) -> None:
    """With the same values; what is gone went to the table that a migration names."""
    before = _content(older)
    Register.open(older).close()
    after = _content(older)

    assert before.keys() - after.keys() <= REPLACED
    for table in before.keys() - REPLACED - {"alembic_version"}:
        gone = MOVED.get(table, set())
        for key, row in before[table].items():
            kept = {name: value for name, value in row.items() if name not in gone}
            found = after[table][key]
            assert {name: found[name] for name in kept} == kept, table
        if table not in MAY_GROW:
            assert before[table].keys() == after[table].keys(), table


def test_what_went_elsewhere_is_found_there(older: Path) -> None:
    """Addresses are proved methods of their people, mails of digests are notices."""
    before = _content(older)
    Register.open(older).close()
    after = _content(older)

    for user in before["app_user"].values():
        if "email" in user:
            (method,) = [
                one for one in after["contact_method"].values() if one["user_id"] == user["id"]
            ]
            assert (method["address"], method["channel"]) == (user["email"], "email")
            assert method["verified_at"] is not None
    for mail in before.get("digest_mail", {}).values():
        notice = after["notice"][mail["id"],]
        kept = mail.keys() - {"day"}
        assert {name: notice[name] for name in kept} == {name: mail[name] for name in kept}
        assert notice["key"] == f"digest|{mail['day']}|{mail['user_id']}"


def test_an_updated_register_holds_together(older: Path) -> None:
    """No reference to nothing, no broken page, an audit chain without a break; twice is once."""
    Register.open(older).close()
    first = _content(older)
    with Register.open(older) as register:
        verified = register.read_now(lambda c: audit.verify(c, SYSTEM))
    with closing(sqlite3.connect(older)) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]

    assert verified.broken_at is None
    assert verified.rows == len(first["audit"])
    assert _content(older) == first


def test_an_update_that_breaks_off_leaves_the_earlier_version(
    older: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S10: old or new, never between; the next start does it."""
    before = _content(older)
    with monkeypatch.context() as broken:
        broken.setattr("alembic.op.drop_table", _break_off)
        with pytest.raises(KeyboardInterrupt):
            Register.open(older)
    assert _content(older) == before

    Register.open(older).close()
    assert "digest_mail" not in _content(older)


def test_names_are_opened_after_an_update(older: Path) -> None:
    """What was sealed by the earlier version opens with the same key."""
    vault = Vault.open(older.with_name("vault.key"))
    with Register.open(older) as register:
        people = register.read_now(lambda c: residents.everybody(c, SYSTEM, vault))
        codes = [one.code for one in register.read_now(lambda c: placements.named_homes(c, SYSTEM))]

    assert len(people) == len(codes) == 8
    assert {person.name for person in people} >= {"山田 ハナ", "高橋 正雄"}


def _break_off(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def _content(path: Path) -> dict[str, Rows]:
    """Return all rows of all tables, each by its primary key."""
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        tables = [str(row["name"]) for row in connection.execute(query)]
        return {table: _rows(connection, table) for table in tables}


def _rows(connection: sqlite3.Connection, table: str) -> Rows:
    columns = connection.execute(f"PRAGMA table_info({table})").fetchall()
    key = [str(column["name"]) for column in columns if column["pk"]]
    found = connection.execute(f"SELECT * FROM {table}")  # noqa: S608 (names from the file itself)
    return {tuple(row[name] for name in key): dict(row) for row in found}
