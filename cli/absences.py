"""Absences and modes on the command line: listing, ending, tests of equipment and visits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from alerting import pauses as use_cases
from cli.desk import (
    ACCESS,
    access_to,
    book,
    columns,
    home_of,
    municipality_of,
    open_register,
    wrong,
)
from cli.people import required_owner
from domain.absence import Mode
from domain.clock import RealClock
from storage.register import absences, pauses
from storage.register.absences import ABSENCE
from storage.register.pauses import StoredPause
from storage.register.standing import Standing, standing_now


def list_absences(folder: Path) -> str:
    """Return all absences that hold or are to come, and all pauses and modes that hold."""
    now = RealClock().now()

    def work(connection: Connection) -> list[Standing]:
        book(connection, ACCESS, "absence.list", "absences:all", now=now)
        return standing_now(connection, ACCESS, now=now)

    with open_register(folder) as register:
        found = register.write_now(work)
    if not found:
        return "nothing is paused, and nobody is noted as away"
    head = ("home", "what", "from", "until", "owner", "look", "id")
    return columns([head, *(_row(one) for one in found)])


def end_absence(folder: Path, absence_id: str, *, wrong_home: bool) -> str:
    """End an absence now, or take it back as never entered; returns what to print.

    Raises:
        InputError: ABS-004, there is none of this id that holds or is to come.
    """
    now = RealClock().now()

    def work(connection: Connection) -> None:
        found = absences.get(connection, ACCESS, absence_id, now=now)
        do = absences.cancel if wrong_home else absences.end
        access = ACCESS if found is None else access_to(found.municipality)
        if found is None or not do(connection, access, absence_id, now=now):
            raise _unknown(absence_id)

    with open_register(folder) as register:
        register.write_now(work)
    return "the absence is taken back" if wrong_home else "the absence has ended"


def begin_mode(folder: Path, code: str, *, mode: Mode, minutes: int, owner: str) -> str:
    """Begin a mode of a home now; returns what to print.

    Raises:
        InputError: ABS-002 too long, HOM-001 no such home in the owner's municipality, USR-005 no
            such owner or disabled.
    """
    now = RealClock().now()

    def work(connection: Connection) -> str:
        user = required_owner(connection, owner)
        access = access_to(user.municipality)
        home = home_of(connection, access, code)
        pauses.begin(
            connection,
            access,
            home_id=home.id,
            mode=mode,
            lasts=timedelta(minutes=minutes),
            owner=user.id,
            now=now,
        )
        return home.time_zone

    with open_register(folder) as register:
        zone = ZoneInfo(register.write_now(work))
    until = (now + timedelta(minutes=minutes)).astimezone(zone)
    return f"{mode} of {code} until {until:%Y-%m-%d %H:%M} ({until.tzname()})"


def end_mode(folder: Path, code: str, *, mode: Mode, municipality: str | None) -> str:
    """End a mode of a home now; what was held back is told. Returns what to print.

    Raises:
        InputError: ABS-004 none holds, HOM-001 no such home, USR-003, USR-004.
    """
    _each(folder, code, mode, municipality, use_cases.end)
    return f"{mode} of {code} has ended"


def leave_visit(folder: Path, code: str, *, municipality: str | None) -> str:
    """Say that the visitor leaves now; returns what to print. Errors as with `end_mode`."""
    _each(folder, code, Mode.VISIT, municipality, pauses.leave)
    return f"the visitor of {code} leaves; the next movement ends the visit"


def _each(
    folder: Path,
    code: str,
    mode: Mode,
    municipality: str | None,
    do: Callable[..., bool],
) -> None:
    now = RealClock().now()

    def work(connection: Connection) -> None:
        access = access_to(municipality_of(connection, municipality))
        home = home_of(connection, access, code)
        found = pauses.in_force(connection, access, now=now, of_home=home.id)
        done = [do(connection, access, one.id, now=now) for one in found if _is(one, mode)]
        if not any(done):
            raise wrong("ABS-004", code, f"no {mode} that holds", "a mode that has been begun")

    with open_register(folder) as register:
        register.write_now(work)


def _is(one: StoredPause, mode: Mode) -> bool:
    return one.pause.mode is mode


def _row(one: Standing) -> tuple[str, ...]:
    zone = ZoneInfo(one.time_zone)

    def say(instant: datetime) -> str:
        return f"{instant.astimezone(zone):%Y-%m-%d %H:%M}"

    looks = ["movement"] if one.is_contradicted else []
    looks += ["ends soon"] if one.ends_soon else []
    looks += ["visitor left"] if one.left_at is not None else []
    return (
        one.home_code,
        one.what,
        say(one.starts_at),
        say(one.ends_at),
        one.owner,
        ", ".join(looks) or "-",
        one.id if one.what == ABSENCE else "-",
    )


def _unknown(absence_id: str) -> Exception:
    found = f"{len(absence_id)} characters that name none"
    return wrong("ABS-004", "absence", found, "an id that `mimamori absence list` shows")
