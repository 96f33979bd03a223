"""Whether the server itself hears: what our ears say of themselves, watched for progress."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from domain.clock import Clock
from domain.clock_watch import ClockWatch
from storage.register.services import ServiceState

EARS = frozenset({"ingest", "projector"})
"""Services between the broker and the state of a home. Each says that it moves on every few
seconds, also when nothing arrives."""
DEAF_AFTER_S = 60.0
"""Real seconds without a word from one of them after which the server counts as deaf."""
RENEWED_AFTER = timedelta(minutes=15)
"""Hearing begins anew at most so often: longer than a home may be silent (10 min) and be looked at
once more. Ears that fall out and come back more often would else put off every judgement."""
STEPPED_FROM = timedelta(minutes=1)
"""From here on a clock that runs ahead of the elapsed time was set: what it said of homes before
cannot be compared with what it says now."""


class Ears:
    """Since when the server hears, as seen by a service that started at `started_at`."""

    def __init__(self, clock: Clock, *, started_at: datetime) -> None:
        """Begin to listen."""
        self._clock, self._started_at = clock, started_at
        self._words: dict[str, tuple[datetime, float]] = {}
        """The last word of each ear, and when on the real clock it was new."""
        self._since: datetime | None = None
        self._watch = ClockWatch(clock)
        self._back_at: datetime | None = None
        """The first word after the last break, of whoever fell out: homes were not heard before."""

    def since(self, states: Iterable[ServiceState]) -> datetime | None:
        """Return since when the server hears without a break; None while it does not.

        Progress is measured in real time: the clock may run faster than life or stand still.
        That a service started is no word from it. Without any ear the homes are judged from our
        own start on. When the clock was set ahead, hearing begins at that instant.
        """
        if self._watch.look() >= STEPPED_FROM:
            self._back_at = self._clock.now()
        ears = [state for state in states if state.name in EARS]
        now_s = self._clock.monotonic()
        is_deaf = [self._is_deaf(ear, now_s) for ear in ears]  # each is listened to
        if any(is_deaf):
            return None
        since = max((ear.since for ear in ears), default=self._started_at)
        since = max(since, self._back_at or since)
        if self._since is None or since - self._since >= RENEWED_AFTER:
            self._since = since
        return self._since

    def _is_deaf(self, ear: ServiceState, now_s: float) -> bool:
        word, new_at_s = self._words.get(ear.name, (None, now_s))
        if word != ear.progress_at:
            if now_s - new_at_s > DEAF_AFTER_S:  # all of us slept, or it stood still
                self._back_at = max(ear.progress_at, self._back_at or ear.progress_at)
            new_at_s = now_s
            self._words[ear.name] = (ear.progress_at, now_s)
        return now_s - new_at_s > DEAF_AFTER_S
