"""What people outside the office saw at a home: newspaper shops, couriers, neighbours."""

from __future__ import annotations

from enum import StrEnum


class ReportSource(StrEnum):
    """Who reports; never a name."""

    NEWSPAPER = "newspaper"
    COURIER = "courier"
    NEIGHBOUR = "neighbour"
    FAMILY = "family"
    SHOP = "shop"
    CARE = "care"
    """Home help, day service, doctor, pharmacy."""
    UTILITY = "utility"
    """Who reads meters: electricity, gas, water."""
    OTHER = "other"


class Sighting(StrEnum):
    """What was seen, in the words that such reports mostly come down to."""

    WELL = "well"
    """Spoke to or saw the resident, as usual."""
    SIGN_OF_LIFE = "sign_of_life"
    """Light, washing, a voice: somebody is there."""
    PILED_UP = "piled_up"
    """Newspapers, post or meals were not taken in."""
    NOBODY_OPENED = "nobody_opened"
    UNUSUAL = "unusual"
    """Anything else that worries: a smell, a window open for days."""
