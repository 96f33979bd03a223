"""What the extra way keeps: one recipient for each call, and no call that hangs holds up others."""

from __future__ import annotations

import sys
import threading
from dataclasses import replace

import pytest

from alerting.notifiers.apprise import THREADS, AppriseNotifier
from alerting.ports import Outcome
from domain.errors import InputError
from tests.contract.notifiers.test_notifiers import MESSAGE
from tests.support.fake_apprise import FakeApprise

URL = "json://hooks.example/sato"


async def test_each_call_has_one_recipient_and_no_is_tried_again() -> None:
    """A message is accepted, refused by an unknown URL, or tried again."""
    library = FakeApprise()
    notifier = AppriseNotifier(library=library)
    taken = await notifier.send(replace(MESSAGE, address=URL))
    unknown = await notifier.send(replace(MESSAGE, address="nothing-known"))
    library.answers[URL] = [503]
    failed = await notifier.send(replace(MESSAGE, address=URL))

    assert taken.outcome is Outcome.ACCEPTED
    assert (unknown.outcome, unknown.is_address_bad) == (Outcome.REFUSED, True)
    assert failed.outcome is Outcome.RETRY
    assert library.sent == [(URL, MESSAGE.subject, MESSAGE.body)]


async def test_calls_that_hang_have_a_limit_in_time_and_number() -> None:
    """Threads cannot be ended: when all hang, the next call is not begun."""
    library = FakeApprise()
    library.gate = threading.Event()
    notifier = AppriseNotifier(limit_s=0.05, library=library)
    message = replace(MESSAGE, address=URL)
    try:
        hung = [await notifier.send(message) for _ in range(THREADS)]
        refused = await notifier.send(message)
    finally:
        library.gate.set()

    assert {one.outcome for one in (*hung, refused)} == {Outcome.RETRY}
    assert refused.error == "other calls of Apprise hang"


def test_missing_library_is_said_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an extra: whoever enables it without installing it hears what to do."""
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(InputError, match="CFG-026"):
        AppriseNotifier()
