"""V6: nobody was judged to be silent about a time that had not arrived yet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from cli.driver import LONGEST_STEP
from cli.verification.figures import Verification
from domain.access import service
from domain.finding import Cause, Finding, Phase, Reason
from domain.gateway import KnownGateway
from domain.ids import GatewayId, HomeId
from domain.moments import from_ms, to_ms
from domain.quantity import Lane
from storage.journal.sqlite import Journal
from storage.register import findings, gateways
from storage.stores import Stores

ACCESS = service("verify")
SEEN = (Reason.SILENCE_PAST_DEADLINE, Reason.SILENCE_PAST_CAP, Reason.NOT_BACK)
AHEAD = LONGEST_STEP
"""How far the clock of homes and ingest is ahead of the detector's in a replay, at most."""


def check_judgements(verification: Verification, stores: Stores) -> None:
    """Compare the deadline of each finding of inactivity with what had arrived by then."""
    known = stores.register.read_now(lambda c: gateways.directory(c, ACCESS))
    oldest = _oldest(stores.journal)
    for finding in _inactivities(stores):
        if finding.home is None or oldest is None or finding.found_at < oldest:
            continue  # the journal of that time is pruned
        watermark = _watermark(stores.journal, known, finding.home, finding.found_at)
        if not is_founded(finding, watermark):
            verification.judged_unseen += 1
            verification.example("judged", finding.home, finding.reason, finding.due_at, watermark)


def is_founded(finding: Finding, watermark: datetime | None) -> bool:
    """Tell whether a finding of inactivity may say what it says.

    With silence as its reason, everything up to the deadline had arrived. Blind, the deadline had
    passed, and the home was seen for at least half of the way to it.

    Args:
        finding: An INACTIVITY that began.
        watermark: Up to when everything in the home had arrived when it was found.
    """
    due = finding.due_at
    if due is None or due > finding.found_at:
        return False
    if finding.reason in SEEN:
        return watermark is not None and due <= watermark
    blind, last = finding.blind_since, finding.last_activity_at
    if blind is None:
        return False
    return last is None or blind - last >= (due - last) / 2


def _inactivities(stores: Stores) -> Iterator[Finding]:
    position = 0
    while True:
        after = position
        page = stores.register.read_now(
            lambda c, after=after: findings.after(c, ACCESS, after)  # type: ignore[misc]
        )
        if not page:
            return
        for stored in page:
            found = stored.finding
            if found.cause is Cause.INACTIVITY and found.phase is Phase.BEGUN:
                yield found
        position = page[-1].position


def _watermark(
    journal: Journal, known: dict[GatewayId, KnownGateway], home: HomeId, found_at: datetime
) -> datetime | None:
    """Return the smallest watermark of the home's gateways at an instant, None if one has none."""
    here = [gateway.id for gateway in known.values() if gateway.home_at(found_at) == home]
    marks = [_mark(journal, gateway, found_at) for gateway in here]
    arrived = [mark for mark in marks if mark is not None]
    return min(arrived) if arrived and len(arrived) == len(marks) else None


def _mark(journal: Journal, gateway: GatewayId, found_at: datetime) -> datetime | None:
    row = journal.read(
        lambda c: c.execute(
            "SELECT max(e.watermark_ms) FROM envelope e JOIN stream s ON s.id = e.stream"
            " WHERE s.gateway = ? AND s.lane = ? AND e.received_ms <= ?"
            " AND e.position NOT IN (SELECT position FROM retry WHERE position IS NOT NULL)",
            (gateway, Lane.NORMAL, to_ms(found_at + AHEAD)),
        ).fetchone()
    )
    return None if row[0] is None else from_ms(row[0])


def _oldest(journal: Journal) -> datetime | None:
    row = journal.read(
        lambda c: c.execute("SELECT received_ms FROM envelope ORDER BY position LIMIT 1").fetchone()
    )
    return None if row is None else from_ms(row[0])
