"""The code that proves a contact method goes the way of every message."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from alerting.codes import bring_code, code_message
from alerting.ports import Attempt, Message, Outcome
from domain.channel import Channel
from domain.ids import ContactId, UserId
from storage.register.contact_methods import Method

NOON = datetime(2026, 3, 10, 3, 0, tzinfo=UTC)


class Broken:
    """A way out with a defect."""

    async def send(self, message: Message) -> Attempt:
        """Fail."""
        raise ZeroDivisionError(message.address)


class Silent:
    """A way out that says no and not why."""

    async def send(self, message: Message) -> Attempt:
        """Refuse."""
        del message
        return Attempt(outcome=Outcome.REFUSED)


def _message() -> Message:
    method = Method(
        id=ContactId("method"),
        user=UserId("sato"),
        position=1,
        channel=Channel.EMAIL,
        address="sato@city.example",
        after=timedelta(0),
        disabled_at=None,
        verified_at=None,
        failing_since=None,
        failing_reason=None,
    )
    return code_message(method, "12345678", language="en", now=NOON)


async def test_a_code_over_a_way_with_a_defect_is_not_sent() -> None:
    """Whoever waits for it is told so, as with every other message; nothing is raised."""
    assert await bring_code(Broken(), _message()) == "ZeroDivisionError"


async def test_a_code_that_is_refused_without_a_word_is_not_sent() -> None:
    """The outcome stands for the reason."""
    assert await bring_code(Silent(), _message()) == "refused"
