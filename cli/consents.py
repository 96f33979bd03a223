"""Consents on the command line: what a resident agreed that a member of the family may see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from cli.arguments import parse_local
from cli.desk import (
    ACCESS,
    access_to,
    book,
    columns,
    home_of,
    notify,
    open_register,
    user_of,
    wrong,
)
from cli.residents import check_name
from domain.access import Role
from domain.clock import RealClock
from domain.consent import Agreed, Form
from domain.errors import shown
from domain.ids import ResidentId
from storage.register import consents, recipients
from storage.register.consents import StoredConsent
from storage.register.placements import NamedHome
from storage.register.users import User
from storage.signals import Log

RECORDERS = (Role.CASEWORKER, Role.ADMINISTRATOR)
"""Who takes a resident's word down: never the family itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewConsent:
    """What was agreed; without a zone its ends are the home's own time."""

    code: str
    """Of the home in which the resident lives."""
    login: str
    """Of the family."""
    scope: Agreed
    form: Form
    recorded_by: str
    """Login."""
    starts: str | None
    """None: now."""
    ends: str | None
    """None: until it is ended."""


def give_consent(folder: Path, new: NewConsent, ask: Callable[[], str]) -> str:
    """Record what a resident agrees to; `ask` asks for the resident's name; returns what to print.

    Code and name are two identifiers: by a slip a stranger would learn who lives alone.

    Raises:
        InputError: CNS-001 nobody is known to live there, CNS-002 the time, CNS-003 no family of
            the home's municipality, CNS-005 who recorded it, ABS-003 another name, CLI-002 not an
            instant, HOM-001, USR-005, VLT-….
    """
    clock = RealClock()
    with open_register(folder) as register:
        register.read_now(lambda c: _to_be_given(c, new, now=clock.now()))
    check_name(folder, new.code, new.recorded_by, ask, clock.now())
    now = clock.now()

    def work(connection: Connection) -> tuple[_Found, consents.NewConsent, bool]:
        found = _to_be_given(connection, new, now=now)
        zone = ZoneInfo(found.home.time_zone)
        wanted = consents.NewConsent(
            municipality=found.home.municipality,
            resident=found.resident,
            user=found.family.id,
            scope=new.scope,
            form=new.form,
            recorded_by=found.recorder.id,
            starts_at=now if new.starts is None else _start(new.starts, zone, now),
            ends_at=None if new.ends is None else _utc(new.ends, zone),
        )
        access = access_to(found.home.municipality)
        return found, wanted, consents.give(connection, access, wanted, now=now)

    with open_register(folder) as register:
        found, given, is_replaced = register.write_now(work)
    notify(folder, Log.CASE)
    zone = ZoneInfo(found.home.time_zone)
    until = "until it is ended" if given.ends_at is None else f"to {_say(given.ends_at, zone)}"
    instead = "; it takes the place of the earlier one" if is_replaced else ""
    return (
        f"{found.family.login} sees {new.scope} of {new.code}"
        f" from {_say(given.starts_at, zone)} {until}{instead}"
    )


def end_consent(folder: Path, code: str, login: str, *, recorded_by: str) -> str:
    """End at once all that a resident agreed to for a person; returns what to print.

    Raises:
        InputError: CNS-001 nobody is known to live there, CNS-003, CNS-004 there is no consent,
            CNS-005, HOM-001, USR-005.
    """
    now = RealClock().now()

    def work(connection: Connection) -> _Found:
        found = _found(connection, code, login, recorded_by, now=now)
        is_ended = consents.end(
            connection,
            access_to(found.home.municipality),
            found.resident,
            found.family.id,
            ended_by=found.recorder.id,
            now=now,
        )
        if not is_ended:
            what = "no consent that holds or is to come"
            raise wrong("CNS-004", "consent", what, "one of `mimamori consent list`")
        return found

    with open_register(folder) as register:
        found = register.write_now(work)
    notify(folder, Log.CASE)
    return f"{found.family.login} sees nothing of {code} any more"


def list_consents(folder: Path, *, with_ended: bool) -> str:
    """Return what holds and is to come, by home; with what ended if asked for."""
    now = RealClock().now()

    def work(connection: Connection) -> list[StoredConsent]:
        book(connection, ACCESS, "consent.list", "consents:all", now=now)
        return consents.listed(connection, ACCESS, now=now, with_ended=with_ended)

    with open_register(folder) as register:
        found = register.write_now(work)
    if not found:
        return "nobody has agreed to anything yet"
    head = ("home", "login", "scope", "from", "until", "form", "recorded by", "state")
    return columns([head, *(_row(one, now) for one in found)])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    home: NamedHome
    resident: ResidentId
    family: User
    recorder: User


def _to_be_given(connection: Connection, new: NewConsent, *, now: datetime) -> _Found:
    found = _found(connection, new.code, new.login, new.recorded_by, now=now)
    user_of(connection, new.login)  # nothing is given to who may not sign in; all can be ended
    return found


def _found(
    connection: Connection, code: str, login: str, recorded_by: str, *, now: datetime
) -> _Found:
    """Return home with resident, family and recorder, all of one municipality."""
    recorder = user_of(connection, recorded_by)
    if recorder.role not in RECORDERS:
        allowed = " or ".join(RECORDERS)
        raise wrong("CNS-005", "--recorded-by", f"role {recorder.role}", allowed)
    home = home_of(connection, access_to(recorder.municipality), code)
    family = user_of(connection, login, may_be_disabled=True)
    if family.role is not Role.FAMILY or family.municipality != home.municipality:
        is_family = family.role is Role.FAMILY
        told = "of another municipality" if is_family else f"role {family.role}"
        raise wrong("CNS-003", "login", told, "a login with role family of the same municipality")
    resident = recipients.resident_at(connection, access_to(home.municipality), home.id, now)
    if resident is None:
        allowed = "a home whose resident `mimamori residents add` has added"
        raise wrong("CNS-001", "home", f"nobody is known to live in {shown(home.code)}", allowed)
    return _Found(home=home, resident=resident, family=family, recorder=recorder)


def _start(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    """Read a beginning; of today it is now at the earliest, so that a date alone will do."""
    instant = _utc(text, zone)
    is_today = instant.astimezone(zone).date() == now.astimezone(zone).date()
    return max(instant, now) if is_today else instant


def _utc(text: str, zone: ZoneInfo) -> datetime:
    return parse_local(text, zone).astimezone(UTC)


def _row(one: StoredConsent, now: datetime) -> tuple[str, ...]:
    zone = ZoneInfo(one.time_zone or "UTC")
    return (
        one.home_code or "moved out",
        one.login,
        one.scope,
        _say(one.starts_at, zone),
        "-" if one.ends_at is None else _say(one.ends_at, zone),
        one.form or "-",
        one.recorded_by or "-",
        _state(one, now),
    )


def _state(one: StoredConsent, now: datetime) -> str:
    if one.ends_at is not None and one.ends_at <= now:
        return "ended"
    return "holds" if one.holds_at(now) else "to come"


def _say(instant: datetime, zone: ZoneInfo) -> str:
    return f"{instant.astimezone(zone):%Y-%m-%d %H:%M}"
