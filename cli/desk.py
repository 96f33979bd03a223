"""The operator's desk: the register of a data folder under its lock, and what is said there."""

from __future__ import annotations

import sqlite3
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, OperationalError

from cli.installation import Installation
from cli.lock import exclusive
from domain.access import Access, service
from domain.errors import InputError, PermanentError, Problem, TransientError, shown
from domain.ids import MunicipalityId
from storage.journal.sqlite import Journal
from storage.register import audit, gateways, placements, users
from storage.register.database import Register
from storage.register.placements import NamedHome
from storage.register.users import User
from storage.signals import Log
from storage.stores import Stores

ACCESS = service("operator")
"""Whoever may read the data folder: the operating system has checked who that is."""
_UNFIT = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Controls, ends of lines, and lone surrogates: bytes of the command line that are not UTF-8.
Private and unassigned characters stay: rare kanji of names are among them."""


Tell = Callable[[str, bytes], None]
"""Publishes a payload on a topic of a gateway; from any thread but that of the event loop."""
_LENT: dict[Path, tuple[Stores, Tell]] = {}
"""What this process, as `mimamori up`, has open already, by data folder."""


@contextmanager
def lend(folder: Path, stores: Stores, tell: Tell) -> Iterator[None]:
    """Let commands use these stores of the folder, which the process holds, in the block.

    And let commands speak to gateways.

    So the commands of administration run inside `mimamori up` as they do without it.
    """
    name = folder.resolve()
    _LENT[name] = stores, tell
    try:
        yield
    finally:
        del _LENT[name]


def teller(folder: Path) -> Tell | None:
    """Return how to speak to gateways; None where this process is not the running system."""
    lent = _LENT.get(folder.resolve())
    return None if lent is None else lent[1]


def notify(folder: Path, log: Log = Log.FINDING) -> None:
    """Wake who follows a log, where this process is the running system; else all look at start."""
    lent = _LENT.get(folder.resolve())
    if lent is not None:
        lent[0].signals.notify(log)


def lent_journal(folder: Path) -> Journal | None:
    """Return the journal that the running system has open; None where this process is not it."""
    lent = _LENT.get(folder.resolve())
    return None if lent is None else lent[0].journal


@contextmanager
def open_register(folder: Path, *, may_make: bool = False) -> Iterator[Register]:
    """Hold a data folder and open its register for the block, or use what is lent.

    Args:
        folder: The data folder.
        may_make: Whether a folder without a register gets one; otherwise a misspelt
            `--data-dir` would look like an empty installation.

    Raises:
        InputError: CFG-030 in use, CFG-032 it cannot be used, CFG-033 nothing is installed there.
        TransientError: STO-001 locked by another program, or the disk is full.
        PermanentError: STO-002 damaged.
    """
    path = Installation(folder).stores / "register.db"
    with ExitStack() as stack:
        try:
            if not may_make and not path.exists():
                found, allowed = "no register", "the data folder of an installation"
                raise wrong("CFG-033", str(folder), found, allowed)
            lent = _LENT.get(folder.resolve())
            if lent is None:
                stack.enter_context(exclusive(folder))
            register = lent[0].register if lent else stack.enter_context(Register.open(path))
        except OSError as error:
            found = error.strerror or type(error).__name__
            allowed = "a folder that you may read and write"
            raise wrong("CFG-032", str(folder), found, allowed) from error
        except (DBAPIError, sqlite3.Error) as error:
            raise _store_failed(path, error) from error
        try:
            yield register
        except DBAPIError as error:
            raise _store_failed(path, error) from error


def access_to(municipality: MunicipalityId) -> Access:
    """Return the operator's access to one municipality, which its audit lines name."""
    return replace(ACCESS, municipality=municipality)


def municipality_of(connection: Connection, name: str | None) -> MunicipalityId:
    """Return the municipality of this name; without a name the only one there is.

    Raises:
        InputError: USR-003 there is none yet, USR-004 there is none of this name, or several and
            none was named.
    """
    known = gateways.municipalities(connection, ACCESS)
    if not known:
        raise wrong("USR-003", "municipality", "none yet", "--municipality with the first user")
    found = [municipality for municipality, known_name in known if name in (None, known_name)]
    if len(found) != 1:
        names = ", ".join(known_name for _, known_name in known)
        what = f"{len(known)}, and none was named" if name is None else shown(name)
        raise wrong("USR-004", "--municipality", what, f"one of {names}")
    return found[0]


def home_of(connection: Connection, access: Access, code: str) -> NamedHome:
    """Return the home with this code in the access's municipality.

    Raises:
        InputError: HOM-001 there is none.
    """
    found = placements.named_home(connection, access, code)
    if found is None:
        raise wrong(
            "HOM-001",
            "home",
            shown(code),
            "the code of a home that `mimamori gateway add` registered",
        )
    return found


def user_of(connection: Connection, login: str, *, may_be_disabled: bool = False) -> User:
    """Return the user with this login.

    Raises:
        InputError: USR-005 there is none, or it is disabled.
    """
    user = users.by_login(connection, ACCESS, login) if is_text(login, longest=10_000) else None
    if user is None:
        raise wrong("USR-005", "login", shown(login), "one that `mimamori users list` shows")
    if user.is_disabled and not may_be_disabled:
        raise wrong("USR-005", "login", f"{shown(login)} is disabled", "one who may sign in")
    return user


def book(connection: Connection, access: Access, action: str, of: str, *, now: datetime) -> None:
    """Write into the audit log what the operator did, in the transaction of what was done."""
    audit.append(connection, access, action=action, object=of, result="done", now=now)


def is_text(text: str, *, longest: int) -> bool:
    """Tell whether a field can be kept and shown: some text, not too long, without controls."""
    kinds = {unicodedata.category(character) for character in text}
    return bool(text.strip()) and len(text) <= longest and not kinds & _UNFIT


def columns(rows: Iterable[Sequence[str]]) -> str:
    """Return rows as lines with aligned columns."""
    cells = [tuple(row) for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(*cells, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    )


def wrong(code: str, where: str, found: str, allowed: str) -> InputError:
    """Return the error of a wrong input; the command that raises it has changed nothing."""
    do = "correct it and try again; nothing was changed"
    return InputError(Problem(code=code, where=where, found=found, allowed=allowed, do=do))


def _store_failed(path: Path, error: Exception) -> TransientError | PermanentError:
    """Say what a database cannot do; its own words may hold values, so they are not shown."""
    if isinstance(error, OperationalError | sqlite3.OperationalError):
        return TransientError(
            Problem(
                code="STO-001",
                where=str(path),
                found="locked by another program, or the disk is full",
                allowed="one process over SQLite stores, and free disk",
                do="end the other program or make room, then try again; nothing was changed",
            )
        )
    return PermanentError(
        Problem(
            code="STO-002",
            where=str(path),
            found="damaged, or not a register",
            allowed="the register of this installation",
            do="restore the newest backup",
        )
    )
