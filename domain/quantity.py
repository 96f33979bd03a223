"""What is measured: each quantity's word, unit, range, and whether only a person causes it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum


class Quantity(StrEnum):
    """The words, after Home Assistant's device classes."""

    MOTION = "motion"
    """Movement seen (1) or no longer seen (0)."""
    DOOR = "door"
    """A door or window opened (1) or closed (0); sent when it changes."""
    OPENING = "opening"
    """A cupboard, fridge, drawer or flush opened or used (1) or left (0); sent when it changes."""
    LIGHT = "light"
    """A lamp switched on (1) or off (0); a timer can do that, so it is no activity."""
    HELP = "help"
    """The help button pressed (1)."""
    POWER = "power"
    ENERGY = "energy"
    TEMPERATURE = "temperature"
    HUMIDITY = "humidity"
    ILLUMINANCE = "illuminance"
    BATTERY = "battery"
    LINK_QUALITY = "link_quality"
    """How well the gateway hears the sensor; also its sign of life."""


class Lane(StrEnum):
    """The two ways out of a home; each has its own sequence and its own receipts."""

    NORMAL = "normal"
    URGENT = "urgent"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantitySpec:
    """One row of the table of quantities."""

    unit: str
    """UCUM code; empty for states that are 0 or 1."""
    low: float
    """Smallest value that is believed."""
    high: float
    """Largest value that is believed."""
    is_state: bool = False
    """Whether the value is 0 or 1."""
    lane: Lane = Lane.NORMAL


_STATE = QuantitySpec(unit="", low=0, high=1, is_state=True)

SPECS: dict[Quantity, QuantitySpec] = {
    Quantity.MOTION: _STATE,
    Quantity.DOOR: _STATE,
    Quantity.OPENING: _STATE,
    Quantity.LIGHT: _STATE,
    Quantity.HELP: QuantitySpec(unit="", low=0, high=1, is_state=True, lane=Lane.URGENT),
    Quantity.POWER: QuantitySpec(unit="W", low=-30_000, high=100_000),
    Quantity.ENERGY: QuantitySpec(unit="kW.h", low=0, high=1e9),
    Quantity.TEMPERATURE: QuantitySpec(unit="Cel", low=-50, high=80),
    Quantity.HUMIDITY: QuantitySpec(unit="%", low=0, high=100),
    Quantity.ILLUMINANCE: QuantitySpec(unit="lx", low=0, high=200_000),
    Quantity.BATTERY: QuantitySpec(unit="%", low=0, high=100),
    Quantity.LINK_QUALITY: QuantitySpec(unit="1", low=0, high=255),
}
"""Ranges: chosen as what a home sensor can honestly report; -327.68 Cel and NaN lie outside."""


def is_believed(quantity: Quantity, value: float) -> bool:
    """Tell whether a value may be used: finite, in range, and 0 or 1 where it is a state."""
    spec = SPECS[quantity]
    if not math.isfinite(value) or not spec.low <= value <= spec.high:
        return False
    return not spec.is_state or value in (0.0, 1.0)


def is_activity(quantity: Quantity, value: float) -> bool:
    """Tell whether only a living person in the home makes this reading happen.

    Doors and openings count both ways: they are sent when they change. A motion sensor counts when
    it sees, not when it stops seeing. Lamps, meters, batteries and links never count: timers,
    fridges and radios do that in an empty home.
    """
    match quantity:
        case Quantity.DOOR | Quantity.OPENING:
            return True
        case Quantity.MOTION | Quantity.HELP:
            return value == 1.0
        case (
            Quantity.LIGHT
            | Quantity.POWER
            | Quantity.ENERGY
            | Quantity.TEMPERATURE
            | Quantity.HUMIDITY
            | Quantity.ILLUMINANCE
            | Quantity.BATTERY
            | Quantity.LINK_QUALITY
        ):
            return False
