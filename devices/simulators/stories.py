"""Stories with ground truth: what befalls a simulated resident, and when exactly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from heapq import merge
from random import Random

from devices.simulators.event import HomeEvent, in_order
from devices.simulators.flat import Sensor, SensorKind
from devices.simulators.homes import SimulatedHome
from devices.simulators.incapacity import incapacitated
from devices.simulators.source import Source
from domain.moments import from_ms, to_ms
from domain.quantity import Quantity


class EmergencyKind(StrEnum):
    """What truly happened, as the truth ledger names it."""

    INCAPACITATED = "incapacitated"
    NOT_GETTING_UP = "not_getting_up"
    HELP_PRESSED = "help_pressed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A home in which something happens, and what that is."""

    source: Source
    kind: EmergencyKind
    at: datetime
    """When it happens; aware, UTC."""


def not_getting_up(home: SimulatedHome, morning: date) -> Story:
    """Tell of a resident who goes to bed and does not get up on `morning` (a local date).

    It happens in bed, somewhere between the last event that they made in that night and the time
    at which they would have risen.
    """
    wakes_at = home.person.wakes_at(morning)
    before = home.events(wakes_at - timedelta(hours=12), wakes_at)
    last_at = max(event.at for event in before if event.resident_made)
    share = Random(f"{home.seed}|not_getting_up|{morning}").uniform(0.2, 0.8)
    since = from_ms(to_ms(last_at + (wakes_at - last_at) * share))
    return Story(source=incapacitated(home, since), kind=EmergencyKind.NOT_GETTING_UP, at=since)


def help_pressed(source: Source, at: datetime) -> Story:
    """Tell of a resident who presses the help button at `at` (aware, UTC, whole milliseconds).

    Raises:
        ValueError: The home has no help button.
    """
    button = next((one for one in source.devices if one.kind is SensorKind.BUTTON), None)
    if button is None:
        msg = "this home has no help button"
        raise ValueError(msg)
    press = HomeEvent(
        at=at, device=button.name, quantity=Quantity.HELP, value=1.0, resident_made=True
    )
    return Story(source=_WithEvent(source, press), kind=EmergencyKind.HELP_PRESSED, at=at)


class _WithEvent:
    """A home in which one thing more happens."""

    def __init__(self, source: Source, event: HomeEvent) -> None:
        self._source, self._event = source, event

    @property
    def devices(self) -> tuple[Sensor, ...]:
        return self._source.devices

    @property
    def seed(self) -> int:
        return self._source.seed

    def states_before(self, instant: datetime) -> Mapping[str, float]:
        return self._source.states_before(instant)

    def events(self, begin: datetime, end: datetime) -> Iterator[HomeEvent]:
        extra = [self._event] if begin <= self._event.at < end else []
        return merge(extra, self._source.events(begin, end), key=in_order)

    def unattended(self, begin: datetime, end: datetime, *, since: datetime) -> Iterator[HomeEvent]:
        yield from self._source.unattended(begin, end, since=since)
