"""What a person does in the flat, written down stretch by stretch while a day goes on."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

from devices.simulators.flat import Room, SensorKind
from devices.simulators.habits import HOUR_S, MINUTE_S, Habits


class Pace(StrEnum):
    """How much a person moves in a stretch of time."""

    BUSY = "busy"
    SITTING = "sitting"
    RESTING = "resting"


@dataclass(frozen=True, slots=True)
class Stay:
    """A stretch in one room; seconds after the local midnight of the day."""

    begin_s: float
    end_s: float
    room: Room
    pace: Pace


@dataclass(frozen=True, slots=True)
class Use:
    """Something opened or switched on, and closed or switched off again."""

    begin_s: float
    end_s: float
    kind: SensorKind


@dataclass(frozen=True, slots=True)
class Load:
    """An appliance that draws power because the resident wants it."""

    begin_s: float
    end_s: float
    watts: float


@dataclass(slots=True)
class Diary:
    """A day under way: where it stands and what is written so far."""

    chance: Random
    habits: Habits
    now_s: float
    toilet_s: float
    """When the toilet was last used."""
    stays: list[Stay] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    loads: list[Load] = field(default_factory=list)

    def stay(self, room: Room, low_min: float, high_min: float, pace: Pace = Pace.BUSY) -> None:
        """Spend between `low_min` and `high_min` minutes in a room."""
        end_s = self.now_s + self.chance.uniform(low_min, high_min) * MINUTE_S
        self.stays.append(Stay(self.now_s, end_s, room, pace))
        self.now_s = end_s + self.chance.uniform(1.0, 6.0)

    def sit(self, low_min: float, high_min: float, *, television: bool) -> None:
        """Sit in the living room, perhaps in front of the television."""
        begin_s = self.now_s
        self.stay(Room.LIVING_ROOM, low_min, high_min, Pace.SITTING)
        if television:
            self.draw(begin_s, self.now_s - begin_s, 95.0)

    def visit_toilet(self) -> None:
        """Go to the toilet."""
        self.stay(Room.TOILET, 1.5, 5.0)
        self.toilet_s = self.now_s

    def cook(self, low_min: float, high_min: float, *, fridge: int) -> None:
        """Work in the kitchen and open the fridge up to `fridge` times."""
        begin_s = self.now_s
        self.stay(Room.KITCHEN, low_min, high_min)
        for part in range(fridge):
            opened_s = begin_s + (self.now_s - begin_s) * (part + self.chance.random()) / fridge
            self._use(SensorKind.OPENING, opened_s, 4.0, 18.0)

    def make_tea(self) -> None:
        """Boil water: the kettle shows at the meter."""
        self.draw(self.now_s, self.chance.uniform(150.0, 260.0), 1200.0)
        self.cook(3.0, 6.0, fridge=1 if self.chance.random() < 0.3 else 0)  # noqa: PLR2004

    def pass_door(self) -> None:
        """Open the entrance door, step through it and close it."""
        self.stay(Room.ENTRANCE, 0.5, 2.0)
        self._use(SensorKind.DOOR, self.now_s, 4.0, 12.0)
        self.now_s += 15.0

    def draw(self, begin_s: float, seconds: float, watts: float) -> None:
        """Let an appliance run."""
        self.loads.append(Load(begin_s, begin_s + seconds, watts))

    def light(self, kind: SensorKind, seconds: float) -> None:
        """Switch a lamp on for a while."""
        self.uses.append(Use(self.now_s, self.now_s + seconds, kind))
        self.draw(self.now_s, seconds, 12.0)

    def needs_toilet(self) -> bool:
        """Tell whether it is about time."""
        return self.now_s - self.toilet_s > self.habits.toilet_every_h * HOUR_S

    def _use(self, kind: SensorKind, begin_s: float, low_s: float, high_s: float) -> None:
        last_s = max((use.end_s for use in self.uses if use.kind is kind), default=0.0)
        begin_s = max(begin_s, last_s + 2.0)  # the same door cannot be opened twice at once
        self.uses.append(Use(begin_s, begin_s + self.chance.uniform(low_s, high_s), kind))
