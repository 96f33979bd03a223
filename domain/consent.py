"""Consent: how much a resident lets a member of the family see, and how that was said."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import TypeVar

Key = TypeVar("Key")


class Agreed(StrEnum):
    """How much a resident agreed to, the least first."""

    STATUS = "status"
    """How it stands, and that somebody looks into it."""
    SUMMARY = "summary"
    """How a case ended as well."""
    FULL = "full"
    """When somebody moved as well."""


class Form(StrEnum):
    """How a resident agreed."""

    PAPER = "paper"
    """Signed; the sheet is kept by the office."""
    SPOKEN = "spoken"
    """Said to whoever recorded it."""


def widest(found: Iterable[tuple[Key, Agreed]]) -> dict[Key, Agreed]:
    """Return for each key the widest of the scopes that stand beside it."""
    order = tuple(Agreed)
    return dict(sorted(found, key=lambda pair: order.index(pair[1])))
