"""Kills of alerting while it sends: `python -m tests.faults.campaign.alerting_kills [--seed N] …`.

Before each life a few findings are written; each makes a case with one message to one person. A
random time later the process is killed with -9, and it is noted which messages it was sending then.
At the end each message must have come at least once, and no more often than once and once more for
each kill that hit its own sending.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import signal
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import Connection, select

from alerting import service
from alerting.escalation import Ladder, Who
from domain.access import Role
from domain.access import service as access_of
from domain.clock import RealClock, pause
from domain.finding import Cause, Finding, Phase, Reason
from domain.ids import HomeId
from storage.register import findings, gateways, policies, users
from storage.register.database import Register
from storage.register.notifications import NotificationState
from storage.register.policies import PolicyStep
from storage.register.schema import notification
from tests.faults.campaign.machine import describe
from tests.support.power_cut.recording import ROOT
from tests.support.smtp import SmtpServer, serving

ACCESS = access_of("campaign")
JSON = ROOT / "docs/reference/campaign-alerting.json"
LEASE_S = 3.0
"""Far longer than one message takes here, so that no lease ends but by a kill."""
DRIP_S = 0.05
"""How long the mail server thinks about each answer: most kills hit a message under way."""
EARLY = 0.2
"""Share of kills that do not wait until a message is under way."""
LONGEST_S = 0.3
"""From the beginning of a life, or from a message under way, until the kill."""
PATIENCE_S = 3.0
"""Until then nothing is under way: all messages are leased by a life that was killed."""
END_S = 120.0
CAUSES = {
    Cause.HELP: Reason.BUTTON_PRESSED,
    Cause.INACTIVITY: Reason.SILENCE_PAST_DEADLINE,
}


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What a campaign found."""

    seed: int
    kills: int = 0
    messages: int = 0
    undelivered: int = 0
    copies: int = 0
    """Mails beyond the first of a message."""
    hits: int = 0
    """Messages that were being sent when a kill came."""
    too_many: list[str] = field(default_factory=list)
    """Messages with more copies than kills that hit them."""
    cases: int = 0

    @property
    def holds(self) -> bool:
        """Whether every promise was kept."""
        is_whole = self.messages == self.cases and self.messages > 0
        return is_whole and not self.undelivered and not self.too_many


async def campaign(folder: Path, *, seed: int, kills: int, messages: int) -> Outcome:
    """Kill alerting `kills` times while it tells of `messages` cases; see the module."""
    chance, clock, outcome = random.Random(seed), RealClock(), Outcome(seed=seed)  # noqa: S311
    server = Watched()
    server.drip_s = DRIP_S
    path = folder / "register.db"
    with Register.open(path) as register:
        homes = register.write_now(lambda c: _town(c, (messages + 1) // 2, clock.now()))
        plan = [(home, cause) for cause in CAUSES for home in homes][:messages]
        chance.shuffle(plan)
        hits: set[tuple[str, int]] = set()
        async with serving(server):
            child = await _start(path, server.port)
            try:
                for number in range(kills):
                    share = plan[number * messages // kills : (number + 1) * messages // kills]
                    register.write_now(partial(_find, plan=share, now=clock.now()))
                    pid = await _begin_life(child)
                    await _wait(server, chance)
                    os.kill(pid, signal.SIGKILL)
                    await _read(child)
                    hits |= register.read_now(_leased)
                    outcome.kills += 1
                await _finish(child, register, clock)
            finally:
                child.kill()
                await child.wait()
        _compare(outcome, server, register.read_now(_all), Counter(one for one, _ in hits))
    return outcome


class Watched(SmtpServer):
    """Tells when a message is under way."""

    def __init__(self) -> None:
        """Nothing is."""
        super().__init__()
        self.begun = asyncio.Event()

    async def handle_RCPT(  # noqa: N802 (aiosmtpd calls it so)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Tell, and answer."""
        self.begun.set()
        return await super().handle_RCPT(server, session, envelope, address, options)


async def _wait(server: Watched, chance: random.Random) -> None:
    """Wait for the instant of a kill."""
    if chance.random() >= EARLY:
        server.begun.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                await server.begun.wait()
    await pause(chance.uniform(0.0, LONGEST_S))


async def _finish(child: Process, register: Register, clock: RealClock) -> None:
    """Let one life end its work."""
    pid = await _begin_life(child)
    try:
        async with asyncio.timeout(END_S):
            while not register.read_now(lambda c: service.is_settled(c, now=clock.now())):
                await pause(0.1)
    finally:
        os.kill(pid, signal.SIGKILL)
        await _read(child)


def _compare(
    outcome: Outcome, server: SmtpServer, states: dict[str, str], hits: Counter[str]
) -> None:
    mails = Counter(str(mail["Message-ID"])[1:].partition("@")[0] for mail in server.mails)
    outcome.messages, outcome.hits = len(states), hits.total()
    outcome.cases = len({str(mail["Subject"]) for mail in server.mails})
    accepted = NotificationState.ACCEPTED
    outcome.undelivered = sum(mails[one] == 0 or state != accepted for one, state in states.items())
    outcome.copies = sum(count - 1 for count in mails.values())
    outcome.too_many = [one for one, count in mails.items() if count > 1 + hits[one]]


async def _start(path: Path, port: int) -> Process:
    module = "tests.faults.campaign.alerting_child"
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", module, str(path), str(port), str(LEASE_S)),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=PIPE,
        stdout=PIPE,
    )


async def _begin_life(child: Process) -> int:
    assert child.stdin is not None
    child.stdin.write(b"go\n")
    await child.stdin.drain()
    return int(await _read(child))


async def _read(child: Process) -> str:
    assert child.stdout is not None
    async with asyncio.timeout(END_S):
        return (await child.stdout.readline()).decode().strip()


def _town(connection: Connection, homes: int, now: datetime) -> list[HomeId]:
    """Make homes with one caseworker each; no step ever follows the first within the campaign."""
    town = gateways.add_municipality(connection, ACCESS, "Example City")
    day = timedelta(days=1)
    step = PolicyStep(who=Who.ASSIGNED, wait=day)
    policies.save(
        connection, ACCESS, municipality=town, home=None, ladder=Ladder.RESIDENT, steps=(step,)
    )
    made = []
    for number in range(homes):
        home = gateways.add_home(
            connection,
            ACCESS,
            municipality_id=town,
            code=f"K-{number:04}",
            time_zone="Asia/Tokyo",
            now=now - day,
        )
        user = users.add(
            connection,
            ACCESS,
            municipality=town,
            login=f"caseworker{number}",
            display_name="-",
            role=Role.CASEWORKER,
            email=f"caseworker{number}@city.example",
            language="en",
            password_hash="-",
            now=now - day,
        )
        users.assign(connection, ACCESS, user=user, home=home, municipality=town, now=now - day)
        made.append(home)
    return made


def _find(connection: Connection, *, plan: list[tuple[HomeId, Cause]], now: datetime) -> None:
    for home, cause in plan:
        finding = Finding(
            home=home,
            cause=cause,
            phase=Phase.BEGUN,
            reason=CAUSES[cause],
            began_at=now,
            found_at=now,
        )
        findings.append(connection, ACCESS, finding)


def _leased(connection: Connection) -> set[tuple[str, int]]:
    """Return what is leased, with the number of the attempt: one that waits is no new hit."""
    query = select(notification.c.id, notification.c.attempts)
    query = query.where(notification.c.state == NotificationState.LEASED)
    return {(row.id, row.attempts) for row in connection.execute(query)}


def _all(connection: Connection) -> dict[str, str]:
    query = select(notification.c.id, notification.c.state)
    return {row.id: row.state for row in connection.execute(query)}


def main(arguments: list[str]) -> int:
    """Run it whole and keep what came of it; returns how the program ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=1_000)
    parser.add_argument("--messages", type=int, default=3_000)
    parser.add_argument("--json", type=Path, default=JSON)
    options = parser.parse_args(arguments)
    began, machine = RealClock().now(), describe()
    with tempfile.TemporaryDirectory(prefix="mimamori-kills-") as folder:
        outcome = asyncio.run(
            campaign(
                Path(folder), seed=options.seed, kills=options.kills, messages=options.messages
            )
        )
    kept = {
        **asdict(outcome),
        "holds": outcome.holds,
        "began": began.isoformat(timespec="seconds"),
        "ended": RealClock().now().isoformat(timespec="seconds"),
        "machine": asdict(machine),
    }
    options.json.write_text(json.dumps(kept, indent=2) + "\n", "utf-8")
    sys.stdout.write(options.json.read_text("utf-8"))
    return 0 if outcome.holds else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
