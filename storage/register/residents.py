"""Residents and their personal fields: sealed at rest, opened only for those who may see them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from domain.access import Access
from domain.ids import HomeId, MunicipalityId, ResidentId, new_id
from storage.register.schema import personal, residency, resident
from storage.register.vault import Vault, WrappedKey

PERSONAL_COLUMNS = tuple(column.label(f"personal_{column.name}") for column in personal.c)
"""What a query selects, by an outer join, so that `open_person` can open it."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Person:
    """Who lives in a home. Its repr says nothing, so that no log ever does."""

    name: str | None = None
    kana: str | None = None
    address: str | None = None
    phone: str | None = None
    note: str | None = None

    def __repr__(self) -> str:
        """Say nothing."""
        return "Person(…)"


def add(
    connection: Connection,
    access: Access,
    vault: Vault,
    *,
    municipality: MunicipalityId,
    home: HomeId,
    person: Person,
    now: datetime,
) -> ResidentId:
    """Add a resident who lives in `home` from `now` on; whoever lived there before moves out."""
    new = ResidentId(new_id())
    connection.execute(
        resident.insert().values(id=new, municipality_id=municipality, created_at=now)
    )
    still = (residency.c.home_id == home) & residency.c.valid_to.is_(None)
    connection.execute(residency.update().where(still).values(valid_to=now))
    connection.execute(
        residency.insert().values(
            id=new_id(),
            municipality_id=municipality,
            resident_id=new,
            home_id=home,
            valid_from=now,
            valid_to=None,
        )
    )
    seal_person(connection, access, vault, new, person, municipality=municipality)
    return new


def seal_person(
    connection: Connection,
    access: Access,
    vault: Vault,
    of: ResidentId,
    person: Person,
    *,
    municipality: MunicipalityId,
) -> None:
    """Store a resident's personal fields, sealed with a new data key; the old key is gone."""
    del access
    key, wrapped = vault.new_key(of)
    columns: dict[str, bytes | None] = {}
    for field in fields(Person):
        text = getattr(person, field.name)
        columns[field.name] = None if text is None else key.seal(field.name, text)
    connection.execute(personal.delete().where(personal.c.resident_id == of))
    connection.execute(
        personal.insert().values(
            resident_id=of,
            municipality_id=municipality,
            key_id=wrapped.key_id,
            wrapped_key=wrapped.wrapped,
            **columns,
        )
    )


def open_person(access: Access, vault: Vault, row: Row[Any]) -> Person | None:
    """Open the personal fields of a row with `PERSONAL_COLUMNS`.

    Returns:
        None where the access may not see people, nobody lives there, or the person was erased.

    Raises:
        PermanentError: The vault does not fit the database.
    """
    of = row.personal_resident_id
    if not access.sees_people or of is None:
        return None
    wrapped = WrappedKey(key_id=row.personal_key_id, wrapped=row.personal_wrapped_key)
    key = vault.unwrap(ResidentId(of), wrapped)
    opened: dict[str, str | None] = {}
    for field in fields(Person):
        sealed = getattr(row, f"personal_{field.name}")
        opened[field.name] = None if sealed is None else key.open(field.name, sealed)
    return Person(**opened)


def person_of(
    connection: Connection, access: Access, vault: Vault, of: ResidentId
) -> Person | None:
    """Return a resident's personal fields, None as `open_person` does.

    The caller has found the resident through a home or case within the access.
    """
    query = select(*PERSONAL_COLUMNS).where(personal.c.resident_id == of)
    if access.municipality is not None:
        query = query.where(personal.c.municipality_id == access.municipality)
    row = connection.execute(query).one_or_none()
    return None if row is None else open_person(access, vault, row)


def everybody(connection: Connection, access: Access, vault: Vault) -> list[Person]:
    """Return the personal fields of everybody within reach, for a search for leaks."""
    query = select(*PERSONAL_COLUMNS)
    if access.municipality is not None:
        query = query.where(personal.c.municipality_id == access.municipality)
    opened = [open_person(access, vault, row) for row in connection.execute(query)]
    return [person for person in opened if person is not None]
