"""Escalation policies that a municipality has set, for all its homes or for one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, delete, select

from domain.access import Access
from domain.ids import HomeId, MunicipalityId, new_id
from storage.register.schema import escalation_policy as table


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyStep:
    """One step as it is stored; alerting gives the words their meaning."""

    who: str
    wait: timedelta
    """Time for an answer before the next step; whole seconds."""


def save(
    connection: Connection,
    access: Access,
    *,
    municipality: MunicipalityId,
    home: HomeId | None,
    ladder: str,
    steps: tuple[PolicyStep, ...],
) -> None:
    """Set the policy of one ladder (`resident`, `technical`, `call`, `review`).

    Without a home it is the municipality's own, else that home's.
    """
    del access
    same_home = table.c.home_id.is_not_distinct_from(home)
    connection.execute(
        delete(table).where(
            table.c.municipality_id == municipality, same_home, table.c.kind == ladder
        )
    )
    connection.execute(
        table.insert().values(
            id=new_id(),
            municipality_id=municipality,
            home_id=home,
            kind=ladder,
            steps=[{"who": s.who, "wait_s": int(s.wait.total_seconds())} for s in steps],
        )
    )


def steps_of(
    connection: Connection,
    access: Access,
    *,
    municipality: MunicipalityId | None,
    home: HomeId | None,
    ladder: str,
) -> tuple[PolicyStep, ...] | None:
    """Return the home's policy, else its municipality's; None where none was set."""
    reach = municipality if access.municipality is None else access.municipality
    query = (
        select(table.c.steps)
        .where(
            table.c.municipality_id == municipality,
            table.c.municipality_id == reach,
            table.c.kind == ladder,
            table.c.home_id.is_(None) | (table.c.home_id == home),
        )
        .order_by(table.c.home_id.is_(None))
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    return tuple(
        PolicyStep(who=step["who"], wait=timedelta(seconds=step["wait_s"])) for step in row.steps
    )
