"""What became of a message: over its own channel, and why, without the provider's words."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from alerting.contact_rules import Why
from dashboard.pages.cases.fate import fate
from dashboard.pages.cases.timeline import lines
from domain.channel import Channel
from domain.ids import UserId
from storage.register.case_pages import NotificationSummary
from storage.register.notifications import NotificationState
from tests.unit.dashboard.test_case_view import ENGLISH, NOW

TOKYO = ZoneInfo("Asia/Tokyo")


def message(
    state: NotificationState = NotificationState.ACCEPTED,
    *,
    channel: Channel = Channel.EMAIL,
    why: Why = Why.AT_ONCE,
    error: str | None = None,
    due_in: timedelta = timedelta(0),
    waits_for_list: bool = False,
    is_in_list: bool = False,
) -> NotificationSummary:
    """Make a message to Aoki."""
    return NotificationSummary(
        created_at=NOW,
        step=1,
        user=UserId("aoki"),
        to="Aoki",
        channel=channel,
        state=state,
        due_at=NOW + due_in,
        attempts=1,
        accepted_at=None,
        why=why,
        last_error=error,
        waits_for_list=waits_for_list,
        is_in_list=is_in_list,
    )


def told(one: NotificationSummary) -> tuple[str, str]:
    """Return what the timeline says of it: the line and the addition."""
    (line,) = lines([], [one], zone=TOKYO, now=NOW, language=ENGLISH)
    return line.text, line.note


@pytest.mark.parametrize(
    ("channel", "text"),
    [
        (Channel.EMAIL, "E-mail to Aoki: refused by the mail server"),
        (Channel.WEBHOOK, "Linked system (webhook) to Aoki: refused by the linked system"),
        (Channel.APPRISE, "Other service (Apprise) to Aoki: refused by the service"),
    ],
)
def test_a_message_is_named_by_the_channel_that_it_went_over(channel: Channel, text: str) -> None:
    """A webhook has no mail server that could refuse it."""
    assert told(message(NotificationState.REFUSED, channel=channel))[0] == text


@pytest.mark.parametrize(
    ("error", "why"),
    [
        ("HTTP 410", "The answer was 410."),
        (
            "SMTPRecipientRefused: (550, '5.1.1 <aoki@example.jp> unknown')",
            "The answer was 550.",
        ),
        ("no answer within 30 s", "No answer came."),
        ("ConnectTimeout", "No answer came."),
        ("ConnectError", "No connection, or no answer that could be understood."),
        ("webhook is not set up", "This way of telling people is not set up."),
        (
            "the person has no address any more",
            "The contact method was removed or switched off meanwhile.",
        ),
        (None, ""),
    ],
)
def test_why_it_failed_is_said_without_an_address(error: str | None, why: str) -> None:
    """A provider's words may hold an address or a URL with a secret: only its status is shown."""
    assert told(message(NotificationState.REFUSED, error=error))[1] == why
    assert told(message(NotificationState.GIVEN_UP, error=error))[1] == why


@pytest.mark.parametrize(
    ("why", "said"),
    [
        (Why.AFTER_WAIT, "It goes out at 10:20 if nobody has answered by then."),
        (Why.QUIET, "It can wait until their quiet hours end at 10:20."),
    ],
)
def test_a_message_that_waits_says_until_when_and_why(why: Why, said: str) -> None:
    """It is not "being sent" while it waits for its turn."""
    waits = message(NotificationState.PENDING, why=why, due_in=timedelta(minutes=10))

    found = fate(waits, zone=TOKYO, now=NOW, language=ENGLISH)

    assert (found.word, found.why, found.is_waiting) == ("not sent yet", said, True)


@pytest.mark.parametrize(
    ("why", "said"),
    [
        (Why.AT_ONCE, "Much happens at once: it waits for the list of 10:12."),
        (Why.QUIET, "It can wait until their quiet hours end at 10:12."),
        (Why.AFTER_WAIT, "It goes out at 10:12 if nobody has answered by then."),
    ],
)
def test_what_waits_for_a_list_says_so(why: Why, said: str) -> None:
    """Nobody's answer holds it back: it goes at its time; what waits for another reason says it."""
    waits = message(
        NotificationState.PENDING, why=why, due_in=timedelta(minutes=2), waits_for_list=True
    )

    found = fate(waits, zone=TOKYO, now=NOW, language=ENGLISH)

    assert (found.word, found.why) == ("not sent yet", said)


@pytest.mark.parametrize(
    ("state", "word"),
    [
        (NotificationState.GROUPED, "being sent in a list with other cases"),
        (NotificationState.LEASED, "being sent in a list with other cases"),
        (NotificationState.ACCEPTED, "sent in a list with other cases"),
    ],
)
def test_what_went_in_a_list_says_so(state: NotificationState, word: str) -> None:
    """Whoever looks for the message finds it: its subject is the list's. Alone it was only sent."""
    in_list = message(state, is_in_list=True, waits_for_list=True)
    alone = message(state, waits_for_list=True)

    assert fate(in_list, zone=TOKYO, now=NOW, language=ENGLISH).word == word
    assert "list" not in fate(alone, zone=TOKYO, now=NOW, language=ENGLISH).word


@pytest.mark.parametrize("why", [None, *Why])
def test_what_was_not_sent_says_why(why: Why | None) -> None:
    """Whatever it was chosen for, also where an old row does not say it."""
    cancelled = message(NotificationState.CANCELLED, why=why or Why.AT_ONCE)

    found = fate(cancelled, zone=TOKYO, now=NOW, language=ENGLISH)

    assert found.word == "no longer needed"
    assert found.why.startswith("Somebody answered" if why is Why.AFTER_WAIT else "The case was")


def test_an_unusual_way_is_explained() -> None:
    """Why at night, why not by the first method: both have an answer."""
    said = {why: told(message(why=why))[1] for why in Why}

    assert said[Why.QUIET_OVERRIDDEN] == "In their quiet hours, because it is urgent."
    assert said[Why.PREVIOUS_FAILED] == "Their contact method before it failed."
    assert said[Why.AT_ONCE] == ""
