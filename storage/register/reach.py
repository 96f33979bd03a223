"""How far an access reaches: the one condition that every query over homes carries."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from sqlalchemy import ColumnElement, and_, exists, or_, true

from domain.access import Access, Role, Scope
from domain.case import CaseState
from domain.finding import Kind
from storage.register.schema import assignment, case, consent, home, notification, residency
from storage.register.validity import valid_at

ASIDES_END = 0
"""Messages with a lower number went to somebody who was asked, such as the resident, not called:
to be asked opens no page."""


def homes_within(access: Access, *, now: datetime) -> ColumnElement[bool]:
    """Return the condition on `home` that leaves the homes within the access at `now`."""
    match access.scope:
        case Scope.EVERYTHING:
            return true()
        case Scope.MUNICIPALITY:
            return home.c.municipality_id == access.municipality
        case Scope.ASSIGNED:
            mine = or_(_assigned(access, now), _called_to(access))
            return and_(home.c.municipality_id == access.municipality, mine)
        case Scope.OWN:
            return and_(home.c.municipality_id == access.municipality, _agreed(access, now))
        case _:
            assert_never(access.scope)


def cases_within(access: Access, *, now: datetime) -> ColumnElement[bool]:
    """Return the condition on `care_case`, outer-joined with `home`, for the access at `now`.

    Administrators and technicians reach technical cases only. A case without a home is about one
    of our own services and concerns everybody who relies on it. Whoever was told of a case may
    read it, also when it is closed; never one of another municipality.
    """
    of_no_home = case.c.home_id.is_(None)
    told = notification.alias("told")  # an alias, since queries may select notifications as well
    was_told = exists().where(
        told.c.case_id == case.c.id, told.c.user_id == access.actor, told.c.step >= ASIDES_END
    )
    is_here = or_(of_no_home, homes_within(access, now=now))
    of_none = case.c.municipality_id.is_(None)
    is_ours = or_(of_none, case.c.municipality_id == access.municipality)
    return or_(and_(is_here, kinds_within(access)), and_(was_told, is_ours))


def kinds_within(access: Access) -> ColumnElement[bool]:
    """Return the condition on `care_case` that leaves the kinds this role deals with."""
    match access.role:
        case Role.ADMINISTRATOR | Role.TECHNICIAN:
            return case.c.kind == Kind.TECHNICAL
        case Role.FAMILY:
            return case.c.kind == Kind.RESIDENT
        case Role.CASEWORKER | Role.AUDITOR | Role.SYSTEM:
            return true()
        case _:
            assert_never(access.role)


def sees_activity(access: Access) -> bool:
    """Tell whether an access may see when somebody moves: those who look after the person."""
    return access.role in (Role.CASEWORKER, Role.FAMILY, Role.SYSTEM)


def _assigned(access: Access, now: datetime) -> ColumnElement[bool]:
    return exists().where(
        assignment.c.home_id == home.c.id,
        assignment.c.user_id == access.actor,
        valid_at(assignment, now),
    )


def _called_to(access: Access) -> ColumnElement[bool]:
    """Whoever was told of a case may see the home until the case is closed, assigned or not."""
    told_of, told = case.alias("told_of"), notification.alias("told")
    return exists().where(
        told_of.c.home_id == home.c.id,
        told_of.c.state != CaseState.RESOLVED,
        told.c.case_id == told_of.c.id,
        told.c.user_id == access.actor,
        told.c.step >= ASIDES_END,
    )


def _agreed(access: Access, now: datetime) -> ColumnElement[bool]:
    return exists().where(
        residency.c.home_id == home.c.id,
        valid_at(residency, now),
        consent.c.resident_id == residency.c.resident_id,
        consent.c.user_id == access.actor,
        valid_at(consent, now),
    )
