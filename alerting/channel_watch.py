"""Watching the ways out: a channel that takes nothing over is told of, over whatever is left."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from domain.access import Access
from domain.finding import Cause, Finding, Phase, Reason
from storage.register import delivery_log, findings
from storage.register.notifications import Channel

DOWN_AFTER = timedelta(minutes=5)
"""A message waits so long, tried in vain, and nothing else was taken over meanwhile."""
TRIES = 3


def look(connection: Connection, access: Access, *, now: datetime) -> int:
    """Write a finding for each channel that went down or works again; returns how many."""
    stuck = delivery_log.in_vain(connection, access, tries=TRIES, due_by=now - DOWN_AFTER)
    written = 0
    for channel in Channel:
        last = findings.newest_phase(connection, access, Cause.SERVICE_FAILED, channel)
        takes = channel in stuck and delivery_log.takes(
            connection, access, channel, since=now - DOWN_AFTER
        )
        phase = next_phase(last, is_stuck=channel in stuck, takes=takes)
        if phase is not None:
            written += findings.append(connection, access, _finding(channel, phase, now=now))
    return written


def next_phase(last: Phase | None, *, is_stuck: bool, takes: bool) -> Phase | None:
    """Decide whether a channel's state has changed.

    Args:
        last: What was said of it before; None: nothing.
        is_stuck: Whether a message waits for it that was tried in vain for `DOWN_AFTER`.
        takes: Whether it took over any message in that time.

    Returns:
        What is to be said now; None: nothing new.
    """
    is_down = is_stuck and not takes
    if is_down and last is not Phase.BEGUN:
        return Phase.BEGUN
    if not is_stuck and last is Phase.BEGUN:
        return Phase.RECOVERED
    return None


def _finding(channel: Channel, phase: Phase, *, now: datetime) -> Finding:
    reason = Reason.CHANNEL_DOWN if phase is Phase.BEGUN else Reason.CHANNEL_WORKS
    return Finding(
        home=None,
        cause=Cause.SERVICE_FAILED,
        phase=phase,
        reason=reason,
        began_at=now,
        found_at=now,
        service=channel,
    )
