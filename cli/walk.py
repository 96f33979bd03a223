"""One walk from the synthetic home's button to its mailbox: the legs, and where it stands. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from domain.finding import Reason
from storage.register.synthetic import Trace

EACH = timedelta(minutes=5)
"""How often the button is pressed."""
LATE = timedelta(minutes=5)
"""A walk that takes longer has not arrived: told 10 minutes after the break at most."""


class Leg(StrEnum):
    """A part of the way, in order; a walk that did not arrive stopped at one."""

    BROKER = "broker"
    """From the gateway to the broker."""
    INGEST = "ingest"
    """From the broker into the journal, and the receipt back."""
    JOURNAL = "journal"
    """From the journal to a finding."""
    ALERTING = "alerting"
    """From the finding to a message in the outbox."""
    MAIL = "mail"
    """From the outbox to the mail server's yes."""
    MAILBOX = "mailbox"
    """From the mail server into the mailbox."""

    @property
    def reason(self) -> Reason:
        """Why a technical finding begins when a walk stops here."""
        return Reason(f"check_stopped_at_{self.value}")


class Reach(StrEnum):
    """How far the walk is followed, and so what its arrival proves."""

    CASE = "case"
    """A case opens; no mail server or no address is set, so nobody could be told."""
    ACCEPTED = "accepted"
    """The mail server takes the message over."""
    MAILBOX = "mailbox"
    """The message is in the mailbox."""


def stopped_at(lost: Leg | None, trace: Trace, reach: Reach) -> Leg | None:
    """Return the leg on which a walk is now; None: it is as far as the register can tell.

    Args:
        lost: What the gateway says: None with a receipt in hand.
        trace: What the register says.
        reach: How far it shall come.
    """
    if not trace.is_found:
        return lost or Leg.JOURNAL
    if not trace.is_case_open or (trace.message is None and reach is not Reach.CASE):
        return Leg.ALERTING
    if not trace.is_accepted and reach is not Reach.CASE:
        return Leg.MAIL
    return None


def is_late(pressed_at: datetime, *, now: datetime) -> bool:
    """Tell whether a walk that began at `pressed_at` should have arrived."""
    return now - pressed_at >= LATE
