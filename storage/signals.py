"""Nudges between services in one process: they shorten a wait and never replace the reading."""

from __future__ import annotations

from collections import defaultdict
from enum import StrEnum
from typing import Protocol

from domain.clock import Nudge


class Log(StrEnum):
    """What has grown or changed."""

    JOURNAL = "journal"
    HOME_STATE = "home_state"
    FINDING = "finding"
    CASE = "case"
    NOTIFICATION = "notification"
    GATEWAY = "gateway"
    """Gateways, or what they may sign in with."""


class Signals(Protocol):
    """Who is nudged when a log has grown."""

    def subscribe(self, *logs: Log) -> Nudge:
        """Return a nudge that is set whenever one of `logs` grows, from now on."""

    def unsubscribe(self, nudge: Nudge) -> None:
        """Forget a nudge; harmless when it is not known."""

    def notify(self, log: Log) -> None:
        """Say that `log` has grown, after the commit; from any thread."""


class LocalSignals:
    """Signals within one process."""

    def __init__(self) -> None:
        """Start with no subscribers."""
        self._nudges: dict[Log, set[Nudge]] = defaultdict(set)

    def subscribe(self, *logs: Log) -> Nudge:
        """Return a nudge for `logs`."""
        nudge = Nudge()
        for log in logs:
            self._nudges[log].add(nudge)
        return nudge

    def unsubscribe(self, nudge: Nudge) -> None:
        """Forget it."""
        for nudges in self._nudges.values():
            nudges.discard(nudge)

    def notify(self, log: Log) -> None:
        """Set every nudge for `log`."""
        for nudge in tuple(self._nudges[log]):
            nudge.set()
