"""(h) From the press of a help button to the mail server's yes, and escalation against its time.

All services run meanwhile, and gateways drain days of backlog. Each home presses once: a second
press within two minutes would be the same cry for help.
"""

from __future__ import annotations

import re
import tempfile
import threading
import time
from collections import defaultdict
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import Connection, select

from alerting.escalation import Ladder, Who
from benchmarks.city import ACCESS, City
from benchmarks.homes import BUTTON, BenchHome
from benchmarks.samples import percentile
from benchmarks.street import Street, wall_ms
from benchmarks.telling import Teller
from cli.broker import free_port
from domain.access import Role
from domain.clock import RealClock
from domain.ids import MunicipalityId, UserId
from storage.register import notifications, policies, users
from storage.register.policies import PolicyStep
from storage.register.schema import case, notification

STEP = timedelta(minutes=1)
"""The shortest wait that a policy may have."""
STEPS = (Who.ASSIGNED, Who.CASEWORKERS, Who.ADMINISTRATORS)
HOMES_A_TOWN = 2
"""A person gets a few messages at once and what is more as a list: nobody has more here."""
PRESS_EACH_S = 0.15
LOOK_EACH_S = 0.02
LONGEST_S = 1_800.0
"""A drain that takes longer is given up, and says how much was left."""
PATIENCE_S = 60.0
"""After the last press, and after the last step: what has not come by then is missing."""
BAR_S, STEP_BAR_S = 2.0, 5.0
_CODE = re.compile(r"B-\d{5}")


class _Mails:
    """A mail server that says yes, and remembers when it first did so for each home."""

    def __init__(self) -> None:
        self.first_s: dict[str, float] = {}
        self.count = 0
        self._lock = threading.Lock()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 (aiosmtpd's name)
        del server, session
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        subject = str(message_from_bytes(content, policy=default)["Subject"])
        found = _CODE.search(subject)
        with self._lock:
            self.count += 1
            if found is not None:
                self.first_s.setdefault(found[0], time.perf_counter())
        return "250 kept"


def measure(*, homes: int, backlog: int, tell: Teller) -> dict[str, Any]:
    """Press each home's button once while the backlog lasts, and let nobody answer."""
    mails = _Mails()
    sink = Controller(mails, hostname="127.0.0.1", port=free_port())
    sink.start()
    try:
        with tempfile.TemporaryDirectory(prefix="mimamori-bench-") as folder:
            tell.say(f"registering {homes} homes")
            with City(Path(folder), homes, homes_a_town=HOMES_A_TOWN) as city:
                _staff(city)
                tell.say(f"filling {homes} outboxes with {backlog:,} readings each")
                street = Street(city, backlog=backlog)
                try:
                    city.start_services(smtp_port=int(sink.port))
                    return _run(city, street, mails, homes * backlog, tell)
                finally:
                    street.close()
    finally:
        sink.stop()


def _staff(city: City) -> None:
    """Add people to be told, in each town its own, with the shortest waits between them."""
    now = RealClock().now()

    def add(connection: Connection) -> None:
        towns = {home.town for home in city.homes}
        assigned = {town: _staff_town(connection, town, now=now) for town in towns}
        for home in city.homes:
            users.assign(
                connection,
                ACCESS,
                user=assigned[home.town],
                home=home.home,
                municipality=home.town,
                now=now,
            )

    city.stores.register.write_now(add)


def _staff_town(connection: Connection, town: MunicipalityId, *, now: datetime) -> UserId:
    """Add two caseworkers and an administrator; returns the one in charge of the town's homes."""
    first, *_ = [
        users.add(
            connection,
            ACCESS,
            municipality=town,
            login=f"{login}-{town}",
            display_name=login,
            role=role,
            email=f"{login}@{town}.example",
            language="en",
            password_hash="-",  # noqa: S106 (nobody signs in)
            now=now,
        )
        for login, role in (
            ("assigned", Role.CASEWORKER),
            ("colleague", Role.CASEWORKER),
            ("administrator", Role.ADMINISTRATOR),
        )
    ]
    policies.save(
        connection,
        ACCESS,
        municipality=town,
        home=None,
        ladder=Ladder.RESIDENT,
        steps=tuple(PolicyStep(who=who, wait=STEP) for who in STEPS),
    )
    return first


def _run(city: City, street: Street, mails: _Mails, readings: int, tell: Teller) -> dict[str, Any]:
    began_s = street.start()
    street.until_hearing()
    due: dict[str, float] = {}
    due_s = time.perf_counter()
    waiting = list(enumerate(street.homes))
    while (left := street.unreceipted) > len(due) - len(mails.first_s) or not due:
        now_s = time.perf_counter()
        if now_s - began_s > LONGEST_S:
            break
        if now_s >= due_s and waiting:
            number, home = waiting.pop()
            due[f"B-{number:05d}"] = due_s
            _press(street, home, due_s)
            due_s += PRESS_EACH_S
        tell.reached(readings - left, readings)
        time.sleep(LOOK_EACH_S)
    drained_s = time.perf_counter() - began_s
    tell.say("the last mails, and the steps behind them")
    _until(lambda: len(mails.first_s) >= len(due), PATIENCE_S)
    expected = len(due) * (1 + 2 + 1)
    _until(lambda: mails.count >= expected, len(STEPS) * STEP.total_seconds() + PATIENCE_S)
    _until(lambda: not _unfinished(city), PATIENCE_S)  # accepted, and booked as well
    waits_s = [mails.first_s[code] - at for code, at in due.items() if code in mails.first_s]
    late_s = city.stores.register.read_now(_lateness)
    return {
        "gateways": len(street.homes),
        "backlog": readings,
        "left": street.unreceipted,
        "drained_s": drained_s,
        "presses": len(due),
        "missing": len(due) - len(waits_s),
        "mail_p50_s": percentile(waits_s, 0.5),
        "mail_p95_s": percentile(waits_s, 0.95),
        "mail_p99_s": percentile(waits_s, 0.99),
        "bar_s": BAR_S,
        "steps": len(late_s),
        "steps_missing": len(due) * (len(STEPS) - 1) - len(late_s),
        "late_p50_s": percentile(late_s, 0.5),
        "late_p99_s": percentile(late_s, 0.99),
        "late_max_s": percentile(late_s, 1.0),
        "step_bar_s": STEP_BAR_S,
    }


def _press(street: Street, home: BenchHome, due_s: float) -> None:
    late_ms = round((time.perf_counter() - due_s) * 1000)
    street.publish(home, BUTTON, {"action": "single", "last_seen": wall_ms() - late_ms})


def _until(holds: Any, longest_s: float) -> None:
    end_s = time.perf_counter() + longest_s
    while not holds() and time.perf_counter() < end_s:
        time.sleep(LOOK_EACH_S)


def _unfinished(city: City) -> int:
    return city.stores.register.read_now(lambda c: notifications.unfinished(c, ACCESS))


def _lateness(connection: Connection) -> list[float]:
    """Return how late each step behind the first was accepted, counted from its due instant."""
    query = (
        select(notification)
        .join(case, case.c.id == notification.c.case_id)
        .where(case.c.cause == "help", notification.c.accepted_at.is_not(None))
    )
    written: dict[tuple[str, int], datetime] = {}
    accepted: defaultdict[tuple[str, int], list[datetime]] = defaultdict(list)
    for row in connection.execute(query):
        key = (row.episode_id, row.step)
        written[key] = min(row.created_at, written.get(key, row.created_at))
        accepted[key].append(row.accepted_at)
    return [
        (max(at) - written[episode, step - 1] - STEP).total_seconds()
        for (episode, step), at in accepted.items()
        if (episode, step - 1) in written
    ]
