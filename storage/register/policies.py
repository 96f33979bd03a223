"""Escalation policies that a municipality has set, for all its homes or for one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self

from sqlalchemy import Connection, Row, delete, select

from domain.access import Access
from domain.ids import HomeId, MunicipalityId, new_id
from storage.register.guard import require_municipality
from storage.register.schema import escalation_policy as table

HOME, MUNICIPALITY, DEFAULT = "home", "municipality", "default"
"""Whose policy a plan was made from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyStep:
    """One step as it is stored; alerting gives the words their meaning."""

    who: str
    wait: timedelta
    """Time for an answer before the next step; whole seconds."""
    schedule: str | None = None
    """Name of the on-call schedule, where `who` asks for one."""

    def as_json(self) -> dict[str, Any]:
        """Return the stored form."""
        plain = {"who": self.who, "wait_s": int(self.wait.total_seconds())}
        return plain if self.schedule is None else {**plain, "schedule": self.schedule}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """Return what was stored."""
        wait = timedelta(seconds=stored["wait_s"])
        return cls(who=stored["who"], wait=wait, schedule=stored.get("schedule"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What an episode began with: editing a policy does not change a running case."""

    steps: tuple[PolicyStep, ...]
    patience: timedelta
    """Time for the owner's next word; whole seconds."""
    source: str
    """`home`, `municipality` or `default`."""

    def as_json(self) -> dict[str, Any]:
        """Return the stored form."""
        return {
            "steps": [step.as_json() for step in self.steps],
            "patience_s": int(self.patience.total_seconds()),
            "source": self.source,
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """Return what was stored."""
        return cls(
            steps=tuple(PolicyStep.from_json(step) for step in stored["steps"]),
            patience=timedelta(seconds=stored["patience_s"]),
            source=stored["source"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPolicy:
    """A policy as it is stored."""

    home: HomeId | None
    """None: of all homes of the municipality that have none of their own."""
    ladder: str
    steps: tuple[PolicyStep, ...]
    patience: timedelta | None
    """None: as long as is usual for the ladder."""


def save(
    connection: Connection,
    access: Access,
    *,
    municipality: MunicipalityId,
    home: HomeId | None,
    ladder: str,
    steps: tuple[PolicyStep, ...],
    patience: timedelta | None = None,
) -> None:
    """Set the policy of one ladder (`resident`, `technical`, `call`, `review`).

    Without a home it is the municipality's own, else that home's. Cases that are running keep
    what they began with.

    Raises:
        InputError: ACC-001 when the municipality is another one.
    """
    require_municipality(access, municipality)
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
            steps=[step.as_json() for step in steps],
            patience_s=None if patience is None else int(patience.total_seconds()),
        )
    )


def policy_of(
    connection: Connection,
    access: Access,
    *,
    municipality: MunicipalityId | None,
    home: HomeId | None,
    ladder: str,
) -> StoredPolicy | None:
    """Return the home's policy, else its municipality's; None where none was set."""
    reach = municipality if access.municipality is None else access.municipality
    query = (
        select(table)
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
    return None if row is None else _stored(row)


def all_of(
    connection: Connection, access: Access, municipality: MunicipalityId
) -> list[StoredPolicy]:
    """Return all policies that a municipality has set; its own first."""
    require_municipality(access, municipality)
    query = select(table).where(table.c.municipality_id == municipality)
    rows = connection.execute(query.order_by(table.c.home_id.is_not(None), table.c.kind))
    return [_stored(row) for row in rows]


def _stored(row: Row[Any]) -> StoredPolicy:
    seconds = row.patience_s
    return StoredPolicy(
        home=row.home_id and HomeId(row.home_id),
        ladder=row.kind,
        steps=tuple(PolicyStep.from_json(step) for step in row.steps),
        patience=None if seconds is None else timedelta(seconds=seconds),
    )
