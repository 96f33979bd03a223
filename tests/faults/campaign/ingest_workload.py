"""Admission and projector at work on one disk: `python -m ... DISK MARKS SEED STEPS [PRAGMA]`."""

import asyncio
import queue
import random
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

from sqlalchemy import Connection

from domain.access import service
from domain.clock import VirtualClock
from domain.gateway import KnownGateway
from domain.ids import GatewayId, HomeId, SensorId
from domain.moments import to_ms
from domain.quantity import Lane, Quantity
from domain.reading import ClockQuality, Reading
from ingest.admission import admit
from ingest.answers import Answers
from ingest.directory import Directory
from ingest.opening import Arrived, Keyring
from ingest.projector import ACCESS as PROJECTOR
from ingest.projector import project_next
from ingest.urgent import ACCESS as URGENT
from ingest.urgent import find_next
from messaging.envelope import Header, encode
from messaging.keys import derive
from messaging.senml import encode_reading
from messaging.topics import up_lane
from storage.readings.sqlite import SqliteReadings
from storage.register import cursors, gateways
from storage.register.gateways import NewSensor
from storage.stores import Stores
from tests.support.power_cut.workload import OFTEN, Marks, fingerprint, in_a_process
from tests.support.wire import MASTER

JOURNAL = ("journal.db",)
"""What admission writes."""
PROJECTED = ("readings.db", "register.db")
"""What the projector and the short way of presses write."""
FILES = (*JOURNAL, *PROJECTED)
PATIENCE_S = 60.0
ACCESS = service("campaign")
START = datetime(2026, 3, 1, tzinfo=UTC)
NOW = START + timedelta(days=2)
HOMES = 2
STEPS_OF_A_LIFE = 50
EPOCH = "epoch-one"

Span = tuple[int, Lane, int, int]
"""An envelope: number of the gateway, lane, first and last number; one before the first: empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """A home as the register knows it."""

    home: HomeId
    gateway: GatewayId
    sensors: dict[str, SensorId]


def plan(chance: random.Random, steps: int) -> list[tuple[Span, ...]]:
    """Return for each step the envelopes that arrive together; none: the projector's turn."""
    following: dict[tuple[int, Lane], int] = {}
    holes: list[Span] = []
    sent: list[Span] = []
    planned: list[tuple[Span, ...]] = []
    for _ in range(steps):
        if chance.random() < 0.3:
            planned.append(())
            continue
        batch = [_span(chance, following, holes, sent) for _ in range(chance.randint(1, 6))]
        sent += batch
        planned.append(tuple(batch))
    return planned


def _span(
    chance: random.Random,
    following: dict[tuple[int, Lane], int],
    holes: list[Span],
    sent: list[Span],
) -> Span:
    """New records, some behind a hole; or a hole is filled, or something comes again."""
    kind = chance.random()
    if kind < 0.15 and holes:
        return holes.pop(chance.randrange(len(holes)))
    if kind < 0.3 and sent:
        gateway, lane, first, end = chance.choice(sent)
        return gateway, lane, first, max(first - 1, end - chance.choice((0, 0, 1)))
    gateway, lane = chance.randrange(HOMES), chance.choices(tuple(Lane), (9, 1))[0]
    first = following.get((gateway, lane), 1)
    count = chance.choice((0, 1, 5, 20, 20)) if lane is Lane.NORMAL else 1
    following[gateway, lane] = first + count
    if kind < 0.4 and count:
        holes.append((gateway, lane, first, first + count - 1))
        return gateway, lane, first, first - 1
    return gateway, lane, first, first + count - 1


def reading(home: Home, lane: Lane, seq: int) -> Reading:
    """Return the reading of a number; another number is another reading."""
    is_press = lane is Lane.URGENT
    return Reading(
        sensor=home.sensors["button" if is_press else "meter"],
        quantity=Quantity.HELP if is_press else Quantity.POWER,
        value=1.0 if is_press else float(seq % 3000),
        observed_at=START + timedelta(seconds=seq),
    )


def arrived(homes: list[Home], spans: Iterable[Span]) -> list[Arrived]:
    """Return the messages of some envelopes."""
    return [_arrived(homes[gateway], lane, first, end) for gateway, lane, first, end in spans]


def _arrived(home: Home, lane: Lane, first: int, end: int) -> Arrived:
    header = Header(
        gateway=home.gateway,
        lane=lane,
        epoch=EPOCH,
        first_seq=first,
        end_seq=end,
        as_of_ms=to_ms(START + timedelta(seconds=end)),
        last_seq=end,
        clock=ClockQuality.SYNCED,
    )
    records = [encode_reading(reading(home, lane, seq)) for seq in range(first, end + 1)]
    payload = encode(header, records, derive(MASTER, home.gateway, 1))
    return Arrived(topic=up_lane(home.gateway, lane), payload=payload, received_at=NOW)


class Server:
    """Open stores, worked on as ingest does."""

    def __init__(self, stores: Stores) -> None:
        """Take the stores; the clock stands still."""
        self.stores, self.clock = stores, VirtualClock(NOW)
        self.directory = Directory(stores.register, self.clock)

    def commission(self) -> None:
        """Register the homes, once."""
        self.stores.register.write_now(_commission)

    def homes(self) -> list[Home]:
        """Return the registered homes; none before they are commissioned."""
        return self.stores.register.read_now(
            lambda c: [
                Home(home=home, gateway=gateway, sensors=sensors)
                for home, _, gateway, sensors in sorted(gateways.fitted(c, ACCESS), key=_code)
            ]
        )

    def admit(self, batch: list[Arrived]) -> Answers:
        """Admit a batch; what the answers say is sent after this returned."""
        known: dict[GatewayId, KnownGateway] = dict(
            self.stores.register.read_now(lambda c: gateways.directory(c, ACCESS))
        )
        return admit(self.stores.journal, Keyring(MASTER, known), batch)

    def position(self) -> int:
        """Return the projector's cursor."""
        return self.stores.register.read_now(lambda c: cursors.position(c, PROJECTOR))

    def find(self) -> None:
        """Let the short way of presses do one turn."""
        before = self.stores.register.read_now(lambda c: cursors.position(c, URGENT))
        asyncio.run(find_next(self.stores, self.directory, self.clock, after=before))

    def project(self, limit: int) -> bool:
        """Let the projector do one turn; False when there was nothing to do."""
        before = self.position()
        work = project_next(self.stores, self.directory, self.clock, after=before, limit=limit)
        return asyncio.run(work) != before


def _code(fitted: tuple[HomeId, str, GatewayId, dict[str, SensorId]]) -> str:
    return fitted[1]


def _commission(connection: Connection) -> None:
    town = gateways.add_municipality(connection, ACCESS, "Example City")
    since = START - timedelta(days=1)
    for number in range(HOMES):
        home = gateways.add_home(
            connection,
            ACCESS,
            municipality_id=town,
            code=f"K-{number:02}",
            time_zone="Asia/Tokyo",
            now=since,
        )
        sensors = [
            NewSensor(
                name=name,
                room="hall",
                is_entrance=False,
                heartbeat=timedelta(hours=1),
                is_battery=False,
            )
            for name in ("meter", "button")
        ]
        gateways.add_gateway(connection, ACCESS, home_id=home, sensors=sensors, now=since)


class Life:
    """One process: admission in one thread, and the projector in another, as ingest runs them."""

    def __init__(self, disk: Path, marks: Marks, pragma: str) -> None:
        """Open the stores; the first life commissions the homes."""
        self._disk, self._marks = disk, marks
        marks.say(begin=FILES)
        self.server = Server(Stores.open(disk))
        for setting in filter(None, (OFTEN, pragma)):
            _set(self.server.stores, setting)
        if not self.server.homes():
            self.server.commission()
        self._homes = self.server.homes()
        self._done(FILES)

    def live(self, planned: Iterable[tuple[Span, ...]]) -> None:
        """Do some steps; the projector's turns overlap with what is admitted meanwhile."""
        turns: queue.Queue[bool] = queue.Queue()
        with ThreadPoolExecutor(1) as projector:
            projecting = projector.submit(self._project, turns)
            for batch in planned:
                if batch:
                    self._admit(batch)
                else:
                    turns.put(True)  # noqa: FBT003 (there is another turn)
            turns.put(False)  # noqa: FBT003
            projecting.result()

    def _admit(self, batch: tuple[Span, ...]) -> None:
        self._marks.say(begin=JOURNAL, spans=batch)
        answers = self.server.admit(arrived(self._homes, batch))
        numbers = {home.gateway: number for number, home in enumerate(self._homes)}
        receipts = [
            (numbers[receipt.gateway], receipt.lane, receipt.seq)
            for receipt in answers.receipts.values()
        ]
        self._done(JOURNAL, spans=batch, receipts=receipts)

    def _project(self, turns: "queue.Queue[bool]") -> None:
        while turns.get(timeout=PATIENCE_S):
            for work in (self.server.find, lambda: self.server.project(limit=4)):
                self._marks.say(begin=PROJECTED)
                work()
                self._done(PROJECTED)

    def _done(self, names: tuple[str, ...], **said: object) -> None:
        """Say that a call has returned, and what the files that it writes hold now."""
        states = {name: fingerprint(self._disk / name) for name in names}
        self._marks.say(done=True, states=states, **said)


def _set(stores: Stores, pragma: str) -> None:
    """Change a setting of all three writers."""
    for writer in (stores.journal._writer, cast("SqliteReadings", stores.readings)._writer):
        writer.execute(f"PRAGMA {pragma}")
    register = stores.register._writer.raw_connection()
    register.cursor().execute(f"PRAGMA {pragma}")
    register.close()


def main(arguments: list[str]) -> None:
    """Do all steps, one process after the other, closed by turns cleanly and as by a kill."""
    disk, marks = Path(arguments[0]), Marks(Path(arguments[1]))
    planned = plan(random.Random(arguments[2]), int(arguments[3]))  # noqa: S311
    pragma = arguments[4] if len(arguments) > 4 else ""
    for number, first in enumerate(range(0, len(planned), STEPS_OF_A_LIFE)):

        def work(number: int = number, first: int = first) -> None:
            life = Life(disk, marks, pragma)
            life.live(planned[first : first + STEPS_OF_A_LIFE])
            if number % 2:
                life.server.stores.close()

        in_a_process(work)


if __name__ == "__main__":
    main(sys.argv[1:])
