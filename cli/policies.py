"""Escalation policies on the command line: whom to call in which order, and asking first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection

from alerting.coverage import require_policy
from alerting.escalation import DEFAULT_POLICIES, PATIENCE, Ladder, Policy, Step, Who
from alerting.plans import as_stored, understood
from cli.arguments import parse_duration
from cli.desk import access_to, book, columns, home_of, municipality_of, open_register, wrong
from cli.people import required_owner
from domain.clock import RealClock
from domain.errors import InputError, shown
from storage.register import asking, contact_methods, placements, policies
from storage.register.asking import Asking

MAX_STEPS = 10
LONGEST_WAIT = timedelta(hours=24)
SHORTEST_PATIENCE = timedelta(minutes=5)
LONGEST_PATIENCE = timedelta(hours=24)
MAX_MINUTES = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPolicy:
    """A policy as it is typed."""

    ladder: Ladder
    steps: list[str]
    """Such as `assigned=10m` or `on_call:night=10m`."""
    code: str | None
    """Of a home; None: of all homes that have none of their own."""
    patience: str | None
    municipality: str | None


def set_policy(folder: Path, new: NewPolicy) -> str:
    """Set a policy; cases that are running keep what they began with. Returns what to print.

    Raises:
        InputError: POL-001 a step reaches nobody, POL-002 at some hour nobody is reached, POL-003 a
            step or wait that makes no sense, OCL-001 no such schedule, HOM-001, USR-003, USR-004.
    """
    now, steps, patience = RealClock().now(), _steps(new.steps), _patience(new.patience)

    def work(connection: Connection) -> None:
        municipality = municipality_of(connection, new.municipality)
        access = access_to(municipality)
        home = None if new.code is None else home_of(connection, access, new.code).id
        require_policy(connection, access, steps, municipality=municipality, home=home, now=now)
        policies.save(
            connection,
            access,
            municipality=municipality,
            home=home,
            ladder=new.ladder,
            steps=as_stored(steps),
            patience=patience,
        )
        what = f"policy:{new.ladder} home:{home or '-'}"
        book(connection, access, "policy.set", what, now=now)

    with open_register(folder) as register:
        register.write_now(work)
    return show_policies(folder, new.municipality)


def show_policies(folder: Path, municipality: str | None) -> str:
    """Return all policies in force, those that nobody set included.

    Raises:
        InputError: USR-003, USR-004.
    """

    def work(connection: Connection) -> str:
        of = municipality_of(connection, municipality)
        access = access_to(of)
        stored = policies.all_of(connection, access, of)
        codes = {one.id: one.code for one in placements.named_homes(connection, access)}
        rows = [
            (
                one.ladder,
                "all homes" if one.home is None else codes.get(one.home, "-"),
                _written(understood(one.steps)),
                _short(one.patience or PATIENCE[Ladder(one.ladder)]),
            )
            for one in stored
        ]
        own = {one.ladder for one in stored if one.home is None}
        rows += [
            (ladder.value, "all homes (default)", _written(steps), _short(PATIENCE[ladder]))
            for ladder, steps in DEFAULT_POLICIES.items()
            if ladder not in own
        ]
        return columns([("ladder", "of", "steps", "owner has"), *rows])

    with open_register(folder) as register:
        return register.read_now(work)


def ask_first(
    folder: Path, code: str, minutes: int, contact: str | None, municipality: str | None
) -> str:
    """Let the resident of a home be asked before people are called; returns what to print.

    Raises:
        InputError: POL-004 no way to ask, or minutes out of range, HOM-001, USR-003 to USR-005.
    """
    now = RealClock().now()
    if not 0 <= minutes <= MAX_MINUTES:
        raise wrong("POL-004", "--minutes", str(minutes), f"0 to {MAX_MINUTES}; 0: never ask")
    if minutes and contact is None:
        allowed = "--contact with whose mailbox reaches the resident"
        raise wrong("POL-004", "--contact", "nobody to ask", allowed)

    def work(connection: Connection) -> None:
        of = municipality_of(connection, municipality)
        access = access_to(of)
        home = home_of(connection, access, code)
        user = None if contact is None else required_owner(connection, contact)
        is_reached = user is not None and bool(
            contact_methods.reached(connection, access, [user.id])
        )
        if user is not None and (user.municipality != of or not is_reached):
            found = f"{shown(user.login)} without an address here"
            raise wrong("POL-004", "--contact", found, "somebody of the home's city with a mailbox")
        setting = Asking(minutes=minutes, contact=None if user is None else user.id)
        asking.save(connection, access, home.id, of, setting)
        book(connection, access, "policy.ask", f"home:{home.id}", now=now)

    with open_register(folder) as register:
        register.write_now(work)
    if minutes == 0:
        return f"the resident of {code} is not asked first"
    return f"the resident of {code} is asked first, for {minutes} min; never when it is urgent"


def _steps(texts: list[str]) -> Policy:
    if not 1 <= len(texts) <= MAX_STEPS:
        raise wrong("POL-003", "--step", f"{len(texts)} steps", f"1 to {MAX_STEPS}")
    return tuple(_step(text) for text in texts)


def _step(text: str) -> Step:
    what, _, wait = text.partition("=")
    who, _, schedule = what.partition(":")
    length = parse_duration(wait or "10m") or timedelta()
    try:
        step = Step(who=Who(who), wait=length, schedule=schedule or None)
    except ValueError as error:
        raise _wrong_step(text) from error
    if length > LONGEST_WAIT:
        raise _wrong_step(text)
    return step


def _wrong_step(text: str) -> InputError:
    names = ", ".join(one.value for one in Who if one is not Who.ON_CALL)
    allowed = f"WHO=WAIT with {names} or on_call:NAME, and a wait of 1m to 24h"
    return wrong("POL-003", "--step", shown(text), allowed)


def _patience(text: str | None) -> timedelta | None:
    patience = parse_duration(text)
    if patience is not None and not SHORTEST_PATIENCE <= patience <= LONGEST_PATIENCE:
        raise wrong("POL-003", "--patience", shown(text or ""), "5m to 24h")
    return patience


def _written(steps: Policy) -> str:
    return " > ".join(
        f"{step.who.value}{f':{step.schedule}' if step.schedule else ''}={_short(step.wait)}"
        for step in steps
    )


def _short(length: timedelta) -> str:
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    return f"{minutes}m" if not seconds else f"{int(length.total_seconds())}s"
