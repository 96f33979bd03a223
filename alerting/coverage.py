"""Whether somebody can be reached at every hour: asked before a policy or a schedule is saved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from alerting.escalation import Policy, Step, Who
from alerting.messages.writing import DEFAULT_ZONE
from alerting.people import people_of
from alerting.plans import understood
from domain.access import Access
from domain.errors import InputError, Problem
from domain.ids import HomeId, MunicipalityId, UserId
from domain.on_call import Schedule, on_call
from storage.register import assignments, policies, recipients
from storage.register import on_call as stored

HOUR = timedelta(hours=1)
LEAST = timedelta(days=14)
"""So far ahead is looked at least: two of every weekday."""
MOST = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Where nobody is reached."""

    step: int
    """Number of a step, from 1."""
    at: datetime | None
    """The first such hour; aware, UTC. None: at no hour at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Whom steps reach: those that do not depend on the hour, and those that do."""

    fixed: Mapping[int, bool]
    """By index: whether a step reaches somebody for every home, at any hour."""
    by_schedule: Mapping[int, Schedule]
    """By index: who is on call decides."""
    reachable: frozenset[UserId]
    """Of the people of the schedules: who has an address and may sign in."""


def gap_of(steps: Policy, reach: Reach, *, now: datetime) -> Gap | None:
    """Return the first step that never reaches anybody, else the first hour without anybody.

    Looked at from `now` on for as long as the longest rotation takes to come round.
    """
    hours = _hours(reach.by_schedule.values(), now)
    covered: set[int] = set()
    first_gap: datetime | None = None
    for at in hours:
        on_duty = {index for index in reach.by_schedule if _is_reached(reach, index, at)}
        covered |= on_duty
        if not on_duty and not any(reach.fixed.values()) and first_gap is None:
            first_gap = at
    covered |= {index for index, is_reached in reach.fixed.items() if is_reached}
    for index in range(len(steps)):
        if index not in covered:
            return Gap(step=index + 1, at=None)
    return None if first_gap is None else Gap(step=len(steps), at=first_gap)


def require_policy(
    connection: Connection,
    access: Access,
    steps: Policy,
    *,
    municipality: MunicipalityId,
    home: HomeId | None,
    now: datetime,
    changed: Schedule | None = None,
) -> None:
    """Refuse a policy under which nobody can be reached at some hour.

    Args:
        connection: The register.
        access: Who saves it.
        steps: The policy.
        municipality: Whose it is.
        home: Whose it is; None: of all homes.
        now: The instant; aware, UTC.
        changed: A schedule that is about to be saved and holds in place of the stored one.

    Raises:
        InputError: POL-001 a step that never reaches anybody, POL-002 an hour at which none does,
            OCL-001 a schedule that does not exist.
    """
    known = {one.name: one for one in stored.schedules(connection, access, municipality, now=now)}
    if changed is not None:
        known[changed.name] = changed
    fixed, by_schedule = {}, {}
    for index, step in enumerate(steps):
        if step.schedule is not None:
            by_schedule[index] = _required(known, step.schedule)
        else:
            fixed[index] = _reaches(connection, access, step, (municipality, home), now)
    people = {one for schedule in by_schedule.values() for one in _people(schedule)}
    reachable = frozenset(one for one in people if recipients.only(connection, access, one))
    reach = Reach(fixed=fixed, by_schedule=by_schedule, reachable=reachable)
    gap = gap_of(steps, reach, now=now)
    if gap is not None:
        raise _refused(gap, steps)


def require_schedule(
    connection: Connection,
    access: Access,
    schedule: Schedule,
    *,
    municipality: MunicipalityId,
    now: datetime,
) -> None:
    """Refuse a schedule with which a policy of the municipality would reach nobody at some hour.

    Raises:
        InputError: As `require_policy`.
    """
    for policy in policies.all_of(connection, access, municipality):
        if any(step.schedule == schedule.name for step in policy.steps):
            require_policy(
                connection,
                access,
                understood(policy.steps),
                municipality=municipality,
                home=policy.home,
                now=now,
                changed=schedule,
            )


def _reaches(
    connection: Connection,
    access: Access,
    step: Step,
    where: tuple[MunicipalityId, HomeId | None],
    now: datetime,
) -> bool:
    municipality, home = where
    if step.who is Who.ASSIGNED and home is None:
        return not assignments.unattended(connection, access, now=now)
    people = people_of(connection, access, step, municipality=municipality, home=home, now=now)
    return bool(people)


def _is_reached(reach: Reach, index: int, at: datetime) -> bool:
    return on_call(reach.by_schedule[index], at).person in reach.reachable


def _hours(schedules: Iterable[Schedule], now: datetime) -> list[datetime]:
    """Return the hours that are looked at: from this one on, until every rotation came round."""
    rotations = [one.rotation for one in schedules if one.rotation is not None]
    rounds = [len(one.people) * one.days * timedelta(days=1) for one in rotations]
    length = min(max([LEAST, *rounds]), MOST)
    start = now.replace(minute=0, second=0, microsecond=0)
    return [start + number * HOUR for number in range(1, length // HOUR + 1)]


def _people(schedule: Schedule) -> set[UserId]:
    turns = schedule.rotation.people if schedule.rotation is not None else ()
    return {*turns, *(one.person for one in schedule.overrides)}


def _required(known: Mapping[str, Schedule], name: str) -> Schedule:
    if name not in known:
        names = ", ".join(sorted(known)) or "none yet"
        raise InputError(
            Problem(
                code="OCL-001",
                where="on-call schedule",
                found=name,
                allowed=f"one of: {names}",
                do="make it with `mimamori oncall set`; nothing was changed",
            )
        )
    return known[name]


def _refused(gap: Gap, steps: Policy) -> InputError:
    step = steps[gap.step - 1]
    name = step.who.value if step.schedule is None else f"{step.who.value}:{step.schedule}"
    if gap.at is None:
        return InputError(
            Problem(
                code="POL-001",
                where=f"step {gap.step} ({name})",
                found="it reaches nobody at any hour",
                allowed="steps with somebody who has an address and may sign in",
                do="add or assign somebody, or leave the step out; nothing was changed",
            )
        )
    local = gap.at.astimezone(ZoneInfo(DEFAULT_ZONE))
    return InputError(
        Problem(
            code="POL-002",
            where=f"step {gap.step} ({name})",
            found=f"neither it nor a step before it reaches anybody on {local:%Y-%m-%d at %H:%M}",
            allowed="somebody within reach at every hour",
            do="add a step such as caseworkers, or close the gap; nothing was changed",
        )
    )
