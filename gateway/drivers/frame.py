"""When a value that a device reports is a reading: new, changed, or due again. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from domain.errors import Problem
from domain.ids import SensorId
from domain.moments import from_ms, to_ms
from domain.quantity import Quantity, is_believed
from domain.reading import Reading

HEARTBEAT = timedelta(hours=1)
"""How often a sensor's link quality is told: it is the sensor's sign of life, and each telling
costs an envelope; a battery sensor itself reports about hourly."""
BATTERY_EACH = timedelta(hours=24)
"""An unchanged battery is told once a day, so that a flat line differs from a lost sensor."""
SAME_FRAME = timedelta(seconds=2)
"""Radio repeats come 0 to 2 s apart; a device without its own time can only be told by that."""
RETRIGGER_WITHIN = timedelta(minutes=3)
"""A sensor that still sees somebody says so again each 60 to 90 s, and Zigbee2MQTT's own time-out
for `false` is 90 s; battery and light reports come each few minutes to hours."""
CHANGES_PER_MINUTE = 60
"""A hand does not move a door faster; what lies above is a flapping contact and is counted only."""


_MILLISECOND = timedelta(milliseconds=1)
_ROUNDING = 1e-6
"""21.2 - 21.0 is a little less than 0.2 in a computer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """When a measurement is worth a record: outside a band around the last one, or each while."""

    absolute: float
    """In the quantity's unit."""
    relative: float = 0.0
    """Part of the last value told; the wider of the two counts."""
    each: timedelta = timedelta(minutes=30)

    def holds(self, last: float, value: float) -> bool:
        """Tell whether a value is as good as the last one told."""
        return abs(value - last) < max(self.absolute, self.relative * abs(last)) - _ROUNDING


BANDS: dict[Quantity, Band] = {
    # Below a standby lamp; a kettle (900 W and more), a microwave or a fan is far beyond it, and
    # both its beginning and its end are told. The part takes the noise of a heater's meter.
    Quantity.POWER: Band(absolute=3.0, relative=0.02, each=timedelta(minutes=10)),
    # A cup of tea takes about 0.02 kWh. A counter that went back differs more than that at once.
    Quantity.ENERGY: Band(absolute=0.01, each=timedelta(minutes=10)),
    # The resolution of common sensors is 0.01; half a degree matters to nobody in a room.
    Quantity.TEMPERATURE: Band(absolute=0.2),
    # A shower raises it by 10 to 40 within minutes.
    Quantity.HUMIDITY: Band(absolute=2.0),
    # A lamp changes a dark room by more than 5 lx, a cloud a bright one by more than a tenth.
    Quantity.ILLUMINANCE: Band(absolute=5.0, relative=0.1),
}
"""Chosen, not measured: narrow enough that whatever a person switches is told at its own time,
wide enough that a meter that reports each few seconds costs one record in ten minutes while nothing
happens. What is told at the end of a while is the value of then, never a mean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """What is known of a device before it speaks; written when the home is set up."""

    sensor: SensorId
    contact: Quantity = Quantity.DOOR
    """What its contact guards: DOOR, or OPENING for cupboards, fridges and drawers."""
    is_help_button: bool = True
    """Whether an action is a call for help; False only for a remote control of lamps."""
    heartbeat: timedelta = HEARTBEAT


class Last(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The last of one quantity, kept over restarts so that a restart is no change."""

    value: float
    at_ms: int
    changes: int = 0
    """How often it changed within the minute of `at_ms`."""
    is_owed: bool = False
    """Whether this state was not told, because the contact was flapping."""
    known_ms: int = 0
    """Time of the message that made the state known without being a change."""


State = Mapping[Quantity, Last]
"""The last of each quantity of one device."""


class Frame:
    """One message of one device while it is read: collects readings, problems and the new state.

    A retained message is a state, never an activity: it gives no reading.
    """

    def __init__(
        self,
        device: Device,
        state: State,
        *,
        observed_at: datetime,
        has_own_time: bool,
        retained: bool,
        where: str,
    ) -> None:
        """Begin with what was known; `observed_at` aware, the device's own time or our now."""
        self.readings: list[Reading] = []
        self.problems: list[Problem] = []
        self.state: dict[Quantity, Last] = dict(state)
        self._device = device
        self._at_ms = to_ms(observed_at)
        self._has_own_time = has_own_time
        self._retained = retained
        self._where = where

    def happened(self, quantity: Quantity, value: float) -> None:
        """Take a value of which each new one counts: movement, a press, a measurement."""
        if self._retained or not self._is_fit(quantity, value):
            return
        last = self.state.get(quantity)
        if last is None or last.value != value or not self._is_repeat(last):
            self._tell(quantity, value)

    def moved(self) -> None:
        """Take a movement: when it begins, and again while it goes on.

        Zigbee2MQTT puts all that it remembers into every message, so `true` may be an old movement
        that a battery report repeats. It counts again only within `RETRIGGER_WITHIN` of the last
        one that counted; a sensor that is stuck at `true` is no sign of life. Nor is one that is
        delivered again when a newer one has counted; but from a clock that went back farther it is.
        """
        last = self.state.get(Quantity.MOTION)
        if last is not None and last.value == 1.0:
            since_ms, within_ms = self._at_ms - last.at_ms, RETRIGGER_WITHIN // _MILLISECOND
            is_again = self._has_own_time and -within_ms <= since_ms < 0
            if is_again or since_ms > within_ms:
                return
        self.happened(Quantity.MOTION, 1.0)

    def changed(self, quantity: Quantity, value: float) -> None:
        """Take a state that counts only when it differs; the first ever is no change."""
        if not self._is_fit(quantity, value):
            return
        last = self.state.get(quantity)
        if last is None or (self._retained and last.value != value):
            self.state[quantity] = Last(value=value, at_ms=self._at_ms, known_ms=self._at_ms)
        elif self._has_own_time and self._at_ms == last.known_ms:
            return  # delivered again after a crash, when newer ones have been taken already
        elif last.value != value:
            self._change(quantity, value, last)
        elif last.is_owed and not self._is_same_minute(last):
            self._tell(quantity, value, at_ms=last.at_ms)

    def measured(self, quantity: Quantity, value: float) -> None:
        """Take a measurement: told when it leaves the band of the last one told, or each while."""
        if self._retained or not self._is_fit(quantity, value):
            return
        last, band = self.state.get(quantity), BANDS[quantity]
        if last is not None and self._is_repeat(last) and last.value == value:
            return
        is_due = last is None or self._is_past(last, band.each)
        if is_due or not band.holds(last.value if last else value, value):
            self._tell(quantity, value)

    def due(
        self, quantity: Quantity, value: float, *, every: timedelta, on_change: bool = False
    ) -> None:
        """Take a value that is told each `every`, and at once when it changes if `on_change`."""
        if self._retained or not self._is_fit(quantity, value):
            return
        last = self.state.get(quantity)
        if last is None or self._is_past(last, every) or (on_change and last.value != value):
            self._tell(quantity, value)

    def refuse(self, code: str, *, found: str, allowed: str, do: str) -> None:
        """Note what cannot be used; the other values of the message go on."""
        self.problems.append(
            Problem(code=code, where=self._where, found=found, allowed=allowed, do=do)
        )

    def _change(self, quantity: Quantity, value: float, last: Last) -> None:
        changes = last.changes + 1 if self._is_same_minute(last) else 1
        if changes <= CHANGES_PER_MINUTE:
            self._tell(quantity, value, changes=changes)
            return
        self.state[quantity] = Last(
            value=value,
            at_ms=self._at_ms,
            changes=changes,
            is_owed=True,
            known_ms=last.known_ms,
        )
        self.refuse(
            "MQT-045",
            found=f"change {changes} of {quantity} within a minute",
            allowed=f"{CHANGES_PER_MINUTE} changes a minute",
            do="look at the magnet and the battery of this sensor",
        )

    def _tell(
        self, quantity: Quantity, value: float, *, at_ms: int | None = None, changes: int = 0
    ) -> None:
        at = self._at_ms if at_ms is None else at_ms
        last = self.state.get(quantity)
        known_ms = 0 if last is None else last.known_ms
        self.state[quantity] = Last(value=value, at_ms=at, changes=changes, known_ms=known_ms)
        self.readings.append(
            Reading(
                sensor=self._device.sensor,
                quantity=quantity,
                value=value,
                observed_at=from_ms(at),
            )
        )

    def _is_fit(self, quantity: Quantity, value: float) -> bool:
        if is_believed(quantity, value):
            return True
        self.refuse(
            "MQT-043",
            found=f"{quantity} {value:g}",
            allowed="a value that such a sensor can honestly report",
            do="look at the sensor; the value is kept here and not used",
        )
        return False

    def _is_repeat(self, last: Last) -> bool:
        if self._has_own_time:
            return self._at_ms == last.at_ms
        return abs(self._at_ms - last.at_ms) <= SAME_FRAME // _MILLISECOND

    def _is_past(self, last: Last, every: timedelta) -> bool:
        """Tell whether so much time lies between; also backwards, for clocks are stepped."""
        return abs(self._at_ms - last.at_ms) >= every // _MILLISECOND

    def _is_same_minute(self, last: Last) -> bool:
        return self._at_ms // 60_000 == last.at_ms // 60_000
