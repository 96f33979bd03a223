"""A clock that was set while people wait: deadlines keep their length, and somebody hears of it.

Deadlines are stored as instants, so that they survive a restart. Within one process the monotonic
clock says how long they really took: of the two the earlier wins.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import Connection

from domain.access import Access
from domain.finding import Cause, Finding, Phase, Reason
from storage.register import episodes, findings, notifications

log = logging.getLogger(__name__)

TOLD_FROM = timedelta(minutes=1)
"""From here on it is a fault: of the machine's time, or of a machine that stood still."""
SERVICE = "clock"


def was_set(connection: Connection, access: Access, step: timedelta, *, now: datetime) -> None:
    """Let nobody wait longer because the clock was set by `step`, and report a large one.

    Set back, all that waits is moved back with it. Set ahead, what waits is due the earlier.
    """
    log.warning("the clock was set by %.0f s", step.total_seconds())
    if step < timedelta():
        episodes.move_deadlines(connection, access, step)
        notifications.move_due(connection, access, step)
    if abs(step) >= TOLD_FROM:
        found = Finding(
            home=None,
            cause=Cause.SERVICE_FAILED,
            phase=Phase.BEGUN,
            reason=Reason.CLOCK_STEPPED,
            began_at=now,
            found_at=now,
            service=SERVICE,
        )
        findings.append(connection, access, found)
