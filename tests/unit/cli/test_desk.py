"""What holds for every command of daily administration: the lock, named errors, no secrets told."""

import fcntl
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.desk import columns, is_text
from cli.lock import exclusive
from storage.register import schema
from tests.unit.cli.conftest import LOOPBACK, Office
from tests.unit.cli.test_residents import FIELDS, STAY, TYPED

PASSWORD = "passphrase nobody sees"
COMMANDS: dict[str, Callable[[Office], tuple[tuple[str, ...], str]]] = {
    "users add": lambda _: (("ito", "--name", "伊藤"), f"{PASSWORD}\n{PASSWORD}\n"),
    "users assign": lambda _: (("sato", "K-01"), ""),
    "users password": lambda _: (("sato",), f"{PASSWORD}\n{PASSWORD}\n"),
    "users disable": lambda _: (("sato",), ""),
    "users list": lambda _: ((), ""),
    "residents add": lambda _: (("K-01",), TYPED),
    "absence add": lambda _: (("K-01", *STAY), f"{FIELDS[0]}\n"),
    "absence list": lambda _: ((), ""),
    "gateway add": lambda office: (
        (
            "K-03",
            *("--sensors", str(office.file("s.csv")), "--output", str(office.base / "out.json")),
            *LOOPBACK,
        ),
        "",
    ),
    "gateway list": lambda _: ((), ""),
}
"""Every command, with what it takes to work on the template."""


def call(office: Office, command: str) -> tuple[list[str], str]:
    """Return the arguments of a command that works, and what is typed."""
    args, typed = COMMANDS[command](office)
    return [*command.split(), *args], typed


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_is_booked(office: Office, command: str) -> None:
    """Whatever the operator does is in the audit log, by `operator`, with an unbroken chain."""
    before = office.booked()
    args, typed = call(office, command)

    office.did(*args, typed=typed)

    noun, verb = command.split()
    assert office.booked()[len(before) :] == [f"{noun.removesuffix('s')}.{verb}"]


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_needs_the_folder_for_itself(office: Office, command: str) -> None:
    """While a service runs over the folder nothing is changed."""
    before = len(office.rows(schema.audit))
    args, typed = call(office, command)

    with exclusive(office.folder):
        office.refused("CFG-030", *args, typed=typed)

    assert len(office.rows(schema.audit)) == before


@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "users add"])
def test_a_misspelt_folder_is_not_made(new_office: Office, command: str) -> None:
    """Only the first user makes an installation."""
    args, typed = call(new_office, command)

    new_office.refused("CFG-033", *args, typed=typed)

    assert not new_office.folder.exists()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_folder_that_is_none_is_named(new_office: Office, command: str) -> None:
    """A file in the place of the data folder is one line, not a traceback."""
    new_office.folder.write_text("")
    args, typed = call(new_office, command)

    result = new_office.run(*args, typed=typed)

    assert result.exit_code == 2
    assert result.stderr.startswith("CFG-032 " if command == "users add" else "CFG-033 ")


def test_a_folder_that_may_not_be_read_is_named(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is not the service's user is told so."""

    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied", str(office.folder))

    monkeypatch.setattr(os, "open", refuse)

    assert "Permission denied" in office.refused("CFG-032", "users", "list")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_damaged_register_is_named(office: Office, command: str) -> None:
    """A file that is no database ends with 1, in one line."""
    (office.folder / "stores" / "register.db").write_bytes(b"no database" * 1000)
    args, typed = call(office, command)

    result = office.run(*args, typed=typed)

    assert result.exit_code == 1
    assert result.stderr.startswith("STO-002 ")
    assert result.stderr.count("\n") == 1


def test_a_locked_register_is_named(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another program in the database is named, and may end."""
    monkeypatch.setattr("storage.register.database.BUSY_TIMEOUT_MS", 1)
    other = sqlite3.connect(office.folder / "stores" / "register.db")
    try:
        other.execute("BEGIN IMMEDIATE")
        result = office.run("users", "list")
    finally:
        other.close()

    assert result.exit_code == 1
    assert result.stderr.startswith("STO-001 ")


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_takes_secrets_as_arguments(office: Office, command: str) -> None:
    """No help text offers an option for a password or for what is known of a resident."""
    told = office.run(*command.split(), "--help")

    assert told.exit_code == 0
    for option in ("--password", "--kana", "--address", "--phone"):
        assert option not in told.output


def test_passwords_and_names_stay_in_no_trace(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    """After all commands neither log nor audit nor any file holds a password or a resident."""
    for command in sorted(COMMANDS, key="users disable".__eq__):  # it comes last
        args, typed = call(office, command)
        assert PASSWORD not in " ".join(args)
        office.did(*args, typed=typed)

    kept = b"".join(path.read_bytes() for path in office.folder.rglob("*") if path.is_file())
    for text in (PASSWORD, *FIELDS):
        assert text.encode() not in kept
        assert text not in caplog.text
        assert text not in str(office.rows(schema.audit))


def test_the_lock_is_let_go(office: Office) -> None:
    """After a command, also a refused one, the next process may work on the folder."""
    office.refused("HOM-001", "users", "assign", "sato", "K-99")

    with Path(office.folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@pytest.mark.parametrize("text", ["佐藤　花子", "𠮷田", "辻󠄀", "\ue000", "a" * 10])
def test_names_as_they_are_written(text: str) -> None:
    """Wide spaces, rare kanji, variants and private characters of a municipality are text."""
    assert is_text(text, longest=10)


@pytest.mark.parametrize("text", ["", " ", "　", "a\nb", "\x00", "\udcff", "\u202e", "a" * 11])
def test_what_is_no_text(text: str) -> None:
    """Nothing, controls, turned writing, broken bytes and too much are refused."""
    assert not is_text(text, longest=10)


def test_columns_are_aligned() -> None:
    """Each column is as wide as its widest cell; no line ends with spaces."""
    assert columns([("a", "b"), ("long", "-")]) == "a     b\nlong  -"
