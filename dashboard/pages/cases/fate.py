"""What became of a message, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from dashboard.web.languages import Language
from storage.register.case_pages import NotificationSummary
from storage.register.notifications import Channel, NotificationState


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What became of it."""

    word: str
    is_failed: bool = False
    is_waiting: bool = False


def fate(message: NotificationSummary, language: Language) -> Fate:
    """Say whether it got through; sent is not read."""
    gettext = language.gettext
    match NotificationState(message.state):
        case NotificationState.PENDING | NotificationState.LEASED | NotificationState.GROUPED:
            return Fate(word=gettext("being sent"), is_waiting=True)
        case NotificationState.ACCEPTED:
            return Fate(word=gettext("sent"))
        case NotificationState.REFUSED:
            return Fate(word=gettext("refused by the mail server"), is_failed=True)
        case NotificationState.BOUNCED:
            return Fate(word=gettext("came back as undeliverable"), is_failed=True)
        case NotificationState.GIVEN_UP:
            return Fate(word=gettext("could not be sent"), is_failed=True)
        case NotificationState.CANCELLED:
            return Fate(word=gettext("no longer needed"))
        case _ as never:
            assert_never(never)


def channel(value: str, language: Language) -> str:
    """Name a way to tell people."""
    match Channel(value):
        case Channel.EMAIL:
            return language.gettext("E-mail")
        case Channel.WEBHOOK:
            return language.gettext("Webhook")
        case Channel.APPRISE:
            return language.gettext("Apprise")
        case _ as never:
            assert_never(never)
