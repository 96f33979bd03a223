"""What a municipality is: a city with people in it, or the one of the synthetic home."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, select

from storage.register.schema import municipality


class MunicipalityKind(StrEnum):
    """Whether anybody lives there."""

    CITY = "city"
    SYNTHETIC = "synthetic"
    """Of the home in which nobody lives, see `storage.register.synthetic`. All that belongs to it
    is left out of every list, count and report."""


def is_synthetic(municipality_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """Return the condition that a row's municipality is the synthetic one; NULL is none."""
    synthetic = select(municipality.c.id).where(municipality.c.kind == MunicipalityKind.SYNTHETIC)
    return municipality_id.is_not(None) & municipality_id.in_(synthetic)
