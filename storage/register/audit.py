"""Who did and saw what: an append-only log in which each row vouches for the one before it.

A row's hash covers its own fields and the hash of the row before. Whoever changes, removes or
reorders a row breaks the chain there; who cuts off its end is found by a head kept elsewhere.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, select

from domain.access import Access
from domain.moments import to_ms
from storage.register.schema import audit as table

BEGINNING = b"\x00" * 32
"""What the first row names as the hash before it."""
_PAGE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What walking the whole chain has shown."""

    rows: int
    """How many rows are in order, counted from the first."""
    head: bytes
    """Hash of the last row that is in order; keep it elsewhere to notice a cut-off end."""
    broken_at: int | None
    """Position of the first row that does not fit, None when all fit."""


def append(
    connection: Connection,
    access: Access,
    *,
    action: str,
    object: str,  # noqa: A002 (the word of the audit table)
    result: str,
    now: datetime,
) -> None:
    """Append one row, in the transaction of what it vouches for.

    Args:
        connection: A write transaction: the row before must not change meanwhile.
        access: Who acted; its municipality is the row's.
        action: What was done, such as `case.acknowledge` or `home.view`.
        object: What it was done to, as `<kind>:<id>`; never a name, number or address.
        result: How it ended, such as `done` or `refused`.
        now: When; aware, UTC.
    """
    last = select(table.c.hash).order_by(table.c.position.desc()).limit(1)
    previous = connection.execute(last).scalar() or BEGINNING
    connection.execute(
        table.insert().values(
            municipality_id=access.municipality,
            at=now,
            actor=access.actor,
            action=action,
            object=object,
            result=result,
            previous_hash=previous,
            hash=_digest(
                previous, access.municipality, to_ms(now), access.actor, action, object, result
            ),
        )
    )


def verify(connection: Connection, access: Access) -> Verification:
    """Walk the chain from its first row and name the first one that does not fit.

    The chain runs through all municipalities, so that is how far this looks, whoever asks; it
    returns no content of any row.
    """
    del access
    previous, rows, position = BEGINNING, 0, 0
    while True:
        page = (
            select(table).where(table.c.position > position).order_by(table.c.position).limit(_PAGE)
        )
        found = connection.execute(page).all()
        if not found:
            return Verification(rows=rows, head=previous, broken_at=None)
        for row in found:
            position = row.position
            if row.previous_hash != previous or row.hash != _digest_of(row):
                return Verification(rows=rows, head=previous, broken_at=position)
            previous, rows = row.hash, rows + 1


def _digest_of(row: Row[tuple[object, ...]]) -> bytes:
    return _digest(
        row.previous_hash,
        row.municipality_id,
        to_ms(row.at),
        row.actor,
        row.action,
        row.object,
        row.result,
    )


def _digest(previous: bytes, *fields: str | int | None) -> bytes:
    """Hash the fields in a form in which no two different rows look alike."""
    text = json.dumps([previous.hex(), *fields], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).digest()
