"""Who might have been expected to be told of a case: colleagues, and the family that may know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from domain.access import Access, Role
from domain.finding import Kind
from domain.ids import CaseId, UserId
from storage.register import contact_methods, users
from storage.register.reach import cases_within
from storage.register.schema import case, consent, home
from storage.register.validity import valid_at

MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Bystander:
    """One of them."""

    user: UserId
    name: str
    """Display name."""
    role: Role
    has_address: bool


def of_case(
    connection: Connection, access: Access, case_id: CaseId, *, now: datetime
) -> list[Bystander]:
    """Return those of the municipality who deal with such cases, and the consenting family.

    The family is named to those who may see people. Nobody for a case out of reach, or one that
    belongs to no municipality. At most `MOST`, family first.
    """
    reach = (
        select(case.c.municipality_id, case.c.resident_id, case.c.kind)
        .outerjoin(home, home.c.id == case.c.home_id)
        .where(case.c.id == case_id, cases_within(access, now=now))
    )
    found = connection.execute(reach).one_or_none()
    if found is None or found.municipality_id is None:
        return []
    role = Role.CASEWORKER if found.kind == Kind.RESIDENT else Role.TECHNICIAN
    agreed = select(consent.c.user_id).where(
        consent.c.resident_id == found.resident_id,
        valid_at(consent, now),
    )
    family = set(connection.execute(agreed).scalars()) if access.sees_people else set()
    people = users.everyone(connection, access)
    reached = contact_methods.reached(connection, access, [one.id for one in people])
    wanted = [
        Bystander(
            user=one.id,
            name=one.display_name,
            role=one.role,
            has_address=one.id in reached,
        )
        for one in people
        if one.municipality == found.municipality_id
        and not one.is_disabled
        and (one.role is role or (one.role is Role.FAMILY and one.id in family))
    ]
    wanted.sort(key=lambda one: (one.role is not Role.FAMILY, one.name, one.user))
    return wanted[:MOST]
