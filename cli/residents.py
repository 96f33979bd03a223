"""Residents and absences on the command line; a resident's fields are asked for, never given."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from cli.arguments import parse_local
from cli.desk import access_to, book, home_of, is_text, municipality_of, open_register, wrong
from cli.installation import Installation
from cli.people import required_owner
from domain.clock import RealClock
from domain.errors import shown
from storage.register import absences, cases, erasing, recipients, residents
from storage.register.residents import Person

FIELD_CHARACTERS = 200
"""Longest name, address or number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAbsence:
    """A stretch in which nobody is expected; without a zone its ends are the home's own time."""

    code: str
    starts: str
    ends: str
    owner: str
    """Login of the person who answers for it."""


def add_resident(
    folder: Path, code: str, *, municipality: str | None, ask: Callable[[], Person]
) -> str:
    """Add who lives in a home from now on; who lived there before moves out.

    Args:
        folder: The data folder.
        code: Code of the home.
        municipality: Its name; None: the only one.
        ask: Asks for the personal fields; not before the home is found.

    Returns:
        What to print; it names nobody.

    Raises:
        InputError: HOM-001 no such home, RES-001 a field that cannot be, RES-002 a case about
            who lives there now is open, USR-003, USR-004, VLT-….
    """
    with open_register(folder) as register:
        register.read_now(lambda c: home_of(c, access_to(municipality_of(c, municipality)), code))
    person, now = _checked(ask()), RealClock().now()
    vault = Installation(folder).vault()

    def work(connection: Connection) -> bool:
        access = access_to(municipality_of(connection, municipality))
        home = home_of(connection, access, code)
        before = recipients.resident_at(connection, access, home.id, now)
        if before is not None and cases.is_open_of_resident(connection, access, before):
            found, allowed = "a case about who lives there is open", "a home without such a case"
            raise wrong("RES-002", shown(code), found, allowed)
        new = residents.add(
            connection,
            access,
            vault,
            municipality=home.municipality,
            home=home.id,
            person=person,
            now=now,
        )
        book(connection, access, "resident.add", f"resident:{new} home:{home.id}", now=now)
        return before is not None

    with open_register(folder) as register:
        moved_out = register.write_now(work)
    ending = "; who lived there before has moved out" if moved_out else ""
    return f"a resident lives in {code} now{ending}"


def erase_resident(
    folder: Path, code: str, *, municipality: str | None, ask: Callable[[], str]
) -> str:
    """Erase somebody who lives or lived in a home; code and name are two identifiers.

    Args:
        folder: The data folder.
        code: Code of the home.
        municipality: Its name; None: the only one.
        ask: Asks for the name, and whether it is meant.

    Returns:
        What to print; it names nobody.

    Raises:
        InputError: HOM-001 no such home, RES-003 nobody of that name lives or lived there, or
            several do, RES-004 a case about the resident is open, USR-003, USR-004, VLT-….
    """
    with open_register(folder) as register:
        register.read_now(lambda c: home_of(c, access_to(municipality_of(c, municipality)), code))
    name, now = _plain(ask()), RealClock().now()
    vault = Installation(folder).vault()

    def work(connection: Connection) -> bool:
        access = access_to(municipality_of(connection, municipality))
        home = home_of(connection, access, code)
        stays = erasing.stays_in(connection, access, home.id)
        known = {
            of: residents.person_of(connection, access, vault, of)
            for of in {stay.resident for stay in stays}
        }
        found = [
            of
            for of, person in known.items()
            if person is not None and person.name and _plain(person.name) == name
        ]
        if len(found) != 1:
            told = "nobody of this name" if not found else f"{len(found)} of this name"
            raise wrong("RES-003", shown(code), told, "the name of one who lives or lived there")
        if cases.is_open_of_resident(connection, access, found[0]):
            allowed = "a resident without an open case"
            raise wrong("RES-004", shown(code), "a case about the resident is open", allowed)
        erasing.erase(connection, access, found[0], now=now)
        book(connection, access, "resident.erase", f"resident:{found[0]} home:{home.id}", now=now)
        return any(stay.resident == found[0] and stay.valid_to is None for stay in stays)

    with open_register(folder) as register:
        lived_there = register.write_now(work)
        register.flush_log()
    more = f"; nobody is registered in {code} now, and its sensors are watched on"
    return f"the resident is erased{more if lived_there else ''}"


def add_absence(folder: Path, new: NewAbsence, ask: Callable[[], str]) -> str:
    """Enter an absence; returns what to print.

    Where it is known who lives there, `ask` asks for the name: code and name are two identifiers.

    Raises:
        InputError: ABS-001 no end after the beginning or too long, ABS-003 another name, CLI-002
            not an instant, HOM-001 no such home in the owner's municipality, USR-005 no such owner
            or disabled.
    """
    now = RealClock().now()
    check_name(folder, new.code, new.owner, ask, now)

    def work(connection: Connection) -> tuple[datetime, datetime]:
        owner = required_owner(connection, new.owner)
        access = access_to(owner.municipality)
        home = home_of(connection, access, new.code)
        zone = ZoneInfo(home.time_zone)
        starts_at, ends_at = parse_local(new.starts, zone), parse_local(new.ends, zone)
        absences.add(
            connection,
            access,
            home_id=home.id,
            starts_at=starts_at.astimezone(UTC),
            ends_at=ends_at.astimezone(UTC),
            owner=owner.id,
            now=now,
        )
        return starts_at.astimezone(zone), ends_at.astimezone(zone)

    with open_register(folder) as register:
        starts_at, ends_at = register.write_now(work)
    return f"nobody is expected in {new.code} from {starts_at:%Y-%m-%d %H:%M} to {_until(ends_at)}"


def check_name(folder: Path, code: str, login: str, ask: Callable[[], str], now: datetime) -> None:
    """Let a person who answers for something type who lives in the home, where that is known.

    Raises:
        InputError: ABS-003 another name, HOM-001 no such home in the municipality of the person of
            this login, USR-005, VLT-….
    """

    def name(connection: Connection) -> str | None:
        access = access_to(required_owner(connection, login).municipality)
        home = home_of(connection, access, code)
        of = recipients.resident_at(connection, access, home.id, now)
        if of is None:
            return None
        vault = Installation(folder).vault()
        person = residents.person_of(connection, access, vault, of)
        return None if person is None else person.name

    with open_register(folder) as register:
        known = register.read_now(name)
    if known is not None and _plain(ask()) != _plain(known):
        raise wrong("ABS-003", "name", "another one", "the name of who lives in this home")


def _plain(name: str) -> str:
    """Return a name as people mean it: whatever the width of its signs, without spaces."""
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


def _until(ends_at: datetime) -> str:
    return f"{ends_at:%Y-%m-%d %H:%M} ({ends_at.tzname()})"


def _checked(person: Person) -> Person:
    """Return the person with empty fields as None. What is wrong is told without its text."""
    found: dict[str, str | None] = {}
    for field in fields(Person):
        text = (getattr(person, field.name) or "").strip()
        if text and not is_text(text, longest=FIELD_CHARACTERS):
            allowed = f"at most {FIELD_CHARACTERS} printable characters"
            raise wrong("RES-001", field.name, f"{len(text)} characters", allowed)
        found[field.name] = text or None
    if found["name"] is None:
        raise wrong("RES-001", "name", "nothing", "the name of the resident")
    return Person(**found)
