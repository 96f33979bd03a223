"""Who is killed, when, and how often: one thread for each, chance by the seed."""

import random
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from signal import SIGKILL

from domain.clock import RealClock
from tests.faults.campaign.city import KilledBroker
from tests.faults.campaign.processes import Crash

STARTING = 0.15
"""Part of the kills that come while the process still starts."""
STARTING_S = 0.2
CRASH_PATIENCE_S = 3.0
"""After that a process that did not come to its crash point is killed where it is."""
MOST_PASSES = 8
FALLS_IN_A_ROW = 50
"""A process that ends by itself so often without one kill is broken, and the campaign fails."""
AT_RANDOM = "at a random instant"
_REST_S = 0.05

Starter = Callable[[Crash | None], BaseProcess]


@dataclass(slots=True)
class Victim:
    """One process that is killed again and again, and at the end lives on."""

    name: str
    start: Starter
    points: tuple[str, ...]
    kills: int
    """At random instants."""
    crashes: int
    """At crash points."""
    life_s: float
    """Mean time that it lives."""
    chance: random.Random
    killed: Counter[str] = field(default_factory=Counter)
    """By where it happened."""
    ended: int = 0
    """How often it ended by itself, as ingest does when the broker is away at its start."""
    process: BaseProcess | None = None
    failure: str | None = None

    def run(self) -> None:
        """Live and die as often as planned, then start once more and return."""
        plan = [AT_RANDOM] * self.kills
        plan += [self.points[number % len(self.points)] for number in range(self.crashes)]
        self.chance.shuffle(plan)
        falls = 0
        while plan and self.failure is None:
            where = self._live_and_die(plan[-1])
            if where is None:
                falls += 1
                self.ended += 1
                if falls > FALLS_IN_A_ROW:
                    self.failure = f"{self.name} does not live: see its log"
                threading.Event().wait(_REST_S * min(falls, 10))
                continue
            falls = 0
            plan.pop()
            self.killed[where] += 1
        self.process = self.start(None)

    def keep_alive(self) -> None:
        """Start it again when it ended by itself; for the time after the kills."""
        if self.process is not None and not self.process.is_alive():
            self.ended += 1
            self.process = self.start(None)

    def end(self) -> None:
        """Kill it for good."""
        if self.process is not None:
            self.process.kill()
            self.process.join()

    def _live_and_die(self, where: str) -> str | None:
        """Return where it was killed; None when it ended by itself before."""
        if where == AT_RANDOM:
            crash, life_s = None, self._life_s()
        else:
            crash, life_s = (where, self.chance.randint(1, MOST_PASSES)), CRASH_PATIENCE_S
        process = self.start(crash)
        process.join(life_s)
        died_there = process.exitcode == -SIGKILL
        if process.exitcode is None:
            process.kill()
            process.join()
            where = AT_RANDOM
        elif not died_there:
            return None
        return where

    def _life_s(self) -> float:
        if self.chance.random() < STARTING:
            return self.chance.uniform(0.0, STARTING_S)
        return self.chance.uniform(0.1, 2 * self.life_s)


@dataclass(slots=True)
class BrokerVictim:
    """The city's broker, killed with its defaults."""

    broker: KilledBroker
    kills: int
    life_s: float
    chance: random.Random
    killed: Counter[str] = field(default_factory=Counter)
    failure: str | None = None
    stopped: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Kill it as often as planned; it lives on afterwards."""
        try:
            for _ in range(self.kills):
                self.stopped.wait(self.chance.uniform(0.1, 2 * self.life_s))
                self.broker.kill()
                self.broker.start()
                self.killed[AT_RANDOM] += 1
        except Exception as error:  # noqa: BLE001 (the campaign ends with it and tells)
            self.failure = f"the broker does not come back: {error}"


def deadline(seconds: float) -> Callable[[], bool]:
    """Return what tells whether so many real seconds are over."""
    clock = RealClock()
    end = clock.monotonic() + seconds
    return lambda: clock.monotonic() >= end
