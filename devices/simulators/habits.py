"""What is usual for one person: when they rise, eat, go out and sleep, and how much they vary."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random

HOUR_S = 3600.0
MINUTE_S = 60.0


class Character(StrEnum):
    """The sort of day a person keeps; chosen so that twelve homes do not look alike."""

    EARLY_RISER = "early_riser"
    LATE_RISER = "late_riser"
    RESTLESS_SLEEPER = "restless_sleeper"
    WALKER = "walker"
    HOMEBODY = "homebody"
    NAPPER = "napper"


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """One person's usual day. Times of day are hours after local midnight.

    All figures are chosen to look like the days of people over 75 who live alone; none is taken
    from a recorded home.
    """

    character: Character
    wake_h: float = 6.5
    wake_spread_h: float = 0.4
    weekend_later_h: float = 0.3
    late_morning_chance: float = 0.05
    """Share of days on which waking is an hour or two later."""
    bed_h: float = 22.3
    bed_spread_h: float = 0.4
    lunch_h: float = 12.1
    dinner_h: float = 18.2
    bath_h: float = 20.3
    bath_chance: float = 0.75
    nap_h: float = 13.8
    nap_chance: float = 0.35
    outing_h: float = 10.3
    outing_chance: float = 0.5
    weekend_outing_chance: float = 0.35
    outing_length_h: float = 1.8
    """Typical; 1 to 5 h are kept to."""
    night_visits: float = 1.3
    """Mean number of visits to the toilet in a night."""
    night_stirs: float = 2.5
    """Mean number of times the bedroom sensor sees them turn over in a night."""
    toilet_every_h: float = 2.6
    stillness_min: float = 5.0
    """Mean minutes between two movements that a sensor sees, while sitting."""
    base_w: float = 70.0
    """What the home draws when nobody is there, without the fridge."""


_CHARACTERS: dict[Character, Habits] = {
    Character.EARLY_RISER: Habits(
        character=Character.EARLY_RISER, wake_h=5.1, bed_h=21.0, lunch_h=11.6, dinner_h=17.4
    ),
    Character.LATE_RISER: Habits(
        character=Character.LATE_RISER,
        wake_h=8.2,
        bed_h=23.7,
        lunch_h=13.0,
        dinner_h=19.3,
        bath_h=21.8,
        outing_h=14.3,
        late_morning_chance=0.09,
    ),
    Character.RESTLESS_SLEEPER: Habits(
        character=Character.RESTLESS_SLEEPER, night_visits=2.8, night_stirs=8.0, nap_chance=0.6
    ),
    Character.WALKER: Habits(
        character=Character.WALKER,
        wake_h=5.9,
        outing_chance=0.85,
        weekend_outing_chance=0.7,
        outing_length_h=2.6,
    ),
    Character.HOMEBODY: Habits(
        character=Character.HOMEBODY,
        wake_h=7.0,
        outing_chance=0.22,
        weekend_outing_chance=0.15,
        stillness_min=6.0,
    ),
    Character.NAPPER: Habits(
        character=Character.NAPPER,
        wake_h=6.2,
        nap_chance=0.85,
        night_visits=1.9,
        outing_h=15.6,
        outing_chance=0.4,
    ),
}


def habits_of(seed: int) -> Habits:
    """Return the habits that belong to a seed; neighbouring seeds have different characters."""
    usual = _CHARACTERS[list(Character)[seed % len(Character)]]
    chance = Random(f"{seed}|habits")
    return replace(
        usual,
        wake_h=usual.wake_h + chance.uniform(-0.4, 0.4),
        bed_h=usual.bed_h + chance.uniform(-0.4, 0.4),
        lunch_h=usual.lunch_h + chance.uniform(-0.3, 0.3),
        dinner_h=usual.dinner_h + chance.uniform(-0.3, 0.3),
        bath_h=usual.bath_h + chance.uniform(-0.5, 0.5),
        night_visits=usual.night_visits * chance.uniform(0.8, 1.2),
        stillness_min=usual.stillness_min * chance.uniform(0.85, 1.15),
        base_w=chance.uniform(45.0, 110.0),
    )
