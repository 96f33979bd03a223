"""The access rule finds what it is there for, in planted breaches."""

from pathlib import Path

import pytest

from scripts.lint_access import REGISTER, UNUSED, breaches

GOOD = "def one(connection: Connection, access: Access) -> None:\n    connection.execute(access)\n"
PLANTED = {
    "no access": ("def one(connection: Connection) -> None:\n    pass\n", "takes no"),
    "an access of another type": (
        "def one(connection: Connection, access: str) -> None:\n    print(access)\n",
        "takes no",
    ),
    "thrown away": (
        "def one(connection: Connection, access: Access) -> None:\n    del access\n",
        "does not use",
    ),
    "forgotten": (
        "def one(connection: sqlalchemy.Connection, access: Access) -> None:\n    pass\n",
        "does not use",
    ),
    "keyword only, forgotten": (
        "def one(connection: Connection, *, access: Access) -> None:\n    access = None\n",
        "does not use",
    ),
}


def found(folder: Path, source: str, unused: dict[str, str] | None = None) -> list[str]:
    """Return what the rule says about one module."""
    (folder / "noun.py").write_text(source)
    return list(breaches(folder, unused or {}))


@pytest.mark.parametrize(("source", "words"), PLANTED.values(), ids=PLANTED)
def test_a_breach_is_reported_with_its_place(tmp_path: Path, source: str, words: str) -> None:
    """File, line, function, and what to do."""
    (breach,) = found(tmp_path, f"\n\n{source}")

    assert "/noun.py:3: one " in breach
    assert words in breach


@pytest.mark.parametrize(
    "source",
    [
        GOOD,
        "def _private(connection: Connection) -> None:\n    pass\n",
        "def other(text: str) -> None:\n    pass\n",
        "def one(connection: Connection, access: Access) -> None:\n    print(lambda: access)\n",
    ],
)
def test_what_is_in_order_is_not_reported(tmp_path: Path, source: str) -> None:
    """A used access, private helpers, functions without a connection."""
    assert found(tmp_path, source) == []


def test_the_list_of_exceptions_cannot_grow_stale(tmp_path: Path) -> None:
    """An exception that is not needed, or names nothing, is a breach itself."""
    (needless,) = found(tmp_path, GOOD, {"noun.one": "a reason"})
    (nothing,) = found(tmp_path, GOOD, {"noun.two": "a reason"})

    assert "remove it" in needless
    assert "does not exist" in nothing


def test_the_register_itself_is_in_order() -> None:
    """And each exception has a reason that says something."""
    assert list(breaches(REGISTER, UNUSED)) == []
    assert all(len(reason.split()) > 4 for reason in UNUSED.values())
