"""Whether the server itself hears: what ingest says of itself, watched for progress."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from domain.clock import Clock
from storage.register.services import ServiceState

ADMISSION = "ingest"
"""Says that it moves on every few seconds, also when nothing arrives."""
EARS = frozenset({ADMISSION, "projector"})
"""Services between the broker and the state of a home."""
DEAF_AFTER_S = 60.0
"""Real seconds without a word from admission after which the server counts as deaf."""


class Ears:
    """Since when the server hears, as seen by a service that started at `started_at`."""

    def __init__(self, clock: Clock, *, started_at: datetime) -> None:
        """Begin to listen."""
        self._clock, self._started_at = clock, started_at
        self._word: datetime | None = None
        self._word_at_s = clock.monotonic()

    def since(self, states: Iterable[ServiceState]) -> datetime | None:
        """Return since when the server hears without a break; None while it does not.

        Progress is measured in real time: the clock may run faster than life or stand still.
        Without any word from ingest, the homes are judged from our own start on.
        """
        ears = {state.name: state for state in states if state.name in EARS}
        admission = ears.get(ADMISSION)
        word = admission.progress_at if admission is not None else None
        now_s = self._clock.monotonic()
        if word != self._word:
            self._word, self._word_at_s = word, now_s
        if admission is not None and now_s - self._word_at_s > DEAF_AFTER_S:
            return None
        return max((state.since for state in ears.values()), default=self._started_at)
