"""Consent: how much a resident lets a member of the family see, and how that was said."""

from __future__ import annotations

from enum import StrEnum


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


WIDEST = tuple(Agreed)
"""Scopes, the widest last."""
