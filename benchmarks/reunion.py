"""(g) Gateways that come back all at once with three days of backlog, and speak of now meanwhile.

A live reading is followed from the instant its sensor says it to its commit in the journal, and to
its place in the store. Both are read afterwards from the journal, so that nothing disturbs the run.
"""

from __future__ import annotations

import tempfile
import time
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.city import City
from benchmarks.homes import LIVE, BenchHome
from benchmarks.samples import percentile
from benchmarks.street import Street, wall_ms
from benchmarks.telling import Teller
from domain.ids import SensorId
from domain.moments import to_ms
from domain.reading import Reading
from messaging.envelope import decode_header, decode_pack, split_body
from storage.journal.entry import Entry

LIVE_EACH_S = 4.0
"""How often each home has something new to say."""
LOOK_EACH_S = 0.02
LONGEST_S = 1_800.0
"""A drain that takes longer is given up, and says how much was left."""
SETTLED_S = 1.0
"""So long nothing may be on its way: what the gateways tell is a moment old."""
READ_AT_ONCE = 500
BAR_S, LIVE_BAR_S = 600.0, 10.0


@dataclass(slots=True)
class _Run:
    """What was said, and where journal and projector were at which instant."""

    said_s: dict[tuple[SensorId, int], float] = field(default_factory=dict)
    at_s: list[float] = field(default_factory=list)
    heads: list[int] = field(default_factory=list)
    cursors: list[int] = field(default_factory=list)

    def look(self, city: City) -> None:
        """Note how far both are."""
        cursor, head = city.cursor(), city.head()
        self.at_s.append(time.perf_counter())
        self.heads.append(head)
        self.cursors.append(cursor)

    def when(self, reached: Sequence[int], position: int) -> float:
        """Return when a position was first seen to be reached; infinity when it was not."""
        index = bisect_left(reached, position)
        return self.at_s[index] if index < len(self.at_s) else float("inf")


def measure(*, homes: int, backlog: int, tell: Teller) -> dict[str, Any]:
    """Let `homes` gateways drain `backlog` readings each."""
    with tempfile.TemporaryDirectory(prefix="mimamori-bench-") as folder:
        tell.say(f"registering {homes} homes")
        with City(Path(folder), homes) as city:
            tell.say(f"filling {homes} outboxes with {backlog:,} readings each")
            street = Street(city, backlog=backlog)
            try:
                city.start_ingest()
                return _drain(city, street, backlog, tell)
            finally:
                street.close()


def _drain(city: City, street: Street, backlog: int, tell: Teller) -> dict[str, Any]:
    readings = backlog * len(street.homes)
    run, began_s = _Run(), street.start()
    street.until_hearing()
    speak = _speaker(street, run)
    while (left := street.unreceipted) > len(street.homes) or len(run.said_s) < len(street.homes):
        speak()
        run.look(city)
        tell.reached(readings - left, readings)
        if time.perf_counter() - began_s > LONGEST_S:
            break
        time.sleep(LOOK_EACH_S)
    drained_s = time.perf_counter() - began_s
    tell.say("the last receipts, and projecting what is left")
    end_s = time.perf_counter() + LONGEST_S
    settled_s: float | None = None
    while settled_s is None or time.perf_counter() < settled_s + SETTLED_S:
        run.look(city)
        if street.unreceipted or run.cursors[-1] < run.heads[-1]:
            settled_s = None
        elif settled_s is None:
            settled_s = run.at_s[-1]
        if time.perf_counter() > end_s:
            break
        time.sleep(LOOK_EACH_S)
    projected_s = (settled_s or run.at_s[-1]) - began_s
    tell.say("counting the store and reading the journal")
    return {
        "gateways": len(street.homes),
        "backlog": readings,
        "left": street.unreceipted,
        "drained_s": drained_s,
        "drained_per_s": (readings - left) / drained_s,
        "projected_s": projected_s,
        "gateways_mib": street.memory_mib(),
        "bar_s": BAR_S,
        "live_bar_s": LIVE_BAR_S,
        **_live(city, run),
        **_complete(city, run, backlog),
    }


def _speaker(street: Street, run: _Run) -> Callable[[], None]:
    """Return what lets every home say something each `LIVE_EACH_S`, one after the other."""
    first_s = time.perf_counter()
    pause_s = LIVE_EACH_S / len(street.homes)
    number = 0

    def speak() -> None:
        nonlocal number
        while (due_s := first_s + number * pause_s) <= time.perf_counter():
            turn, index = divmod(number, len(street.homes))
            _say(street, run, street.homes[index], turn, due_s)
            number += 1

    return speak


def _say(street: Street, run: _Run, home: BenchHome, turn: int, due_s: float) -> None:
    name = LIVE[turn % len(LIVE)]
    at_ms = wall_ms() - round((time.perf_counter() - due_s) * 1000)
    run.said_s[home.sensors[name], at_ms] = due_s
    begins = turn // len(LIVE) % 2 == 0
    street.publish(home, name, {"occupancy": begins, "last_seen": at_ms})


def _live(city: City, run: _Run) -> dict[str, Any]:
    """Return how long the live readings took, from the journal's own order."""
    admitted: list[float] = []
    stored: list[float] = []
    live = {home.gateway: [home.sensors[name].encode() for name in LIVE] for home in city.homes}
    found: set[tuple[SensorId, int]] = set()
    position = 0
    while entries := city.stores.journal.after(position, limit=READ_AT_ONCE):
        for entry in entries:
            position = entry.position
            if not any(sensor in entry.body for sensor in live.get(entry.gateway, ())):
                continue
            for reading in _readings(entry):
                key = (reading.sensor, to_ms(reading.observed_at))
                if key in run.said_s and key not in found:
                    found.add(key)
                    admitted.append(run.when(run.heads, position) - run.said_s[key])
                    stored.append(run.when(run.cursors, position) - run.said_s[key])
    return {
        "live": len(run.said_s),
        "live_missing": len(run.said_s) - len(found),
        **{
            f"{name}_{words}_s": percentile(waits, share)
            for name, waits in (("live_admitted", admitted), ("live_stored", stored))
            for words, share in (("p50", 0.5), ("p99", 0.99), ("max", 1.0))
        },
    }


def _readings(entry: Entry) -> list[Reading]:
    head, raw = split_body(entry.body, where="journal")
    header = decode_header(head, where="journal")
    records = decode_pack(header, raw, where="journal")
    return [record.content for record in records if isinstance(record.content, Reading)]


def _complete(city: City, run: _Run, backlog: int) -> dict[str, Any]:
    """Count the store against the outboxes: each reading of the backlog, and each live one."""
    lost = doubled = live = 0
    for home in city.homes:
        placed = city.readings(home)
        marks = [(each.reading.sensor, to_ms(each.reading.observed_at)) for each in placed]
        of_live = sum(mark in run.said_s for mark in marks)
        live += of_live
        ids = {each.id for each in placed}
        doubled += len(placed) - len(ids)
        lost += backlog - (len(ids) - of_live)
    return {
        "lost": lost,
        "doubled": doubled,
        "live_lost": len(run.said_s) - live,
        "quarantined": city.quarantined(),
    }
