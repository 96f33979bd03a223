"""A person with a day: which room, when, doing what; every day can be asked for on its own.

The day of date D runs from waking on D to waking on D + 1, so that a night is never cut in two. It
depends on the seed, the habits and D alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from devices.simulators.diary import Diary, Load, Pace, Stay, Use
from devices.simulators.flat import Room, SensorKind
from devices.simulators.habits import HOUR_S, MINUTE_S, Habits

SATURDAY = 5
SHORTEST_NIGHT_S = 4.5 * HOUR_S
BEFORE_WAKING_S = 15 * MINUTE_S
"""Nothing of a night happens this close to waking, so that its last sensor has calmed down."""
EVENING_H = 17.0
"""From here to bed time the lamps are on."""

Act = Callable[[Diary], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day, from waking to waking; seconds count from `origin`."""

    origin: datetime
    """Twelve hours before local noon, UTC: local midnight, but on the nights of a clock change."""
    wakes_s: float
    sleeps_s: float
    """When the resident has gone to bed and does no more of the evening."""
    next_wakes_s: float
    stays: tuple[Stay, ...]
    uses: tuple[Use, ...]
    loads: tuple[Load, ...]

    def at(self, seconds: float) -> datetime:
        """Return the instant `seconds` after `origin`, in whole milliseconds."""
        return self.origin + timedelta(milliseconds=round(seconds * 1000))


class Person:
    """A resident; the same seed, habits and zone always live the same life."""

    def __init__(self, *, seed: int, habits: Habits, zone: ZoneInfo) -> None:
        """Take what the days depend on."""
        self._seed, self._habits, self._zone = seed, habits, zone

    def wakes_at(self, day: date) -> datetime:
        """Return when they get up on a date; UTC, whole milliseconds."""
        return self._origin(day) + timedelta(milliseconds=round(self._wakes_s(day) * 1000))

    def day(self, day: date) -> Day:
        """Return what happens from waking on `day` to waking on the next date."""
        tomorrow = day + timedelta(days=1)
        origin, wakes_s = self._origin(day), self._wakes_s(day)
        shift_s = (self._origin(tomorrow) - origin).total_seconds()
        next_wakes_s = shift_s + self._wakes_s(tomorrow)
        diary = Diary(
            chance=Random(f"{self._seed}|day|{day}"),
            habits=self._habits,
            now_s=wakes_s,
            toilet_s=wakes_s,
        )
        bed_s = min(self._bed_s(day), next_wakes_s - SHORTEST_NIGHT_S)
        self._live(diary, day, bed_s)
        sleeps_s = diary.now_s
        _sleep(diary, until_s=next_wakes_s - BEFORE_WAKING_S)
        return Day(
            origin=origin,
            wakes_s=wakes_s,
            sleeps_s=sleeps_s,
            next_wakes_s=next_wakes_s,
            stays=tuple(diary.stays),
            uses=tuple(diary.uses),
            loads=tuple(diary.loads),
        )

    def _live(self, diary: Diary, day: date, bed_s: float) -> None:
        _get_up(diary)
        for at_s, act in self._agenda(diary, day, bed_s):
            _pass_time(diary, until_s=at_s)
            act(diary)
        _pass_time(diary, until_s=bed_s)
        _go_to_bed(diary)
        _background(diary, day, self._wakes_s(day), bed_s)

    def _agenda(self, diary: Diary, day: date, bed_s: float) -> list[tuple[float, Act]]:
        habits, chance = self._habits, diary.chance
        agenda: list[tuple[float, Act]] = [
            (_about(chance, habits.lunch_h, 0.3), _lunch),
            (_about(chance, habits.dinner_h, 0.3), _dinner),
        ]
        weekend = day.weekday() >= SATURDAY
        if chance.random() < (habits.weekend_outing_chance if weekend else habits.outing_chance):
            agenda.append((_about(chance, habits.outing_h, 0.8), _outing))
        if chance.random() < habits.nap_chance:
            agenda.append((_about(chance, habits.nap_h, 0.4), _nap))
        if chance.random() < habits.bath_chance:
            agenda.append((_about(chance, habits.bath_h, 0.4), _bathe))
        return sorted(
            ((at_s, act) for at_s, act in agenda if at_s < bed_s - HOUR_S), key=lambda item: item[0]
        )

    def _wakes_s(self, day: date) -> float:
        chance = Random(f"{self._seed}|wake|{day}")
        wake_h = chance.gauss(self._habits.wake_h, self._habits.wake_spread_h)
        if day.weekday() >= SATURDAY:
            wake_h += self._habits.weekend_later_h
        if chance.random() < self._habits.late_morning_chance:
            wake_h += chance.uniform(1.0, 2.0)
        return min(max(wake_h, 4.0), 11.0) * HOUR_S

    def _bed_s(self, day: date) -> float:
        chance = Random(f"{self._seed}|bed|{day}")
        bed_h = chance.gauss(self._habits.bed_h, self._habits.bed_spread_h)
        return min(max(bed_h, 20.0), 25.0) * HOUR_S

    def _origin(self, day: date) -> datetime:
        noon = datetime.combine(day, time(12), tzinfo=self._zone)
        return noon.astimezone(UTC) - timedelta(hours=12)


def _about(chance: Random, hour: float, spread_h: float) -> float:
    return chance.gauss(hour, spread_h) * HOUR_S


def _get_up(diary: Diary) -> None:
    diary.stay(Room.BEDROOM, 1.5, 5.0)
    diary.visit_toilet()
    diary.stay(Room.BATHROOM, 3.0, 8.0)
    if diary.chance.random() < 0.3:  # noqa: PLR2004 - the washing machine, some mornings
        diary.draw(diary.now_s, 40 * MINUTE_S, 250.0)
    diary.make_tea()
    diary.cook(6.0, 14.0, fridge=3)
    diary.sit(20.0, 45.0, television=True)
    diary.cook(3.0, 8.0, fridge=1)


def _lunch(diary: Diary) -> None:
    diary.cook(10.0, 22.0, fridge=3)
    diary.draw(diary.now_s, 3 * MINUTE_S, 900.0)  # the microwave oven
    diary.sit(18.0, 35.0, television=True)
    diary.cook(4.0, 9.0, fridge=1)


def _dinner(diary: Diary) -> None:
    diary.draw(diary.now_s - 20 * MINUTE_S, 45 * MINUTE_S, 350.0)  # the rice cooker
    diary.cook(18.0, 38.0, fridge=5)
    diary.sit(25.0, 45.0, television=True)
    diary.make_tea()
    diary.cook(6.0, 14.0, fridge=2)


def _bathe(diary: Diary) -> None:
    diary.stay(Room.BEDROOM, 1.0, 4.0)
    diary.draw(diary.now_s, 20 * MINUTE_S, 300.0)
    diary.stay(Room.BATHROOM, 15.0, 32.0)
    diary.stay(Room.BEDROOM, 2.0, 6.0)


def _nap(diary: Diary) -> None:
    diary.stay(Room.BEDROOM, 20.0, 75.0, Pace.RESTING)


def _outing(diary: Diary) -> None:
    usual_h = diary.habits.outing_length_h
    away_h = min(max(diary.chance.lognormvariate(math.log(usual_h), 0.4), 1.0), 5.0)
    diary.stay(Room.BEDROOM, 3.0, 8.0)
    diary.pass_door()
    diary.now_s += away_h * HOUR_S
    diary.pass_door()
    diary.stay(Room.ENTRANCE, 0.5, 1.5)
    diary.stay(Room.BATHROOM, 1.0, 3.0)
    diary.cook(3.0, 8.0, fridge=3)


def _pass_time(diary: Diary, *, until_s: float) -> None:
    while diary.now_s < until_s - 2 * MINUTE_S:
        left_min = (until_s - diary.now_s) / MINUTE_S
        if diary.needs_toilet():
            diary.visit_toilet()
        else:
            _small_thing(diary, left_min)


def _small_thing(diary: Diary, left_min: float) -> None:
    match diary.chance.choices(range(5), weights=(52, 14, 12, 17, 5))[0]:
        case 0:
            longest_min = min(40.0, left_min)
            watching = diary.chance.random() < 0.6  # noqa: PLR2004
            diary.sit(min(8.0, longest_min), longest_min, television=watching)
        case 1:
            diary.make_tea()
        case 2:
            diary.stay(Room.BEDROOM, 2.0, min(9.0, max(left_min, 2.0)))
        case 3:
            diary.stay(Room.LIVING_ROOM, 2.0, min(12.0, max(left_min, 2.0)))
        case _:
            diary.stay(Room.ENTRANCE, 0.5, 2.0)
            if diary.chance.random() < 0.4:  # noqa: PLR2004 - the newspaper, the rubbish
                diary.pass_door()


def _go_to_bed(diary: Diary) -> None:
    diary.visit_toilet()
    diary.stay(Room.BATHROOM, 2.0, 6.0)
    diary.light(SensorKind.LAMP, diary.chance.uniform(8.0, 25.0) * MINUTE_S)
    diary.stay(Room.BEDROOM, 2.0, 6.0)


def _sleep(diary: Diary, *, until_s: float) -> None:
    night_s = until_s - diary.now_s
    wakings = [
        (at_s, _visit_at_night) for at_s in _spread(diary, diary.habits.night_visits, night_s)
    ]
    stirs = [(at_s, _stir) for at_s in _spread(diary, diary.habits.night_stirs, night_s)]
    for at_s, act in sorted(wakings + stirs, key=lambda item: item[0]):
        if max(at_s, diary.now_s) + 10 * MINUTE_S < until_s:
            diary.now_s = max(at_s, diary.now_s)
            act(diary)


def _spread(diary: Diary, mean: float, night_s: float) -> list[float]:
    """Return instants at random in the night, at a constant rate of `mean` per night."""
    instants, at_s = [], diary.now_s + 20 * MINUTE_S
    while night_s > 0:
        at_s += diary.chance.expovariate(mean / night_s)
        if at_s >= diary.now_s + night_s:
            break
        instants.append(at_s)
    return instants


def _visit_at_night(diary: Diary) -> None:
    diary.stay(Room.BEDROOM, 0.3, 1.0)
    diary.visit_toilet()
    diary.stay(Room.BEDROOM, 0.3, 1.0)


def _stir(diary: Diary) -> None:
    diary.stay(Room.BEDROOM, 0.1, 0.5)


def _background(diary: Diary, day: date, wakes_s: float, bed_s: float) -> None:
    """Let lamps run in the evening, and heating or cooling in its season."""
    if bed_s > EVENING_H * HOUR_S:
        diary.draw(EVENING_H * HOUR_S, bed_s - EVENING_H * HOUR_S, 60.0)
    watts = {12: 420.0, 1: 480.0, 2: 440.0, 3: 220.0, 7: 260.0, 8: 320.0, 9: 160.0}.get(day.month)
    if watts is not None:
        diary.draw(wakes_s, bed_s - wakes_s, watts)
