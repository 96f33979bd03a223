"""What is said of matters of the system itself: titles, why they began, how they ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dashboard.web.languages import Language
from dashboard.web.words import N_
from domain.finding import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """The texts of one kind of matter, in English; `%(time)s` is when, `%(leg)s` is where."""

    title: str
    began: str
    ended: str = N_("It has been heard again since %(time)s.")


_STOPPED = _Words(
    title=N_("A service of this system stands still"),
    began=N_("A service of this system stands still since %(time)s. Homes may not be watched."),
)
"""Of every reason that has no words of its own."""
_CHECK = _Words(
    title=N_("The check from sensor to mailbox does not arrive"),
    began=N_(
        "A test press of a home in which nobody lives has not arrived at %(time)s. It stopped"
        " here: %(leg)s. Alerts may be late."
    ),
    ended=N_("It arrives again since %(time)s."),
)
LEGS: Mapping[Reason, str] = {
    Reason.CHECK_STOPPED_AT_BROKER: N_("the broker does not take it"),
    Reason.CHECK_STOPPED_AT_INGEST: N_("ingest gives no receipt"),
    Reason.CHECK_STOPPED_AT_JOURNAL: N_("the journal is not followed"),
    Reason.CHECK_STOPPED_AT_ALERTING: N_("alerting writes no message"),
    Reason.CHECK_STOPPED_AT_MAIL: N_("the mail server does not take the message"),
    Reason.CHECK_STOPPED_AT_MAILBOX: N_("the mail is not in the mailbox"),
}
"""Why the check from the synthetic home to its mailbox did not arrive."""
_WORDS: Mapping[Reason, _Words] = {
    Reason.DISK_NEARLY_FULL: _Words(
        title=N_("The server's disk is nearly full"),
        began=N_(
            "Less than a tenth of the server's disk is free since %(time)s. When it is full, homes"
            " cannot be watched."
        ),
        ended=N_("There is room again since %(time)s."),
    ),
    Reason.CERTIFICATE_ENDS: _Words(
        title=N_("The broker's certificate ends soon"),
        began=N_(
            "The certificate of the broker's door ends soon, told %(time)s. Then no home gets in."
            " `mimamori doctor` says on which day."
        ),
        ended=N_("It was renewed: %(time)s."),
    ),
    Reason.CLOCK_STEPPED: _Words(
        title=N_("The server's clock was set"),
        began=N_(
            "The server's clock jumped at %(time)s, or the server stood still. Look at its time"
            " service (NTP)."
        ),
    ),
    Reason.NOBODY_REACHABLE: _Words(
        title=N_("A step of the escalation reaches nobody"),
        began=N_(
            "A step of the escalation reached nobody at %(time)s. Look at who is assigned, and at"
            " their addresses."
        ),
    ),
    Reason.ADDRESS_REFUSED: _Words(
        title=N_("A person's contact method does not work"),
        began=N_(
            "A person's contact method takes no messages since %(time)s. `mimamori contacts list`"
            " says whose."
        ),
        ended=N_("It works again since %(time)s."),
    ),
    Reason.CHANNEL_DOWN: _Words(
        title=N_("Messages do not get out over a channel"),
        began=N_(
            "Messages over one channel have not got out since %(time)s. People are not told over"
            " it."
        ),
        ended=N_("It works again since %(time)s."),
    ),
    Reason.TEXT_FAILED: _Words(
        title=N_("A message could not be written as usual"),
        began=N_("A message could not be written as usual at %(time)s; a plain one was sent."),
    ),
    Reason.NOTICE_LOST: _Words(
        title=N_("Somebody does not get digests or news of absences"),
        began=N_(
            "A digest, or news of an absence, has reached somebody over none of their methods:"
            " %(time)s. `mimamori contacts list` shows which fail."
        ),
    ),
    **dict.fromkeys(LEGS, _CHECK),
}


def title(reason: Reason, language: Language) -> str:
    """Name the matter."""
    return language.gettext(_of(reason).title)


def began(reason: Reason, language: Language, time: str) -> str:
    """Say what was seen, and since when."""
    return language.gettext(_of(reason).began, time=time, leg=leg(reason, language))


def ended(reason: Reason, language: Language, time: str) -> str:
    """Say that it is over."""
    return language.gettext(_of(reason).ended, time=time)


def leg(reason: Reason, language: Language) -> str:
    """Name the part of the way on which a check stopped; empty for any other reason."""
    found = LEGS.get(reason)
    return "" if found is None else language.gettext(found)


def _of(reason: Reason) -> _Words:
    return _WORDS.get(reason, _STOPPED)
