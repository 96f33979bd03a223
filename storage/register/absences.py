"""Absences: stretches in which nobody is expected at home; each has an owner and an end."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from domain.absence import LONGEST
from domain.access import Access
from domain.errors import InputError, Problem
from domain.ids import HomeId, UserId, new_id
from storage.register import audit
from storage.register.schema import absence, home


def add(
    connection: Connection,
    access: Access,
    *,
    home_id: HomeId,
    starts_at: datetime,
    ends_at: datetime,
    owner: UserId,
    now: datetime,
) -> None:
    """Enter an absence.

    Effects: a row, and a line in the audit log.

    Raises:
        InputError: ABS-001, it ends before it begins or lasts longer than `LONGEST`.
        sqlalchemy.exc.NoResultFound: The home is not within reach.
    """
    if not timedelta(0) < ends_at - starts_at <= LONGEST:
        raise InputError(
            Problem(
                code="ABS-001",
                where="absence",
                found=f"{starts_at.isoformat()} to {ends_at.isoformat()}",
                allowed=f"an end after the beginning, at most {LONGEST.days} days later",
                do="enter the next stretch when the resident's return is put off",
            )
        )
    reach = select(home.c.municipality_id).where(home.c.id == home_id)
    if access.municipality is not None:
        reach = reach.where(home.c.municipality_id == access.municipality)
    municipality = connection.execute(reach).scalar_one()
    connection.execute(
        absence.insert().values(
            id=new_id(),
            municipality_id=municipality,
            home_id=home_id,
            starts_at=starts_at,
            ends_at=ends_at,
            owner=owner,
            created_at=now,
        )
    )
    audit.append(
        connection, access, action="absence.add", object=f"home:{home_id}", result="done", now=now
    )
