"""The mailboxes of a scenario: every message must be expected by a line of the diary."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from alerting.ports import Attempt, Message, Notifier, Outcome
from domain.clock import Clock

CHECK = "check"
"""Who the mail of the synthetic home goes to, before the @."""
SUBJECTS = {
    "inactivity": "no movement",
    "help": "help button pressed",
    "review": "Review",
    "call": "please call the resident",
    "gateway": "nothing is heard",
    "sensor": "a sensor is silent",
    "service": "a part has stopped",
    "list": "cases about residents at once",
    "equipment list": " cases at once",
    "address": "contact method does not work",
    "channel": "messages do not get out",
    "text": "could not be written as usual",
    "plain": "見守り / Mimamori",
    "asking": "Are you well?",
    "notice": "does not get digests",
    "setup": "a step of the escalation reaches nobody",
    "news": "News of",
    "absence": "movement during an absence",
    "check": "alerts may not get through",
}
"""What a message is about, and the words of its English subject that say so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One message, with the instant at which it was sent."""

    at: datetime
    login: str
    message: Message

    @property
    def about(self) -> str:
        """What it is about."""
        found = [name for name, words in SUBJECTS.items() if words in self.message.subject]
        assert len(found) == 1, f"{self.message.subject!r} is about {found}"
        return found[0]

    def is_of(self, number: int) -> bool:
        """Whether it is about the case of that number."""
        return f"case {number}" in self.message.subject.lower()

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.at:%d. %H:%M:%S} UTC to {self.login}: {self.message.subject}"


@dataclass(slots=True)
class Mail:
    """Takes every message; the scenario takes them off again, in order."""

    clock: Clock
    sent: list[Told] = field(default_factory=list)
    """Oldest first."""
    checks: list[Message] = field(default_factory=list)
    """Those to the synthetic home's mailbox, which is no person's."""
    takes_checks: bool = True
    """Whether the mail server takes them."""
    is_away: bool = False
    """Whether the provider takes nothing now."""
    answers: dict[str, list[Attempt]] = field(default_factory=dict)
    """By login: what the next attempts come to; the last answer stays."""
    _taken: int = 0

    async def send(self, message: Message) -> Attempt:
        """Accept, unless told otherwise; a check is put aside."""
        login = message.address.rpartition("/")[2].partition("@")[0]
        if self.is_away:
            return Attempt(outcome=Outcome.RETRY, error="421 away")
        if login == CHECK:
            return self._check(message)
        waiting = self.answers.get(login)
        if waiting:
            attempt = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            if attempt.outcome is not Outcome.ACCEPTED:
                return attempt
        self.sent.append(Told(at=self.clock.now(), login=login, message=message))
        return Attempt(outcome=Outcome.ACCEPTED)

    def _check(self, message: Message) -> Attempt:
        if not self.takes_checks:
            return Attempt(outcome=Outcome.REFUSED, error="550 no such mailbox")
        self.checks.append(message)
        return Attempt(outcome=Outcome.ACCEPTED)

    def take(self, *logins: str) -> list[Told]:
        """Take the next messages off: one to each login, in any order among them.

        Raises:
            AssertionError: Nobody, or somebody else, was told next.
        """
        taken = self.sent[self._taken : self._taken + len(logins)]
        found = sorted(told.login for told in taken)
        assert found == sorted(logins), f"expected {sorted(logins)}, told:\n{self.untaken()}"
        self._taken += len(logins)
        return taken

    def take_news(self, number: int) -> list[Told]:
        """Take off the news of a case that no line has expected so far, wherever they stand."""
        behind = self.sent[self._taken :]
        news = [one for one in behind if one.about == "news" and one.is_of(number)]
        self.sent[self._taken :] = [one for one in behind if one not in news]
        return news

    def told_of(self, number: int) -> set[str]:
        """Return the logins of those who were told of a case; who was only asked was not told."""
        return {one.login for one in self.sent if one.is_of(number) and one.about != "asking"}

    def untaken(self) -> str:
        """Say what is left that no line has expected so far."""
        return "\n".join(str(told) for told in self.sent[self._taken :]) or "nobody"

    def expect_none(self) -> None:
        """Fail on any message that no line has expected."""
        assert self._taken == len(self.sent), f"nobody expected:\n{self.untaken()}"


_: type[Notifier] = Mail
