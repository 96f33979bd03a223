"""How far each consumer has read the log before it."""

from __future__ import annotations

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from domain.access import Access
from storage.register.guard import require_system
from storage.register.schema import cursor


def position(connection: Connection, access: Access) -> int:
    """Return the last position that the consumer `access.actor` has dealt with; 0 at first."""
    row = select(cursor.c.position).where(cursor.c.consumer == access.actor)
    return connection.execute(row).scalar() or 0


def advance(connection: Connection, access: Access, to: int) -> None:
    """Move the cursor of `access.actor`, in the transaction of the effects; never back."""
    require_system(access)
    new = insert(cursor).values(consumer=access.actor, position=to, municipality_id=None)
    connection.execute(
        new.on_conflict_do_update(
            index_elements=["consumer"],
            set_={"position": new.excluded.position},
            where=cursor.c.position < new.excluded.position,
        )
    )
