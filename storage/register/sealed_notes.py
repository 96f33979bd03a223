"""Free texts about residents: sealed at rest, each with a key of its own, bound to its row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row

from domain.access import Access, Role
from domain.ids import ResidentId, UserId
from storage.register.vault import Vault, WrappedKey

_COLUMN = "note"


def sealed(vault: Vault, row: str, note: str | None) -> Mapping[str, object]:
    """Return the columns `key_id`, `wrapped_key` and `note` of a row; without a note, none."""
    if not note:
        return {"key_id": None, "wrapped_key": None, "note": None}
    key, wrapped = vault.new_key(ResidentId(row))
    return {
        "key_id": wrapped.key_id,
        "wrapped_key": wrapped.wrapped,
        "note": key.seal(_COLUMN, note),
    }


def opened(vault: Vault, row: Row[Any]) -> str | None:
    """Open the note of a row with its `id` and the columns of `sealed`; None where there is none.

    Raises:
        PermanentError: The vault does not fit the database.
    """
    if row.note is None:
        return None
    wrapped = WrappedKey(key_id=row.key_id, wrapped=row.wrapped_key)
    return vault.unwrap(ResidentId(row.id), wrapped).open(_COLUMN, row.note)


def may_read(access: Access, author: UserId) -> bool:
    """Tell whether an access may read a note of the staff: caseworkers, and who wrote it."""
    return access.role in (Role.CASEWORKER, Role.SYSTEM) or access.actor == author
