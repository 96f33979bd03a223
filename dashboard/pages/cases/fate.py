"""What became of a message and why, in words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from alerting.contact_rules import Why
from alerting.delivery import AGREES_NO_LONGER
from dashboard.web.languages import Language
from domain.channel import Channel
from storage.register.case_pages import NotificationSummary
from storage.register.notifications import NotificationState

_STATUS = re.compile(r"(?<![\d.])[45]\d\d(?![\d.])")
"""The status in a provider's answer, of SMTP and of HTTP alike."""
_SILENT = ("no answer within", "Timeout")
"""What the note of a try holds where the provider said nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What became of it."""

    word: str
    why: str = ""
    """Why it failed, waits or was not sent, or why over this method; empty where all is usual."""
    is_failed: bool = False
    is_waiting: bool = False


def fate(  # noqa: PLR0911 (a table)
    message: NotificationSummary, *, zone: ZoneInfo, now: datetime, language: Language
) -> Fate:
    """Say whether it got through, and why not; sent is not read."""
    gettext = language.gettext
    match message.state:
        case NotificationState.PENDING if message.due_at > now:
            return Fate(
                word=gettext("not sent yet"),
                why=_wait(message, language.moment(message.due_at, zone, now=now), language),
                is_waiting=True,
            )
        case NotificationState.PENDING | NotificationState.LEASED | NotificationState.GROUPED:
            why = _trouble(message, language) or _choice(message, language)
            together = gettext("being sent in a list with other cases")
            word = together if message.is_in_list else gettext("being sent")
            return Fate(word=word, why=why, is_waiting=True)
        case NotificationState.ACCEPTED:
            together = gettext("sent in a list with other cases")
            word = together if message.is_in_list else gettext("sent")
            return Fate(word=word, why=_choice(message, language))
        case NotificationState.REFUSED:
            word, why = _refused(message.channel, language), _trouble(message, language)
            return Fate(word=word, why=why, is_failed=True)
        case NotificationState.BOUNCED:
            return Fate(word=gettext("came back as undeliverable"), is_failed=True)
        case NotificationState.GIVEN_UP:
            why = _trouble(message, language)
            return Fate(word=gettext("could not be sent in time"), why=why, is_failed=True)
        case NotificationState.CANCELLED:
            return Fate(word=gettext("no longer needed"), why=_needless(message, language))
        case _ as never:
            assert_never(never)


def _refused(over: Channel, language: Language) -> str:
    match over:
        case Channel.EMAIL:
            return language.gettext("refused by the mail server")
        case Channel.WEBHOOK:
            return language.gettext("refused by the linked system")
        case Channel.APPRISE:
            return language.gettext("refused by the service")
        case _:
            assert_never(over)


def _wait(message: NotificationSummary, time: str, language: Language) -> str:
    gettext = language.gettext
    if message.why == Why.QUIET:
        return gettext("It can wait until their quiet hours end at %(time)s.", time=time)
    if message.why != Why.AFTER_WAIT and message.waits_for_list:
        return gettext("Much happens at once: it waits for the list of %(time)s.", time=time)
    return gettext("It goes out at %(time)s if nobody has answered by then.", time=time)


def _needless(message: NotificationSummary, language: Language) -> str:
    if message.why == Why.AFTER_WAIT:
        return language.gettext("Somebody answered before it was its turn.")
    if message.last_error == AGREES_NO_LONGER:
        return language.gettext("The resident ended the consent before it left.")
    return language.gettext("The case was taken on or closed before it left.")


def _choice(message: NotificationSummary, language: Language) -> str:
    """Say why over this method, where it is not the first that the person has chosen."""
    gettext = language.gettext
    match message.why:
        case Why.PREVIOUS_FAILED:
            return gettext("Their contact method before it failed.")
        case Why.LAST_WAY:
            return gettext("It failed before, but nothing else reaches them.")
        case Why.AFTER_WAIT:
            return gettext("Nobody had answered by then.")
        case Why.QUIET_OVERRIDDEN:
            return gettext("In their quiet hours, because it is urgent.")
        case _:
            return ""


def _trouble(message: NotificationSummary, language: Language) -> str:
    """Say what the provider answered: its status only, because its words may hold an address."""
    gettext, said = language.gettext, message.last_error or ""
    if said.endswith("is not set up"):
        return gettext("This way of telling people is not set up.")
    if said == "the person has no address any more":
        return gettext("The contact method was removed or switched off meanwhile.")
    status = _STATUS.search(said)
    if status is not None:
        return gettext("The answer was %(status)s.", status=status[0])
    if any(sign in said for sign in _SILENT):
        return gettext("No answer came.")
    return gettext("No connection, or no answer that could be understood.") if said else ""
