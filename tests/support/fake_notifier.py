"""A notifier for tests: remembers what it took, answers as told, tells what nobody expected.

It passes the same contract suite as the real ones.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from alerting.ports import Attempt, Message, Notifier, Outcome


@dataclass
class FakeNotifier:
    """Accepts everything, unless told otherwise for an address."""

    sent: list[Message] = field(default_factory=list)
    """Accepted messages, oldest first."""
    answers: dict[str, list[Attempt]] = field(default_factory=dict)
    """By address: what the next attempts come to; the last answer stays."""
    hanging: set[str] = field(default_factory=set)
    """Addresses at which an attempt never ends."""
    _expected: int = 0

    async def send(self, message: Message) -> Attempt:
        """Answer as told and remember what was accepted."""
        if message.address in self.hanging:
            await asyncio.Event().wait()
        attempt = self._next(message.address)
        if attempt.outcome is Outcome.ACCEPTED:
            self.sent.append(message)
        return attempt

    def answer(self, address: str, *attempts: Attempt) -> None:
        """Let the next attempts at an address come to these."""
        self.answers[address] = list(attempts)

    def expect(self, *addresses: str, says: str = "") -> list[Message]:
        """Take the next messages: exactly one to each address, each with `says` in it.

        Raises:
            AssertionError: Another address was told, or something else was said.
        """
        taken = self.sent[self._expected : self._expected + len(addresses)]
        found = sorted(message.address for message in taken)
        assert found == sorted(addresses), f"told {found}, expected {sorted(addresses)}"
        for message in taken:
            said = f"{message.subject}\n{message.body}"
            assert says in said, f"{says!r} is not said in {said!r}"
        self._expected += len(addresses)
        return taken

    def close(self) -> None:
        """Fail on any message that nobody expected."""
        rest = [(m.address, m.subject) for m in self.sent[self._expected :]]
        assert not rest, f"nobody expected {rest}"

    def _next(self, address: str) -> Attempt:
        waiting = self.answers.get(address)
        if not waiting:
            return Attempt(outcome=Outcome.ACCEPTED)
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]


_: type[Notifier] = FakeNotifier
