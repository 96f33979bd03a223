"""(f) From the press of a help button to the finding, while gateways drain days of backlog."""

from __future__ import annotations

import random
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.city import ACCESS, City
from benchmarks.homes import BUTTON, BenchHome
from benchmarks.samples import percentile
from benchmarks.street import Street, wall_ms
from benchmarks.telling import Teller
from domain.ids import SensorId
from domain.moments import to_ms
from storage.register import findings

PRESS_EACH_S = 0.03
LOOK_EACH_S = 0.004
PATIENCE_S = 60.0
"""After the last press: findings that have not come by then are missing."""
LONGEST_S = 1_800.0
"""A drain that takes longer is given up, and says how much was left."""
BAR_S = 1.0


class _Presses:
    """Which presses are on their way, and how long the others took."""

    def __init__(self, city: City, street: Street) -> None:
        self._city, self._street = city, street
        self._due: dict[tuple[SensorId, int], float] = {}
        self._position = 0
        self._chance = random.Random(20)  # noqa: S311 (which button is no secret)
        self.waits_s: list[float] = []
        self.pressed = 0

    @property
    def missing(self) -> int:
        return len(self._due)

    def press(self, due_s: float) -> None:
        home: BenchHome = self._chance.choice(self._street.homes)
        late_ms = round((time.perf_counter() - due_s) * 1000)
        at_ms = wall_ms() - late_ms
        self._due[home.sensors[BUTTON], at_ms] = due_s
        self.pressed += 1
        self._street.publish(home, BUTTON, {"action": "single", "last_seen": at_ms})

    def look(self) -> None:
        new = self._city.stores.register.read_now(
            lambda c: findings.after(c, ACCESS, self._position)
        )
        now = time.perf_counter()
        for each in new:
            self._position = each.position
            finding = each.finding
            if finding.sensor is not None:
                due_s = self._due.pop((finding.sensor, to_ms(finding.began_at)), None)
                if due_s is not None:
                    self.waits_s.append(now - due_s)


def measure(*, homes: int, backlog: int, tell: Teller) -> dict[str, Any]:
    """Press buttons at even intervals for as long as the backlog lasts."""
    with tempfile.TemporaryDirectory(prefix="mimamori-bench-") as folder:
        tell.say(f"registering {homes} homes")
        with City(Path(folder), homes) as city:
            tell.say(f"filling {homes} outboxes with {backlog:,} readings each")
            street = Street(city, backlog=backlog)
            try:
                city.start_ingest()
                return _press(city, street, homes * backlog, tell)
            finally:
                street.close()


def _press(city: City, street: Street, readings: int, tell: Teller) -> dict[str, Any]:
    presses = _Presses(city, street)
    began_s = street.start()
    street.until_hearing()
    due_s = first_s = time.perf_counter()
    left_at_first = street.unreceipted
    while (left := street.unreceipted) > presses.missing:
        if time.perf_counter() - began_s > LONGEST_S:
            break
        if time.perf_counter() >= due_s:
            presses.press(due_s)
            due_s += PRESS_EACH_S
        presses.look()
        tell.reached(readings - left, readings)
        time.sleep(LOOK_EACH_S)
    drained_s = time.perf_counter()
    while presses.missing or street.unreceipted:
        if time.perf_counter() > drained_s + PATIENCE_S:
            break
        presses.look()
        time.sleep(LOOK_EACH_S)
    return {
        "gateways": len(street.homes),
        "backlog": readings,
        "backlog_at_first_press": left_at_first,
        "left": street.unreceipted,
        "drained_s": drained_s - began_s,
        "pressing_s": drained_s - first_s,
        "presses": presses.pressed,
        "missing": presses.missing,
        "p50_s": percentile(presses.waits_s, 0.5),
        "p99_s": percentile(presses.waits_s, 0.99),
        "max_s": percentile(presses.waits_s, 1.0),
        "bar_s": BAR_S,
    }
