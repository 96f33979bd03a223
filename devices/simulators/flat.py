"""A flat: its rooms and the sensors in them, as a technician would have mounted them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from domain.quantity import Quantity

BATTERY_HEARTBEAT = timedelta(minutes=55)
"""How often common battery sensors say that they are there: once in 50 to 60 minutes."""
MAINS_HEARTBEAT = timedelta(minutes=30)
"""Plugs and lamps report at least this often; chosen like the meter's own interval."""


class SensorKind(StrEnum):
    """What a sensor is, which decides what its messages look like."""

    MOTION = "motion"
    DOOR = "door"
    """A contact on a door or window."""
    OPENING = "opening"
    """A contact on a fridge, cupboard or drawer."""
    METER = "meter"
    """A plug or clamp that measures electricity."""
    LAMP = "lamp"
    BUTTON = "button"
    """The help button."""
    TEMPERATURE = "temperature"
    ILLUMINANCE = "illuminance"

    @property
    def quantity(self) -> Quantity:
        """The quantity that it is there to measure."""
        return _QUANTITIES[self]

    @property
    def on_battery(self) -> bool:
        """Whether it runs on a battery rather than on mains."""
        return self not in (SensorKind.METER, SensorKind.LAMP)

    @property
    def is_contact(self) -> bool:
        """Whether it is a contact, closed or open."""
        return self in (SensorKind.DOOR, SensorKind.OPENING)


_QUANTITIES = {
    SensorKind.MOTION: Quantity.MOTION,
    SensorKind.DOOR: Quantity.DOOR,
    SensorKind.OPENING: Quantity.OPENING,
    SensorKind.METER: Quantity.POWER,
    SensorKind.LAMP: Quantity.LIGHT,
    SensorKind.BUTTON: Quantity.HELP,
    SensorKind.TEMPERATURE: Quantity.TEMPERATURE,
    SensorKind.ILLUMINANCE: Quantity.ILLUMINANCE,
}


class Room(StrEnum):
    """The rooms of a small flat; the words are keys that pages translate."""

    ENTRANCE = "entrance"
    LIVING_ROOM = "living_room"
    KITCHEN = "kitchen"
    BEDROOM = "bedroom"
    TOILET = "toilet"
    BATHROOM = "bathroom"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensor:
    """One sensor of a home."""

    name: str
    """Friendly name: one topic level, unique in the home."""
    kind: SensorKind
    room: str
    """A key such as `kitchen`; empty when it is not known."""
    is_entrance: bool = False
    """Whether it is the door through which the resident leaves the home."""

    @property
    def quantity(self) -> Quantity:
        """The quantity that it is there to measure."""
        return self.kind.quantity

    @property
    def heartbeat(self) -> timedelta:
        """How long it is silent at most while it works."""
        return BATTERY_HEARTBEAT if self.kind.on_battery else MAINS_HEARTBEAT


@dataclass(frozen=True, slots=True, kw_only=True)
class Flat:
    """All sensors of one home."""

    sensors: tuple[Sensor, ...]

    def find(self, kind: SensorKind, room: str | None = None) -> Sensor | None:
        """Return the first sensor of this kind (in this room), None when there is none."""
        for sensor in self.sensors:
            if sensor.kind is kind and room in (None, sensor.room):
                return sensor
        return None


def default_flat() -> Flat:
    """Return a flat for one person as it is common in Japan: one entrance, one meter."""
    motions = tuple(
        Sensor(name=f"{room}_motion", kind=SensorKind.MOTION, room=room) for room in Room
    )
    others = (
        Sensor(name="entrance_door", kind=SensorKind.DOOR, room=Room.ENTRANCE, is_entrance=True),
        Sensor(name="fridge_door", kind=SensorKind.OPENING, room=Room.KITCHEN),
        Sensor(name="bedroom_lamp", kind=SensorKind.LAMP, room=Room.BEDROOM),
        Sensor(name="living_room_temperature", kind=SensorKind.TEMPERATURE, room=Room.LIVING_ROOM),
        Sensor(name="power_meter", kind=SensorKind.METER, room=Room.ENTRANCE),
        Sensor(name="help_button", kind=SensorKind.BUTTON, room=Room.BEDROOM),
    )
    return Flat(sensors=motions + others)
