"""The detector: follows the state of homes, keeps their deadlines and says what it finds.

Reads home states, absences, sensors, readings; writes deadlines, darkness, routines, findings.
Nothing is polled per home: a home is looked at when its state changed or when something is due.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from anomaly.activity import mode_at
from anomaly.booking import Turn, book, failure
from anomaly.hearing import Ears
from anomaly.learning import is_due, learn
from anomaly.routine import Routine, dumps, loads
from anomaly.silences import Mode
from anomaly.watch import Look, Memory, Seen, watch
from domain.access import service
from domain.clock import Clock, Nudge, Timer
from domain.finding import Phase
from domain.ids import HomeId
from storage.register import cursors, detection, routines, services
from storage.register.detection import SeenHome
from storage.signals import Log
from storage.stores import Stores

ACCESS = service("anomaly")
BATCH = 200
"""Homes in one turn: bounds how long a deadline can wait for the homes before it."""
LEARN_A_TURN = 1
"""Routines learned in one turn, about half a second of computing each: a night's learning delays
no deadline by more."""
RETRY = timedelta(minutes=10)
"""A home that could not be evaluated is tried again after this, by the fixed rule meanwhile."""
LEARN_RETRY = timedelta(hours=1)
"""The same for a routine that could not be learned."""
LOOKING, LEARNING = "detector", "routine"
"""What failed, in a SERVICE_FAILED finding about one home."""

_log = logging.getLogger(__name__)


async def run(stores: Stores, clock: Clock) -> None:
    """Watch all homes until cancelled."""
    await Detector(stores, clock).run()


@dataclass(slots=True, kw_only=True)
class _Kept:
    """What is kept in memory of one home; all of it can be had again from the stores."""

    look_at: datetime
    """The latest instant of the next look."""
    glance_at: datetime | None = None
    memory: Memory | None = None
    mode: tuple[datetime, Mode] | None = None
    """The mode, and the last activity that it belongs to."""
    failing: dict[str, datetime] = field(default_factory=dict)
    """What fails of the home, and since when."""
    learn_after: datetime | None = None
    """Learning failed: not before this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """What one turn reads."""

    changed: list[HomeId]
    reached: int
    homes: list[SeenHome]
    models: dict[HomeId, str]
    """Stored routines of homes whose routine is not in memory yet."""
    services: list[services.ServiceState]


class Detector:
    """The service; `settled` tells a driver of virtual time when the clock may move on."""

    def __init__(self, stores: Stores, clock: Clock) -> None:
        """Take the stores; `run` begins."""
        self._stores, self._clock = stores, clock
        self._kept: dict[HomeId, _Kept] = {}
        self._routines: dict[HomeId, Routine | None] = {}
        self._heard_again: dict[HomeId, datetime] = {}
        self._position = 0
        self._is_idle = False
        self._ears = Ears(clock, started_at=clock.now())

    async def run(self) -> None:
        """Watch until cancelled; after a restart every home is looked at once."""
        nudge = self._stores.signals.subscribe(Log.HOME_STATE)
        try:
            await self._begin()
            while True:
                more = await self.turn()
                if not more:
                    await self._wait(nudge)
        finally:
            self._stores.signals.unsubscribe(nudge)

    async def settled(self) -> bool:
        """Tell whether everything up to the clock's now has been looked at, and nothing is due."""
        if not self._rests():  # whoever asks again and again does not slow the work down
            return False
        head = await self._stores.register.read(lambda c: detection.head(c, ACCESS))
        return self._rests() and self._position >= head

    def _rests(self) -> bool:
        due = self._next_look() if self._is_idle else None
        return self._is_idle and (due is None or due > self._clock.now())

    async def turn(self) -> bool:
        """Look once at homes that changed or are due; effects and cursor are one transaction.

        Returns:
            Whether more is to be done at once.
        """
        self._is_idle = False
        now, register = self._clock.now(), self._stores.register
        due = [home for home, kept in self._kept.items() if kept.look_at <= now][:BATCH]
        facts = await register.read(lambda c: self._facts(c, due, now))
        turn = Turn(now=now, position=facts.reached)
        for home in {*facts.changed, *due} - {one.home for one in facts.homes}:
            self._kept.pop(home, None)
        self._take_routines(facts.homes, facts.models, turn)
        await self._look_at(facts, turn)
        await register.write(lambda c: book(c, ACCESS, turn))
        self._took_over(turn)
        learned = await self._learn(turn)
        return bool(facts.changed) or len(due) == BATCH or learned

    async def _begin(self) -> None:
        now, register = self._clock.now(), self._stores.register
        await register.write(lambda c: services.started(c, ACCESS, now=now))
        self._position = await register.read(lambda c: cursors.position(c, ACCESS))
        self._heard_again = await register.read(lambda c: detection.heard_again(c, ACCESS))
        homes = await register.read(lambda c: detection.heard_homes(c, ACCESS))
        self._kept = {home: _Kept(look_at=now) for home in homes}

    async def _wait(self, nudge: Nudge) -> None:
        glances = (kept.glance_at for kept in self._kept.values())
        glance_at = min((at for at in glances if at is not None), default=None)
        timer: Timer | None = None
        if glance_at is not None:
            timer = self._clock.call_at(glance_at, self._glance(nudge), lazy=True)
        self._is_idle = True
        try:
            await nudge.wait(self._clock, until=self._next_look())
        finally:
            if timer is not None:
                timer.cancel()

    def _glance(self, nudge: Nudge) -> Callable[[], None]:
        """Return a call that makes the glances that are due into looks."""

        def call() -> None:
            now = self._clock.now()
            for kept in self._kept.values():
                if kept.glance_at is not None and kept.glance_at <= now:
                    kept.look_at, kept.glance_at = now, None
            nudge.set()

        return call

    def _next_look(self) -> datetime | None:
        return min((kept.look_at for kept in self._kept.values()), default=None)

    def _facts(self, connection: Connection, due: list[HomeId], now: datetime) -> _Facts:
        """Read everything that a turn needs, in one snapshot."""
        changed, reached = detection.changed(connection, ACCESS, self._position, limit=BATCH)
        homes = detection.homes(connection, ACCESS, {*changed, *due}, now=now)
        unread = [home.home for home in homes if home.home not in self._routines]
        return _Facts(
            changed=changed,
            reached=reached,
            homes=homes,
            models=routines.models(connection, ACCESS, unread) if unread else {},
            services=services.states(connection, ACCESS),
        )

    def _take_routines(self, homes: list[SeenHome], models: dict[HomeId, str], turn: Turn) -> None:
        """Keep the routines that were read; a damaged one is reported and unused."""
        for home in (one.home for one in homes if one.home not in self._routines):
            model = models.get(home)
            self._routines[home] = None if model is None else loads(model)
            if model is not None and self._routines[home] is None:
                self._failed(home, LEARNING, turn)

    async def _look_at(self, facts: _Facts, turn: Turn) -> None:
        hearing_since = self._ears.since(facts.services)
        for home in facts.homes:
            kept = self._kept.setdefault(home.home, _Kept(look_at=turn.now))
            seen: Seen | None
            try:
                seen = await self._look(home, kept, hearing_since, turn.now)
                self._works(home.home, LOOKING, turn)
                if self._wants_learning(home, kept, turn.now):
                    turn.to_learn.append(home)
            except Exception:  # noqa: BLE001  top of the homes' loop: one never stops the others
                _log.exception("home could not be evaluated", extra={"home": home.home})
                self._failed(home.home, LOOKING, turn)
                seen = self._look_by_the_fixed_rule(home, kept, hearing_since, turn.now)
            if seen is not None:
                turn.seen.append((home, seen))
            kept.look_at = seen.look_again_at if seen is not None else turn.now + RETRY

    async def _look(
        self, home: SeenHome, kept: _Kept, hearing_since: datetime | None, now: datetime
    ) -> Seen:
        look = Look(
            routine=self._routines.get(home.home),
            zone=ZoneInfo(home.time_zone),
            mode=await self._mode(home, kept),
            hearing_since=hearing_since,
            home_heard_since=self._heard_again.get(home.home),
            memory=kept.memory,
            now=now,
        )
        return watch(home, look)

    def _look_by_the_fixed_rule(
        self, home: SeenHome, kept: _Kept, hearing_since: datetime | None, now: datetime
    ) -> Seen | None:
        """Look without whatever may have failed: routine, zone, readings."""
        look = Look(
            routine=None,
            zone=ZoneInfo("UTC"),
            mode=Mode.HOME,
            hearing_since=hearing_since,
            home_heard_since=self._heard_again.get(home.home),
            memory=kept.memory,
            now=now,
        )
        try:
            seen = watch(home, look)
        except Exception:  # noqa: BLE001  as above; reported already
            _log.exception("home could not be watched at all", extra={"home": home.home})
            return None
        seen.look_again_at = min(seen.look_again_at, now + RETRY)
        return seen

    async def _mode(self, home: SeenHome, kept: _Kept) -> Mode:
        at = home.last_activity_at
        entrances = [sensor.sensor for sensor in home.sensors if sensor.is_entrance]
        if at is None or not entrances:
            return Mode.HOME
        if kept.mode is None or kept.mode[0] != at:
            mode = await asyncio.to_thread(
                mode_at, self._stores.readings, home.home, at, entrances=entrances
            )
            kept.mode = (at, mode)
        return kept.mode[1]

    def _took_over(self, turn: Turn) -> None:
        """Remember what was stored, and nudge those who follow the findings."""
        self._position = max(self._position, turn.position)
        for home, seen in turn.seen:
            kept = self._kept[home.home]
            kept.memory, kept.glance_at = seen.memory, seen.glance_at
            if seen.is_back:
                self._heard_again[home.home] = home.last_heard_at
        if turn.findings or any(seen.findings for _, seen in turn.seen):
            self._stores.signals.notify(Log.FINDING)

    def _wants_learning(self, home: SeenHome, kept: _Kept, now: datetime) -> bool:
        if kept.learn_after is not None and now < kept.learn_after:
            return False
        routine, zone = self._routines.get(home.home), ZoneInfo(home.time_zone)
        return is_due(home, routine, zone=zone, now=now)

    async def _learn(self, turn: Turn) -> bool:
        """Learn some of the routines that are due; tell whether any was."""
        after = Turn(now=turn.now, position=turn.position)
        for home in turn.to_learn[LEARN_A_TURN:]:
            self._kept[home.home].look_at = turn.now
        for home in turn.to_learn[:LEARN_A_TURN]:
            await self._learn_one(home, after)
        if after.findings:
            await self._stores.register.write(lambda c: book(c, ACCESS, after))
            self._stores.signals.notify(Log.FINDING)
        return bool(turn.to_learn)

    async def _learn_one(self, home: SeenHome, turn: Turn) -> None:
        kept = self._kept[home.home]
        until, zone = home.watermark or turn.now, ZoneInfo(home.time_zone)
        try:
            routine = await asyncio.to_thread(
                learn, self._stores, ACCESS, home, until=until, zone=zone
            )
        except Exception:  # noqa: BLE001  top of the homes' loop: one never stops the others
            _log.exception("routine could not be learned", extra={"home": home.home})
            kept.learn_after = turn.now + LEARN_RETRY
            self._failed(home.home, LEARNING, turn)
            return
        model = dumps(routine)
        await self._stores.register.write(
            lambda c: routines.save(c, ACCESS, home.home, model, fitted_at=until)
        )
        self._routines[home.home] = routine
        kept.learn_after, kept.look_at = None, turn.now
        self._works(home.home, LEARNING, turn)

    def _failed(self, home: HomeId, what: str, turn: Turn) -> None:
        """Report a failure once, until it works again."""
        failing = self._kept.setdefault(home, _Kept(look_at=turn.now)).failing
        if what not in failing:
            failing[what] = turn.now
            turn.findings.append(failure(home, what, turn.now, Phase.BEGUN))

    def _works(self, home: HomeId, what: str, turn: Turn) -> None:
        if self._kept[home].failing.pop(what, None) is not None:
            turn.findings.append(failure(home, what, turn.now, Phase.RECOVERED))
