"""Reading what comes back: only a report of a failure of one of our own messages counts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerting.bounces import MAX_BYTES, read
from alerting.notifiers.email import says_bad_address
from alerting.ports import Message
from domain.ids import NotificationId
from tests.support.bounced_mail import report_on
from tests.support.scenario_mail import Told

NOON = datetime(2026, 3, 10, 3, 0, tzinfo=UTC)
TOLD = Told(
    at=NOON,
    login="sato",
    message=Message(
        id=NotificationId("k7q2m4x9b3n5v8c1z6l0p2w4e7"),
        address="sato@city.example",
        subject="-",
        body="-",
        language="ja",
        written_at=NOON,
    ),
)
REPORT = report_on(TOLD, status="5.1.1")


def test_report_names_our_message_and_says_for_how_long() -> None:
    """5.x.x is for good, 4.x.x is not."""
    found, later = read(REPORT), read(report_on(TOLD, status="4.4.7"))
    assert found is not None
    assert later is not None
    assert (found.message, found.status) == (TOLD.message.id, "5.1.1")
    assert (found.is_permanent, later.is_permanent) == (True, False)


def test_report_with_the_whole_mail_inside_is_read_too() -> None:
    """Some servers return all of it (message/rfc822)."""
    whole = REPORT.replace(b"text/rfc822-headers", b"message/rfc822")
    assert read(whole) == read(REPORT)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"Subject: out of office\r\n\r\nI am away.",
        REPORT.replace(b"Action: failed", b"Action: delayed"),
        REPORT.replace(b"Action: failed", b"Action: relayed"),
        REPORT.replace(b"k7q2m4x9b3n5v8c1z6l0p2w4e7", b"../../etc/passwd"),
        REPORT.replace(b"Message-ID:", b"X-Other:"),
        REPORT.replace(b"message/delivery-status", b"text/plain"),
        REPORT[: len(REPORT) // 2],
    ],
)
def test_everything_else_is_passed_over(raw: bytes) -> None:
    """An answer of a person, a delay, a report that names nothing of ours."""
    assert read(raw) is None


@given(st.binary(max_size=2_000))
def test_no_bytes_break_the_reader(noise: bytes) -> None:
    """Anybody may write to that address."""
    read(noise)
    read(REPORT[:400] + noise + REPORT[400:])


def test_a_mail_that_is_too_long_is_read_to_the_limit_only() -> None:
    """What stands behind it is not seen."""
    assert read(b"X: y\r\n" * (MAX_BYTES // 6 + 1) + REPORT) is None


@pytest.mark.parametrize(
    ("code", "words", "is_bad"),
    [
        (550, "5.1.1 no such user", True),
        (550, "no such user", True),
        (553, "5.1.3 bad address", True),
        (550, "5.2.1 mailbox disabled", True),
        (550, "5.7.1 relaying denied", False),
        (554, "5.7.1 blocked by policy", False),
        (552, "5.2.2 mailbox full", False),
        (554, "transaction failed", False),
        (450, "4.2.0 try later", False),
    ],
)
def test_only_what_speaks_of_the_address_marks_it(code: int, words: str, *, is_bad: bool) -> None:
    """A relay that takes nothing from us says nothing about anybody's mailbox."""
    assert says_bad_address(code, words) is is_bad
