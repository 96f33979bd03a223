"""Which live streams are open: at most a few per user, and ended when their session ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from domain.clock import Nudge
from domain.ids import UserId
from storage.signals import Log, Signals

PER_USER = 5
"""A browser holds six connections to one origin over HTTP/1.1; one has to stay free."""


@dataclass(slots=True, eq=False)
class Stream:
    """One open stream."""

    user: UserId
    token_hash: bytes
    nudge: Nudge
    is_ended: bool = False

    def end(self) -> None:
        """Let it end at its next turn, which is now."""
        self.is_ended = True
        self.nudge.set()


class Streams:
    """All open streams of this process. Used from the event loop only."""

    def __init__(self, signals: Signals) -> None:
        """Start with none."""
        self._signals = signals
        self._open: set[Stream] = set()
        self._is_closed = False

    def has_room(self, user: UserId) -> bool:
        """Tell whether a user may open one more; one that is ending takes no place."""
        theirs = (stream for stream in self._open if stream.user == user)
        return sum(not stream.is_ended for stream in theirs) < PER_USER

    @contextmanager
    def open(self, user: UserId, token_hash: bytes, *logs: Log) -> Iterator[Stream]:
        """Open a stream that is nudged when one of `logs` grows, for as long as the block lasts."""
        stream = Stream(user, token_hash, self._signals.subscribe(*logs), self._is_closed)
        self._open.add(stream)
        try:
            yield stream
        finally:
            self._signals.unsubscribe(stream.nudge)
            self._open.discard(stream)

    def end_session(self, token_hash: bytes) -> None:
        """End the streams of one session."""
        for stream in tuple(self._open):
            if stream.token_hash == token_hash:
                stream.end()

    def end_user(self, user: UserId) -> None:
        """End all streams of one user."""
        for stream in tuple(self._open):
            if stream.user == user:
                stream.end()

    def close(self) -> None:
        """End all streams, and those that are opened later at once: the server stops."""
        self._is_closed = True
        for stream in tuple(self._open):
            stream.end()
