"""Free texts about residents: sealed at rest, each with a key of its own, bound to its row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Who wrote a row down, and the note as far as it may be read."""

    user: UserId
    by: str
    """Display name."""
    note: str | None
    """None also where the access may not read it."""


def written(access: Access, vault: Vault, row: Row[Any]) -> Written:
    """Read a row with its `user_id` and `display_name`, and the columns that `opened` takes.

    Raises:
        PermanentError: The vault does not fit the database.
    """
    author = UserId(row.user_id)
    note = opened(vault, row) if may_read(access, author) else None
    return Written(user=author, by=row.display_name, note=note)


def may_read(access: Access, author: UserId) -> bool:
    """Tell whether an access may read a note of the staff: caseworkers, and who wrote it."""
    return access.role in (Role.CASEWORKER, Role.SYSTEM) or access.actor == author
