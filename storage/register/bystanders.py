"""Who might have been expected to be told of a case: colleagues, and the family that may know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, or_, select

from domain.access import Access, Role
from domain.finding import Kind
from domain.ids import CaseId, UserId
from storage.register.reach import cases_within
from storage.register.schema import case, consent, home, user

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
        consent.c.valid_from <= now,
        consent.c.valid_to.is_(None) | (consent.c.valid_to > now),
    )
    is_family = and_(user.c.role == Role.FAMILY, user.c.id.in_(agreed))
    wanted = or_(user.c.role == role, is_family) if access.sees_people else user.c.role == role
    query = (
        select(user.c.id, user.c.display_name, user.c.role, user.c.email)
        .where(user.c.municipality_id == found.municipality_id, user.c.disabled_at.is_(None))
        .where(wanted)
        .order_by((user.c.role == Role.FAMILY).desc(), user.c.display_name, user.c.id)
        .limit(MOST)
    )
    return [
        Bystander(
            user=UserId(row.id),
            name=row.display_name,
            role=Role(row.role),
            has_address=bool(row.email),
        )
        for row in connection.execute(query)
    ]
