"""Whether the resident of a home is asked before people are called, and how."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from domain.access import Access
from domain.ids import HomeId, MunicipalityId, UserId
from storage.register.guard import require_municipality
from storage.register.schema import asking as table


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """The setting of one home."""

    minutes: int
    """0 to 30; 0: nobody is asked."""
    contact: UserId | None
    """Whose mailbox reaches the resident; None: there is no way to ask."""


OFF = Asking(minutes=0, contact=None)


def save(
    connection: Connection,
    access: Access,
    home: HomeId,
    municipality: MunicipalityId,
    setting: Asking,
) -> None:
    """Set how the resident of a home is asked.

    Raises:
        InputError: ACC-001 when the municipality is another one.
        sqlalchemy.exc.IntegrityError: The minutes are not 0 to 30.
    """
    require_municipality(access, municipality)
    values = {"minutes": setting.minutes, "contact": setting.contact}
    new = insert(table).values(home_id=home, municipality_id=municipality, **values)
    connection.execute(new.on_conflict_do_update(index_elements=["home_id"], set_=values))


def of_home(connection: Connection, access: Access, home: HomeId) -> Asking:
    """Return the setting of a home; `OFF` where none was made, or it is out of reach."""
    query = select(table).where(table.c.home_id == home)
    if access.municipality is not None:
        query = query.where(table.c.municipality_id == access.municipality)
    row = connection.execute(query).one_or_none()
    if row is None:
        return OFF
    return Asking(minutes=row.minutes, contact=row.contact and UserId(row.contact))
