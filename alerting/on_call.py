"""Who is on call now and who is next, as pages and commands show it; and whom a step calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from domain.access import Access
from domain.ids import MunicipalityId, UserId
from domain.on_call import HandOver, OnCall, Schedule, Why, hand_overs, on_call
from storage.register import on_call as stored
from storage.register import recipients
from storage.register.guard import require_system
from storage.register.on_call import StaffName
from storage.register.recipients import Recipient

NEXT = 5
"""So many hand-overs are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Who takes over, and when; aware, UTC."""

    at: datetime
    who: StaffName | None
    why: Why


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleNow:
    """One schedule as it stands now."""

    schedule: Schedule
    who: StaffName | None
    """None: nobody is on call, `why` says why."""
    why: Why
    until: datetime | None
    """When that may change at the earliest; aware, UTC."""
    is_reachable: bool
    """Whether a message would reach whoever is on call."""
    next: tuple[Turn, ...]
    """The next hand-overs, at most `NEXT`."""


def on_call_now(connection: Connection, access: Access, now: datetime) -> list[ScheduleNow]:
    """Return who is on call now by each schedule of the access's municipality, by name.

    Empty for an access of no municipality and for a role that is none of the staff.
    """
    if access.municipality is None:
        return []
    known = stored.schedules(connection, access, access.municipality, now=now)
    return [_now(connection, access, one, now) for one in known]


def called(
    connection: Connection,
    access: Access,
    municipality: MunicipalityId | None,
    name: str | None,
    *,
    now: datetime,
) -> list[Recipient]:
    """Return whom a schedule calls now: one person, or nobody."""
    if municipality is None or name is None:
        return []
    schedule = stored.schedule(connection, access, municipality, name, now=now)
    person = None if schedule is None else on_call(schedule, now).person
    return [] if person is None else recipients.only(connection, access, person)


def is_called(connection: Connection, access: Access, person: UserId, *, now: datetime) -> bool:
    """Tell whether a schedule of the access's municipality calls a person now, or as one of `NEXT`.

    Raises:
        InputError: ACC-001 when a person asks: this is of everybody's schedules.
    """
    require_system(access)
    return any(
        turn is not None and turn.user == person
        for schedule in on_call_now(connection, access, now)
        for turn in (schedule.who, *(one.who for one in schedule.next))
    )


def _now(connection: Connection, access: Access, schedule: Schedule, now: datetime) -> ScheduleNow:
    present, coming = on_call(schedule, now), hand_overs(schedule, now, limit=NEXT)
    turns: list[OnCall | HandOver] = [present, *coming]
    people = [one.person for one in turns if one.person is not None]
    names = stored.staff_names(connection, access, people)
    return ScheduleNow(
        schedule=schedule,
        who=_name(present, names),
        why=present.why,
        until=present.until,
        is_reachable=present.person is not None
        and bool(recipients.only(connection, access, present.person)),
        next=tuple(Turn(at=one.at, who=_name(one, names), why=one.why) for one in coming),
    )


def _name(of: OnCall | HandOver, names: Mapping[UserId, StaffName]) -> StaffName | None:
    return None if of.person is None else names.get(of.person)
