"""What one turn of the detector came to, and storing it in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from anomaly.watch import Seen
from domain.access import Access
from domain.finding import Cause, Finding, Phase, Reason
from domain.ids import HomeId
from storage.register import cursors, detection, findings, services
from storage.register.detection import SeenHome


@dataclass(slots=True, kw_only=True)
class Turn:
    """What one turn came to."""

    now: datetime
    position: int
    """Up to where the states of homes were followed."""
    seen: list[tuple[SeenHome, Seen]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    """About our own failures."""
    to_learn: list[SeenHome] = field(default_factory=list)
    """Homes whose routine is due to be learned."""


def book(connection: Connection, access: Access, turn: Turn) -> None:
    """Store what a turn came to, with the cursor; a repeat changes nothing."""
    for home, seen in turn.seen:
        _book_one(connection, access, home, seen, now=turn.now)
    findings.append_all(connection, access, turn.findings)
    cursors.advance(connection, access, turn.position)
    services.progressed(connection, access, now=turn.now)


def failure(home: HomeId, what: str, now: datetime, phase: Phase) -> Finding:
    """Return a finding about our own failure with one home; `what` names the part that failed."""
    return Finding(
        home=home,
        cause=Cause.SERVICE_FAILED,
        phase=phase,
        reason=Reason.SERVICE_STOPPED if phase is Phase.BEGUN else Reason.HEARD_AGAIN,
        began_at=now,
        found_at=now,
        service=what,
    )


def _book_one(
    connection: Connection, access: Access, home: SeenHome, seen: Seen, *, now: datetime
) -> None:
    if seen.deadline is not None:
        detection.save_deadline(connection, access, home.home, seen.deadline)
    if seen.dark_since is not None:
        detection.save_darkness(connection, access, home.home, since=seen.dark_since, found_at=now)
    if seen.is_back:
        detection.clear_darkness(connection, access, home.home)
    for sensor, since in seen.sensors.items():
        detection.save_silent(connection, access, sensor, since=since)
    findings.append_all(connection, access, seen.findings)
