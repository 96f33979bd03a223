"""Who looks after which home: what is assigned, and which homes nobody has on the list."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, exists, select

from domain.access import Access, Role
from domain.ids import UserId
from storage.register.guard import require_system
from storage.register.schema import assignment, home, user
from storage.register.validity import valid_at


def codes_by_user(
    connection: Connection, access: Access, *, now: datetime
) -> dict[UserId, list[str]]:
    """Return the codes of the homes that are assigned to each user at `now`, by code.

    Raises:
        InputError: ACC-001 when a person asks.
    """
    require_system(access)
    query = (
        select(assignment.c.user_id, home.c.code)
        .join(home, home.c.id == assignment.c.home_id)
        .where(valid_at(assignment, now), _within(access))
        .order_by(home.c.code)
    )
    found: dict[UserId, list[str]] = {}
    for row in connection.execute(query):
        found.setdefault(UserId(row.user_id), []).append(row.code)
    return found


def unattended(connection: Connection, access: Access, *, now: datetime) -> list[str]:
    """Return the codes of the homes that are on no list: no caseworker who may sign in has them.

    Raises:
        InputError: ACC-001 when a person asks.
    """
    require_system(access)
    attended = exists().where(
        assignment.c.home_id == home.c.id,
        assignment.c.user_id == user.c.id,
        user.c.role == Role.CASEWORKER,
        user.c.disabled_at.is_(None),
        valid_at(assignment, now),
    )
    query = select(home.c.code).where(_within(access), ~attended).order_by(home.c.code)
    return list(connection.execute(query).scalars())


def _within(access: Access) -> ColumnElement[bool]:
    return home.c.municipality_id == (access.municipality or home.c.municipality_id)
