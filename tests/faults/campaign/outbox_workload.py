"""The gateway's outbox at work, to be recorded: `python -m ... DISK MARKS SEED STEPS [PRAGMA]`."""

import json
import random
import sqlite3
import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from domain.errors import Problem
from domain.ids import SensorId
from domain.moments import to_ms
from domain.quantity import SPECS, Lane, Quantity
from domain.reading import Reading
from gateway.bad_messages import Quarantined
from gateway.outbox import Outbox
from tests.support.power_cut.workload import OFTEN, Marks, fingerprint, in_a_process

FILE = "outbox.db"
START = datetime(2026, 3, 1, tzinfo=UTC)
STEP = timedelta(minutes=20)
"""Virtual time of one step: after 500 steps the first receipts are old enough to be pruned."""
STEPS_OF_A_LIFE = 60
"""After so many steps the process ends, by turns cleanly and as by a kill, and a new one opens."""
KINDS = ("append", "receipt", "prune", "backlog", "new_epoch")
WEIGHTS = (70, 20, 6, 3, 1)
BACKLOG = 150
_QUANTITIES = (Quantity.POWER, Quantity.MOTION, Quantity.DOOR, Quantity.HELP)
_BAD = Problem(code="MQT-040", where="home", found="noise", allowed="JSON", do="look")


class Steps:
    """One life of the process: opens the outbox and does its steps."""

    def __init__(self, disk: Path, marks: Marks, chance: random.Random, pragma: str) -> None:
        """Remember; `live` works."""
        self._path, self._marks, self._chance = disk / FILE, marks, chance
        self._pragma = pragma

    def live(self, steps: range, *, is_closed: bool) -> None:
        """Open, do the steps and close, or not."""
        self._marks.say(begin="open")
        outbox = Outbox.open(self._path, now=START)
        for pragma in filter(None, (OFTEN, self._pragma)):
            outbox._connection.execute(f"PRAGMA {pragma}")
        self._done(outbox, kind="open")
        for step in steps:
            self._step(outbox, step)
        if is_closed:
            outbox.close()

    def _step(self, outbox: Outbox, step: int) -> None:
        now = START + step * STEP
        (kind,) = self._chance.choices(KINDS, WEIGHTS)
        match kind:
            case "append":
                self._append(outbox, step, now, self._chance.randint(1, 6))
            case "backlog":
                self._append(outbox, step, now, BACKLOG)
            case "receipt":
                self._receipt(outbox, now)
            case "prune":
                self._marks.say(begin=kind)
                outbox.prune(now=now)
                self._done(outbox, kind=kind)
            case "new_epoch":
                self._marks.say(begin=kind)
                outbox.new_epoch()
                self._done(outbox, kind=kind)

    def _append(self, outbox: Outbox, step: int, now: datetime, count: int) -> None:
        readings = [
            Reading(
                sensor=SensorId("s-one"),
                quantity=self._chance.choice(_QUANTITIES),
                value=1.0,
                observed_at=now + timedelta(milliseconds=number),
            )
            for number in range(count)
        ]
        contents = [content(reading) for reading in readings]
        self._marks.say(begin="append", contents=contents)
        last = {lane: outbox.position(lane).last_seq for lane in Lane}
        outbox.append(
            readings,
            now=now,
            states={"a door": json.dumps(step).encode()},
            quarantined=self._chance.choice(
                ((), [Quarantined(topic="t", payload=b"?", problem=_BAD)])
            ),
            seen_until=now,
        )
        numbers = []
        for reading in readings:
            lane = SPECS[reading.quantity].lane
            last[lane] += 1
            numbers.append((lane, outbox.epoch, last[lane]))
        self._done(outbox, kind="append", contents=contents, numbers=numbers)

    def _receipt(self, outbox: Outbox, now: datetime) -> None:
        lane = self._chance.choice(tuple(Lane))
        position = outbox.position(lane)
        seq = self._chance.randint(position.receipted_seq, position.last_seq)
        self._marks.say(begin="receipt")
        outbox.receipt(lane, outbox.epoch, seq, now=now)
        self._done(outbox, kind="receipt")

    def _done(self, outbox: Outbox, **said: object) -> None:
        """Say that a call has returned: its effect may be relied upon from now on."""
        receipted = {lane: outbox.position(lane).receipted_seq for lane in Lane}
        self._marks.say(
            done=True,
            epoch=outbox.epoch,
            receipted=receipted,
            state=fingerprint(self._path),
            **said,
        )


def content(reading: Reading) -> str:
    """Return what a reading says, as one word."""
    return f"{to_ms(reading.observed_at)}/{reading.quantity}"


def held(path: Path) -> dict[str, tuple[str, str, int]]:
    """Return lane, epoch and number of each content in an outbox."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        rows = connection.execute("SELECT observed_ms, quantity, lane, epoch, seq FROM record")
        return {f"{row[0]}/{row[1]}": (row[2], row[3], row[4]) for row in rows}
    finally:
        connection.close()


def main(arguments: list[str]) -> None:
    """Do all steps, one process after the other."""
    disk, marks, seed, steps = Path(arguments[0]), Marks(Path(arguments[1])), *arguments[2:4]
    pragma = arguments[4] if len(arguments) > 4 else ""
    for number, first in enumerate(range(0, int(steps), STEPS_OF_A_LIFE)):
        life = Steps(disk, marks, random.Random(f"{seed} {number}"), pragma)  # noqa: S311
        part = range(first, min(int(steps), first + STEPS_OF_A_LIFE))
        in_a_process(partial(life.live, part, is_closed=number % 2 == 1))


if __name__ == "__main__":
    main(sys.argv[1:])
