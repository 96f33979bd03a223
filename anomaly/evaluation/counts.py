"""Counts that can be added up: of lengths, of homes."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Self


@dataclass(frozen=True, slots=True)
class Counts:
    """A dataclass of nothing but counts, each 0 where nothing was counted."""

    def plus(self, other: Self) -> Self:
        """Return both counted together."""
        names = [field.name for field in fields(self)]
        return type(self)(**{name: getattr(self, name) + getattr(other, name) for name in names})
