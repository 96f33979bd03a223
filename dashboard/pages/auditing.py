"""Writes down who looked at what."""

from __future__ import annotations

from sqlalchemy import Connection

from dashboard.parts import Parts
from domain.access import Access
from storage.register import audit


async def book_view(
    parts: Parts, access: Access, *, action: str, object_: str, was_found: bool = True
) -> None:
    """Append a view to the audit log before it is shown; one that was refused as well."""
    now, result = parts.clock.now(), "done" if was_found else "refused"

    def work(connection: Connection) -> None:
        audit.append(connection, access, action=action, object=object_, result=result, now=now)

    await parts.write(work)
