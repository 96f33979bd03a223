"""The audit log: whoever changes, removes or reorders a row is found at that row."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection

from domain.access import service
from storage.register import audit
from storage.register.database import Register

ME = service("test")
NOW = datetime(2026, 11, 22, 1, tzinfo=UTC)


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    """A register with five audited actions."""
    with Register.open(tmp_path / "register.db") as opened:
        opened.write_now(append_five)
        yield opened


def append_five(connection: Connection) -> None:
    """Append five rows."""
    for number in range(5):
        audit.append(
            connection,
            ME,
            action="home.view",
            object=f"home:{number}",
            result="done",
            now=NOW + timedelta(minutes=number),
        )


def verified(register: Register) -> audit.Verification:
    """Walk the chain."""
    return register.read_now(lambda c: audit.verify(c, ME))


def test_an_untouched_log_holds(register: Register) -> None:
    """All rows fit and the head is that of the last."""
    found = verified(register)

    assert (found.rows, found.broken_at) == (5, None)
    assert found.head != audit.BEGINNING


def test_an_empty_log_holds(tmp_path: Path) -> None:
    """A fresh log has no rows and nothing broken."""
    with Register.open(tmp_path / "empty.db") as empty:
        found = verified(empty)

    assert (found.rows, found.head, found.broken_at) == (0, audit.BEGINNING, None)


@pytest.mark.parametrize(
    ("change", "broken_at"),
    [
        ("UPDATE audit SET actor = 'x' WHERE position = 3", 3),
        ("UPDATE audit SET action = 'x' WHERE position = 1", 1),
        ("UPDATE audit SET object = 'x' WHERE position = 5", 5),
        ("UPDATE audit SET result = 'x' WHERE position = 2", 2),
        ("UPDATE audit SET at = at + 1 WHERE position = 4", 4),
        ("UPDATE audit SET hash = x'00' WHERE position = 3", 3),
        ("DELETE FROM audit WHERE position = 1", 2),
        ("DELETE FROM audit WHERE position = 3", 4),
        ("UPDATE audit SET position = position + 10 WHERE position = 2", 3),
    ],
)
def test_a_touched_row_is_named(register: Register, change: str, broken_at: int) -> None:
    """Changing, removing or moving one row breaks the chain at the first row that does not fit."""
    register.write_now(lambda c: c.exec_driver_sql(change))

    assert verified(register).broken_at == broken_at


def test_a_cut_off_end_shows_in_the_head(register: Register) -> None:
    """Without its last row the chain holds, but its head is not the one kept elsewhere."""
    before = verified(register)
    register.write_now(lambda c: c.exec_driver_sql("DELETE FROM audit WHERE position = 5"))

    after = verified(register)

    assert after.broken_at is None
    assert after.head != before.head


def test_fields_cannot_slide_into_each_other(tmp_path: Path) -> None:
    """Rows whose fields join to the same text have different hashes."""
    heads = []
    for number, (action, thing) in enumerate([("ab", "c"), ("a", "bc")]):
        with Register.open(tmp_path / f"{number}.db") as register:
            register.write_now(
                partial(
                    audit.append, access=ME, action=action, object=thing, result="done", now=NOW
                )
            )
            heads.append(verified(register).head)

    assert heads[0] != heads[1]
