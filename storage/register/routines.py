"""The learned routines of homes, as text: what is in them only the detector knows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from domain.access import Access
from domain.ids import HomeId
from storage.register.guard import require_system
from storage.register.schema import home
from storage.register.schema import routine as table


def save(
    connection: Connection, access: Access, home_id: HomeId, model: str, *, fitted_at: datetime
) -> None:
    """Store a home's routine in place of the one before."""
    require_system(access)
    owner = select(home.c.municipality_id).where(home.c.id == home_id).scalar_subquery()
    new = insert(table).values(
        home_id=home_id, municipality_id=owner, fitted_at=fitted_at, model=model
    )
    connection.execute(
        new.on_conflict_do_update(
            index_elements=["home_id"],
            set_={"fitted_at": new.excluded.fitted_at, "model": new.excluded.model},
        )
    )


def models(connection: Connection, access: Access, homes: Iterable[HomeId]) -> dict[HomeId, str]:
    """Return the stored routines of some homes; a home without one is not among them."""
    query = select(table.c.home_id, table.c.model).where(table.c.home_id.in_(list(homes)))
    require_system(access)
    return {HomeId(row.home_id): row.model for row in connection.execute(query)}
