"""A campaign of kills: gateways, ingest, broker die while sensors go on (G01, I01, B01)."""

import asyncio
import random
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path

from domain.clock import RealClock
from storage.stores import Stores
from tests.faults.campaign.city import Home, build
from tests.faults.campaign.comparison import catch_up, compare
from tests.faults.campaign.crash_points import GATEWAY_POINTS, INGEST_POINTS
from tests.faults.campaign.homes import ROUND, rounds_for
from tests.faults.campaign.player import PlayerPlan
from tests.faults.campaign.processes import Crash, fork_server, run_gateway, run_ingest, run_player
from tests.faults.campaign.verdict import Verdict
from tests.faults.campaign.victims import BrokerVictim, Victim, deadline

INGEST_LIFE_S = 0.9
"""Mean time from one kill of ingest to the next; the projector's worker is there after 0.4 s."""
STALLED_S = 60.0
"""Nothing moved for so long at the end: what is not there by then is missing."""
LOOK_AGAIN_S = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class KillPlan:
    """How large a campaign is."""

    seed: int
    readings: int
    homes: int
    kills: int
    """Of ingest, and as many of gateways, together of all homes."""
    broker_kills: int

    @property
    def crashes(self) -> int:
        """How many of the kills are at crash points; the others are at random instants."""
        return self.kills * 2 // 5


@dataclass(slots=True)
class Kills:
    """The result."""

    readings: int = 0
    ingest: dict[str, int] = field(default_factory=dict)
    """Kills by where it happened."""
    gateway: dict[str, int] = field(default_factory=dict)
    broker: int = 0
    ended_by_themselves: int = 0
    seconds_of_kills: float = 0.0
    seconds_of_drain: float = 0.0
    verdict: Verdict = field(default_factory=Verdict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far it is; all counts are of things done."""

    ingest_kills: int
    gateway_kills: int
    broker_kills: int
    published: int
    receipted: int


Watch = Callable[[Progress], None]


class KillCampaign:
    """One campaign in a folder of its own."""

    def __init__(self, folder: Path, plan: KillPlan, watch: Watch = lambda _: None) -> None:
        """Build the city; `run` plays."""
        self._plan, self._watch = plan, watch
        self._context = fork_server()
        rounds = rounds_for(plan.readings, plan.homes)
        start = (RealClock().now() - rounds * ROUND - timedelta(days=1)).replace(microsecond=0)
        self._city = build(folder, homes=plan.homes, since=start - timedelta(days=1))
        self._player = PlayerPlan(
            port=self._city.home_broker.port,
            password=self._city.passwords["player"],
            gateways=tuple(home.gateway for home in self._city.homes),
            seed=plan.seed,
            rounds=rounds,
            start=start,
        )
        self._allowed = self._context.Value("d", 0.0)
        self._published = self._context.Value("q", 0)
        self._ingest = self._make_ingest()
        self._gateways = [self._make_gateway(home) for home in self._city.homes]
        self._broker = BrokerVictim(
            broker=self._city.city_broker,
            kills=plan.broker_kills,
            life_s=self._life_s(plan.broker_kills),
            chance=self._chance("broker"),
        )

    def run(self) -> Kills:
        """Kill as planned, let all come to rest, and compare."""
        result, clock = Kills(), RealClock()
        began_s = clock.monotonic()
        log = self._city.log("player")
        player = self._start(run_player, self._player, log, self._allowed, self._published)
        try:
            self._kill()
            result.seconds_of_kills = clock.monotonic() - began_s
            self._allowed.value = 2.0
            self._drain(player)
            result.seconds_of_drain = clock.monotonic() - began_s - result.seconds_of_kills
        finally:
            for victim in self._victims:
                victim.end()
            self._city.city_broker.kill()
            self._city.home_broker.kill()
            player.kill()
            player.join()
        self._tell(result, player)
        return result

    def _kill(self) -> None:
        """Kill all as often as planned; what sensors may say keeps step with the slowest."""
        threads = [
            threading.Thread(target=work, daemon=True)
            for work in (self._broker.run, *(victim.run for victim in self._victims))
        ]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            progress = self._look()
            done = min(progress.ingest_kills, progress.gateway_kills)
            self._allowed.value = done / max(1, self._plan.kills)
            threads[0].join(LOOK_AGAIN_S)

    def _drain(self, player: BaseProcess) -> None:
        """Wait until all that was published is receipted, as long as anything still moves."""
        produced = self._expected()
        seen, stalled = -1, deadline(STALLED_S)
        while not stalled():
            progress = self._look()
            if not player.is_alive() and progress.receipted >= produced:
                return
            if progress.receipted + progress.published != seen:
                seen, stalled = progress.receipted + progress.published, deadline(STALLED_S)
            for victim in self._victims:
                victim.keep_alive()
            player.join(LOOK_AGAIN_S)
            threading.Event().wait(LOOK_AGAIN_S)

    def _look(self) -> Progress:
        progress = Progress(
            ingest_kills=sum(self._ingest.killed.values()),
            gateway_kills=sum(sum(victim.killed.values()) for victim in self._gateways),
            broker_kills=sum(self._broker.killed.values()),
            published=self._published.value,
            receipted=sum(_receipted(home) for home in self._city.homes),
        )
        self._watch(progress)
        return progress

    def _tell(self, result: Kills, player: BaseProcess) -> None:
        result.ingest = dict(self._ingest.killed)
        result.gateway = dict(sum((victim.killed for victim in self._gateways), Counter()))
        result.broker = sum(self._broker.killed.values())
        victims = self._victims
        result.ended_by_themselves = sum(victim.ended for victim in victims)
        with Stores.open(self._city.stores) as stores:
            asyncio.run(catch_up(stores))
            result.verdict, result.readings = compare(self._city, stores, self._player)
        for failure in (*(victim.failure for victim in victims), self._broker.failure):
            result.verdict.count("damaged", failure is not None, str(failure))
        planned = 2 * self._plan.kills + self._plan.broker_kills
        done = sum(result.ingest.values()) + sum(result.gateway.values()) + result.broker
        result.verdict.count("damaged", done != planned, f"{done} of {planned} kills were done")
        result.verdict.count("damaged", player.exitcode != 0, "the player did not end well")

    def _expected(self) -> int:
        return sum(len(message.readings) for message in self._player.of_home(0)) * self._plan.homes

    @property
    def _victims(self) -> tuple[Victim, ...]:
        return (self._ingest, *self._gateways)

    def _life_s(self, kills: int) -> float:
        """Return how long a victim lives on average, so that all are done together."""
        return INGEST_LIFE_S * self._plan.kills / max(1, kills)

    def _make_ingest(self) -> Victim:
        city = self._city

        def start(crash: Crash | None) -> BaseProcess:
            return self._start(run_ingest, city.ingest(), city.stores, city.log("ingest"), crash)

        return Victim(
            name="ingest",
            start=start,
            points=INGEST_POINTS,
            kills=self._plan.kills - self._plan.crashes,
            crashes=self._plan.crashes,
            life_s=INGEST_LIFE_S,
            chance=self._chance("ingest"),
        )

    def _make_gateway(self, home: Home) -> Victim:
        log = self._city.log(home.folder.name)

        def start(crash: Crash | None) -> BaseProcess:
            return self._start(run_gateway, home.config, log, crash)

        number, homes = int(home.folder.name.rpartition("-")[2]), self._plan.homes
        kills, crashes = (
            total // homes + (number < total % homes)
            for total in (self._plan.kills, self._plan.crashes)
        )
        return Victim(
            name=home.folder.name,
            start=start,
            points=GATEWAY_POINTS,
            kills=kills - crashes,
            crashes=crashes,
            life_s=self._life_s(kills),
            chance=self._chance(home.folder.name),
        )

    def _start(self, work: Callable[..., None], *arguments: object) -> BaseProcess:
        process = self._context.Process(target=work, args=arguments, daemon=True)
        process.start()
        return process

    def _chance(self, name: str) -> random.Random:
        return random.Random(f"{self._plan.seed} {name}")  # noqa: S311


def _receipted(home: Home) -> int:
    """Count the receipted records of a living outbox, for the progress only."""
    with suppress(sqlite3.Error):
        connection = sqlite3.connect(f"file:{home.outbox}?mode=ro", uri=True)
        try:
            row = connection.execute("SELECT sum(receipted_seq) FROM position").fetchone()
            return int(row[0] or 0)
        finally:
            connection.close()
    return 0
