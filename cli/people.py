"""Users on the command line: adding them, assigning homes, passwords, disabling, listing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from cli.contacts import add_contact, untold
from cli.desk import (
    ACCESS,
    access_to,
    book,
    columns,
    home_of,
    is_text,
    municipality_of,
    open_register,
    user_of,
    wrong,
)
from cli.languages import MailLanguage
from dashboard.auth.passwords import Passwords
from domain.access import Access, Role
from domain.channel import Channel
from domain.clock import RealClock
from domain.errors import shown
from domain.ids import MunicipalityId
from storage.register import assignments, gateways, placements, sessions, users
from storage.register.users import User

LOGIN_CHARACTERS = 64
NAME_CHARACTERS = 100
EMAIL_CHARACTERS = 254
"""Source: RFC 5321 section 4.5.3.1.3, with RFC 3696 erratum 1690."""
ASSIGNABLE = (Role.CASEWORKER, Role.TECHNICIAN)
"""Whose reach is what is assigned; the others reach all of the municipality, or one resident."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUser:
    """A person to be added."""

    login: str
    role: Role
    name: str
    email: str | None
    municipality: str | None
    language: MailLanguage
    assign_all_homes: bool


def add_user(folder: Path, new: NewUser, ask: Callable[[], str]) -> str:
    """Add a person; returns what to print.

    Args:
        folder: The data folder; made when it is the first user.
        new: The person.
        ask: Asks for the password; not before the rest has the right form.

    Raises:
        InputError: USR-001 role SYSTEM, USR-002 login taken, USR-003 or USR-004 municipality,
            USR-006 role without homes, USR-007 form of a field, PWD-001.
    """
    _check(new)
    password_hash, now = _hash(ask()), RealClock().now()
    with open_register(folder, may_make=True) as register:
        try:
            user = register.write_now(lambda c: _insert(c, new, password_hash, now))
        except IntegrityError as error:
            raise wrong("USR-002", "login", shown(new.login), "one that is free") from error
    done = f"{user.login} may sign in as {user.role}"
    if new.email is None:
        return f"{done}{untold(user)}"
    return f"{done}\n{add_contact(folder, new.login, Channel.EMAIL, new.email, '0m')}"


def assign_homes(folder: Path, login: str, codes: list[str], *, every: bool) -> str:
    """Assign homes to a user from now on, all named ones or none; returns what to print.

    Raises:
        InputError: USR-005 no such user or disabled, USR-006 a role without homes, HOM-001 no such
            home, HOM-003 neither codes nor all homes, or both.
    """
    if bool(codes) == every:
        found = "both" if every else "neither"
        raise wrong("HOM-003", "homes", found, "codes of homes, or --all-homes")
    now = RealClock().now()

    def work(connection: Connection) -> tuple[User, int]:
        user = user_of(connection, login)
        access = _assignable(user)
        homes = (
            placements.named_homes(connection, access)
            if every
            else [home_of(connection, access, code) for code in codes]
        )
        _assign(connection, access, user, homes, now)
        return user, len(homes)

    with open_register(folder) as register:
        user, count = register.write_now(work)
    return f"{count} homes assigned to {user.login}{untold(user)}"


def set_password(folder: Path, login: str, ask: Callable[[], str]) -> str:
    """Give a user a new password and end all sessions; returns what to print.

    Raises:
        InputError: USR-005 no such user or disabled, PWD-001.
    """
    with open_register(folder) as register:
        register.read_now(lambda c: user_of(c, login))
    password_hash, now = _hash(ask()), RealClock().now()

    def work(connection: Connection) -> tuple[User, int]:
        user = user_of(connection, login)
        access = access_to(user.municipality)
        users.set_password_hash(connection, access, user.id, password_hash)
        ended = sessions.end_all(connection, access, user.id)
        book(connection, access, "user.password", f"user:{user.id}", now=now)
        return user, ended

    with open_register(folder) as register:
        user, ended = register.write_now(work)
    return f"{user.login} has a new password; {ended} sessions ended"


def disable_user(folder: Path, login: str) -> str:
    """Let a user sign in no more and end all sessions; returns what to print. Repeats are free.

    Raises:
        InputError: USR-005 no such user.
    """
    now = RealClock().now()

    def work(connection: Connection) -> tuple[User, int, list[str]]:
        user = user_of(connection, login, may_be_disabled=True)
        access = access_to(user.municipality)
        users.disable(connection, access, user.id, now=now)
        ended = sessions.end_all(connection, access, user.id)
        book(connection, access, "user.disable", f"user:{user.id}", now=now)
        return user, ended, assignments.unattended(connection, access, now=now)

    with open_register(folder) as register:
        user, ended, alone = register.write_now(work)
    done = f"{user.login} may not sign in any more; {ended} sessions ended"
    return "\n".join([done, *_unattended(alone)])


def list_users(folder: Path) -> str:
    """Return all users with role and assigned homes, and the homes that are on nobody's list."""
    now = RealClock().now()

    def work(connection: Connection) -> tuple[list[User], dict[str, list[str]], list[str]]:
        book(connection, ACCESS, "user.list", "users:all", now=now)
        everyone = users.everyone(connection, ACCESS)
        codes = assignments.codes_by_user(connection, ACCESS, now=now)
        alone = assignments.unattended(connection, ACCESS, now=now)
        return everyone, {str(user): homes for user, homes in codes.items()}, alone

    with open_register(folder) as register:
        everyone, codes, alone = register.write_now(work)
    rows = [(user.login, _role(user), " ".join(codes.get(user.id, ["-"]))) for user in everyone]
    return "\n".join([columns([("login", "role", "homes"), *rows]), *_unattended(alone)])


def required_owner(connection: Connection, login: str) -> User:
    """Return the user who answers for something, such as an absence.

    Raises:
        InputError: USR-005 no such user, or disabled.
    """
    return user_of(connection, login)


def _check(new: NewUser) -> None:
    if new.role is Role.SYSTEM:
        raise wrong("USR-001", "--role", "system", "a role that a person has")
    if new.assign_all_homes and new.role not in ASSIGNABLE:
        raise _without_homes(new.role)
    if not is_text(new.login, longest=LOGIN_CHARACTERS) or len(new.login.split()) != 1:
        allowed = f"1 to {LOGIN_CHARACTERS} characters without spaces"
        raise wrong("USR-007", "login", shown(new.login), allowed)
    for option, text in (("--name", new.name), ("--municipality", new.municipality)):
        if text is not None and not is_text(text, longest=NAME_CHARACTERS):
            allowed = f"1 to {NAME_CHARACTERS} printable characters"
            raise wrong("USR-007", option, f"{len(text)} characters", allowed)
    if new.email is not None and not _is_address(new.email):
        allowed = "one plain address, such as sato@city.example"
        raise wrong("USR-007", "--email", f"{len(new.email)} characters", allowed)


def _is_address(email: str) -> bool:
    local, _, domain = email.partition("@")
    plain = is_text(email, longest=EMAIL_CHARACTERS) and len(email.split()) == 1
    return plain and bool(local) and bool(domain) and not set(domain) & set("@,;<>")


def _hash(password: str) -> str:
    if any("\ud800" <= character <= "\udfff" for character in password):
        raise wrong("PWD-001", "password", "bytes that are no text", "characters")
    return Passwords().hash(password)


def _insert(connection: Connection, new: NewUser, password_hash: str, now: datetime) -> User:
    municipality = _known_or_made(connection, new.municipality)
    access = access_to(municipality)
    added = users.add(
        connection,
        access,
        municipality=municipality,
        login=new.login,
        display_name=new.name.strip(),
        role=new.role,
        email=None,
        language=new.language,
        password_hash=password_hash,
        now=now,
    )
    book(connection, access, "user.add", f"user:{added}", now=now)
    user = user_of(connection, new.login)
    if new.assign_all_homes:
        _assign(connection, access, user, placements.named_homes(connection, access), now)
    return user


def _known_or_made(connection: Connection, name: str | None) -> MunicipalityId:
    """Return the municipality to join; one that is named and not there is made."""
    known = {known_name for _, known_name in gateways.municipalities(connection, ACCESS)}
    if name is None or name in known:
        return municipality_of(connection, name)
    return gateways.add_municipality(connection, ACCESS, name)


def _assign(
    connection: Connection,
    access: Access,
    user: User,
    homes: list[placements.NamedHome],
    now: datetime,
) -> None:
    for home in homes:
        users.assign(
            connection,
            access,
            municipality=home.municipality,
            user=user.id,
            home=home.id,
            now=now,
        )
        book(connection, access, "user.assign", f"user:{user.id} home:{home.id}", now=now)


def _assignable(user: User) -> Access:
    if user.role not in ASSIGNABLE:
        raise _without_homes(user.role)
    return access_to(user.municipality)


def _without_homes(role: Role) -> Exception:
    return wrong("USR-006", "role", role.value, " or ".join(ASSIGNABLE))


def _role(user: User) -> str:
    return f"{user.role} (disabled)" if user.is_disabled else user.role.value


def _unattended(codes: list[str]) -> list[str]:
    return [f"homes without a caseworker: {' '.join(codes)}"] if codes else []
