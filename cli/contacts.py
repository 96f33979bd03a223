"""How people are reached: their contact methods on the command line, and how each is proved."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from alerting.codes import (
    CODE_LASTS,
    LONGEST_WAIT,
    bring_code,
    code_message,
    is_address,
    new_code,
)
from alerting.on_call import is_called
from alerting.own_contacts import is_last
from cli.arguments import parse_duration
from cli.desk import ACCESS, access_to, book, columns, open_register, user_of, wrong
from cli.notifiers import notifiers_of
from cli.settings import read_settings
from domain.channel import Channel
from domain.clock import RealClock
from domain.errors import shown
from domain.ids import ContactId
from storage.register import contact_methods, users
from storage.register.contact_methods import Method, Proof, Quiet
from storage.register.users import User


def add_contact(folder: Path, login: str, channel: Channel, address: str, after: str) -> str:
    """Add a contact method and send the code that proves it; returns what to print.

    Raises:
        InputError: USR-005, CNT-001 the address, CNT-002 there already, CLI-001 the wait.
    """
    _check(channel, address)
    wait, now = _wait(after), RealClock().now()

    def work(connection: Connection) -> tuple[User, ContactId]:
        user = user_of(connection, login)
        access = access_to(user.municipality)
        added = contact_methods.add(
            connection,
            access,
            municipality=user.municipality,
            user=user.id,
            channel=channel,
            address=address,
            after=wait,
            now=now,
        )
        book(connection, access, "contact.add", f"contact:{added} user:{user.id}", now=now)
        return user, added

    with open_register(folder) as register:
        try:
            user, added = register.write_now(work)
        except IntegrityError as error:
            allowed = "one that the person does not have yet"
            raise wrong("CNT-002", "address", "there already", allowed) from error
    return f"{added} of {user.login} is added\n{send_code(folder, added)}"


def send_code(folder: Path, contact: str) -> str:
    """Send a new one-time code over a method; returns what to print. Earlier codes are void.

    Raises:
        InputError: CNT-003 no such method; CFG-… the settings.
    """
    clock = RealClock()
    code = new_code()
    with open_register(folder) as register:
        method, user = register.read_now(lambda c: _method(c, contact))
        notifier = notifiers_of(read_settings(folder), clock).get(method.channel)
        if notifier is None:
            return (
                f"{method.channel} is not set up: set it up and send a code by"
                f" `mimamori contacts code {method.id}`; until then it is not used"
            )
        ends_at = clock.now() + CODE_LASTS
        register.write_now(
            lambda c: contact_methods.open_code(
                c, access_to(user.municipality), method.id, code, ends_at=ends_at
            )
        )
    message = code_message(method, code, language=user.language, now=clock.now())
    failed = asyncio.run(bring_code(notifier, message))
    if failed is not None:
        return f"the code could not be sent: {failed}; the method is not used before it is proved"
    return (
        f"a code is on its way; it is good for 24 h: `mimamori contacts prove {method.id}` asks"
        " for it. Until then the method is not used"
    )


def prove_contact(folder: Path, contact: str, code: str) -> str:
    """Take the code that came over a method; returns what to print.

    Raises:
        InputError: CNT-003 no such method, CNT-004 a wrong code, CNT-005 no code is open.
    """
    now = RealClock().now()

    def work(connection: Connection) -> tuple[Method, User, Proof]:
        method, user = _method(connection, contact)
        access = access_to(user.municipality)
        proof = contact_methods.prove(connection, access, method.id, code.strip(), now=now)
        if proof is Proof.DONE:
            book(connection, access, "contact.prove", f"contact:{method.id}", now=now)
        return method, user, proof

    with open_register(folder) as register:
        method, user, proof = register.write_now(work)
    if proof is Proof.DONE:
        used = "is used from now on" if method.disabled_at is None else "is off"
        return f"{method.id} of {user.login} is proved and {used}"
    if proof is Proof.WRONG:
        raise wrong("CNT-004", "code", "another code", "the newest one that came over the method")
    found = "no code is open: too old, too many wrong ones, or none was sent"
    raise wrong("CNT-005", "code", found, f"a new one: `mimamori contacts code {method.id}`")


def remove_contact(folder: Path, contact: str) -> str:
    """Remove a method; returns what to print.

    Raises:
        InputError: CNT-003 no such method.
    """
    now = RealClock().now()

    def work(connection: Connection) -> tuple[User, bool]:
        method, user = _method(connection, contact)
        access = access_to(user.municipality)
        contact_methods.remove(connection, access, method.id)
        book(connection, access, "contact.remove", f"contact:{method.id}", now=now)
        return user, contact_methods.reached(connection, access, [user.id]) != set()

    with open_register(folder) as register:
        user, is_reachable = register.write_now(work)
    return "removed" if is_reachable else f"removed; {user.login} is told nothing any more"


def disable_contact(folder: Path, contact: str) -> str:
    """Switch a method off, until it is switched on again; returns what to print. Repeats are free.

    Raises:
        InputError: CNT-003 no such method, CNT-007 nothing else reaches the person, who is on call.
    """
    now = RealClock().now()

    def work(connection: Connection) -> tuple[Method, User, bool]:
        method, user = _method(connection, contact)
        access = access_to(user.municipality)
        known = contact_methods.of_people(connection, access, [user.id]).get(user.id, [])
        last = is_last(method, known)
        if last and is_called(connection, access, user.id, now=now):
            found = f"the only one in use of {user.login}, who is on call now or soon"
            raise wrong("CNT-007", "contact", found, "one beside which another one is in use")
        if contact_methods.disable(connection, access, method.id, now=now):
            book(connection, access, "contact.disable", f"contact:{method.id}", now=now)
        return method, user, contact_methods.reached(connection, access, [user.id]) != set()

    with open_register(folder) as register:
        method, user, is_reachable = register.write_now(work)
    done = f"{method.id} of {user.login} is off: it is not used until it is switched on again"
    return done if is_reachable else f"{done}; {user.login} is told nothing any more"


def enable_contact(folder: Path, contact: str) -> str:
    """Switch a method on again; returns what to print. Repeats are free.

    Raises:
        InputError: CNT-003 no such method.
    """
    now = RealClock().now()

    def work(connection: Connection) -> tuple[Method, User]:
        method, user = _method(connection, contact)
        access = access_to(user.municipality)
        if contact_methods.enable(connection, access, method.id):
            book(connection, access, "contact.enable", f"contact:{method.id}", now=now)
        return method, user

    with open_register(folder) as register:
        method, user = register.write_now(work)
    done = f"{method.id} of {user.login} is on"
    if method.verified_at is not None:
        return done
    return f"{done}, and not used before it is proved: `mimamori contacts code {method.id}`"


def set_quiet(folder: Path, login: str, starts: str | None, ends: str | None) -> str:
    """Set a person's quiet hours, or take them away without both; returns what to print.

    Raises:
        InputError: USR-005, CNT-006 not two different times of day.
    """
    quiet = _quiet(starts, ends)
    now = RealClock().now()

    def work(connection: Connection) -> User:
        user = user_of(connection, login)
        access = access_to(user.municipality)
        contact_methods.set_quiet(
            connection, access, user.id, quiet, municipality=user.municipality
        )
        book(connection, access, "contact.quiet", f"user:{user.id}", now=now)
        return user

    with open_register(folder) as register:
        user = register.write_now(work)
    if quiet is None:
        return f"{user.login} has no quiet hours"
    return f"{user.login} is left alone from {starts} to {ends} with what can wait"


def list_contacts(folder: Path) -> str:
    """Return the methods of all people, in each one's order, without their addresses."""
    now = RealClock().now()

    def work(connection: Connection) -> list[tuple[str, ...]]:
        book(connection, ACCESS, "contact.list", "users:all", now=now)
        everyone = users.everyone(connection, ACCESS)
        of = contact_methods.of_people(connection, ACCESS, [user.id for user in everyone])
        return [
            (user.login, method.id, method.channel.value, _after(method), _state(method))
            for user in everyone
            for method in of.get(user.id, [])
        ]

    with open_register(folder) as register:
        rows = register.write_now(work)
    return columns([("login", "contact", "channel", "after", "state"), *rows])


def untold(user: User) -> str:
    """Say that a person is told nothing; empty for whoever gets mail."""
    return "" if user.email else f"; {user.login} has no proved contact method, so is told nothing"


def _check(channel: Channel, address: str) -> None:
    if not is_address(channel, address):
        is_mail = channel is Channel.EMAIL
        allowed = "one plain address, such as sato@city.example" if is_mail else "a URL"
        raise wrong("CNT-001", "address", f"{len(address)} characters", allowed)


def _wait(after: str) -> timedelta:
    wait = parse_duration(after) or timedelta(0)
    if wait > LONGEST_WAIT:
        raise wrong("CNT-001", "--after", shown(after), "at most 12h")
    return wait


def _quiet(starts: str | None, ends: str | None) -> Quiet | None:
    if starts is None and ends is None:
        return None
    allowed = "two different times of day, such as 22:00 and 07:00"
    if starts is None or ends is None or starts == ends:
        raise wrong("CNT-006", "quiet hours", "one of two, or the same", allowed)
    return Quiet(starts_min=_minute(starts), ends_min=_minute(ends))


def _minute(clock: str) -> int:
    hour, colon, minute = clock.partition(":")
    is_clock = colon and hour.isdecimal() and minute.isdecimal() and len(clock) <= len("00:00")
    if not is_clock or not (int(hour) < 24 and int(minute) < 60):  # noqa: PLR2004 (a clock)
        raise wrong("CNT-006", "quiet hours", shown(clock), "a time of day such as 22:00")
    return int(hour) * 60 + int(minute)


def _method(connection: Connection, contact: str) -> tuple[Method, User]:
    method = contact_methods.get(connection, ACCESS, ContactId(contact))
    user = None if method is None else users.by_id(connection, ACCESS, method.user)
    if method is None or user is None:
        raise wrong("CNT-003", "contact", shown(contact), "one of `mimamori contacts list`")
    return method, user


def _after(method: Method) -> str:
    minutes = method.after // timedelta(minutes=1)
    return f"{minutes} min" if minutes else "at once"


def _state(method: Method) -> str:
    if method.disabled_at is not None:
        return f"off since {method.disabled_at:%Y-%m-%d}"
    if method.verified_at is None:
        return "not proved"
    if method.failing_since is not None:
        return f"{method.failing_reason} since {method.failing_since:%Y-%m-%d}"
    return "proved"
