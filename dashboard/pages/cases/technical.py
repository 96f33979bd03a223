"""What is said of matters of the system itself: titles, why they began, how they ended."""

from __future__ import annotations

from dashboard.web.languages import Language
from domain.finding import Reason

STOPS = (
    Reason.CHECK_STOPPED_AT_BROKER,
    Reason.CHECK_STOPPED_AT_INGEST,
    Reason.CHECK_STOPPED_AT_JOURNAL,
    Reason.CHECK_STOPPED_AT_ALERTING,
    Reason.CHECK_STOPPED_AT_MAIL,
    Reason.CHECK_STOPPED_AT_MAILBOX,
)
"""Why the check from the synthetic home to its mailbox did not arrive."""


def title(reason: Reason, language: Language) -> str:  # noqa: PLR0911 (a table)
    """Name the matter."""
    gettext = language.gettext
    if reason is Reason.DISK_NEARLY_FULL:
        return gettext("The server's disk is nearly full")
    if reason is Reason.CERTIFICATE_ENDS:
        return gettext("The broker's certificate ends soon")
    if reason is Reason.CLOCK_STEPPED:
        return gettext("The server's clock was set")
    if reason is Reason.NOBODY_REACHABLE:
        return gettext("A step of the escalation reaches nobody")
    if reason is Reason.ADDRESS_REFUSED:
        return gettext("A person's contact method does not work")
    if reason is Reason.CHANNEL_DOWN:
        return gettext("Messages do not get out over a channel")
    if reason is Reason.TEXT_FAILED:
        return gettext("A message could not be written as usual")
    if reason is Reason.NOTICE_LOST:
        return gettext("Somebody does not get digests or news of absences")
    if reason in STOPS:
        return gettext("The check from sensor to mailbox does not arrive")
    return gettext("A service of this system stands still")


def began(reason: Reason, language: Language, time: str) -> str:  # noqa: PLR0911 (a table)
    """Say what was seen, and since when."""
    gettext = language.gettext
    if reason is Reason.DISK_NEARLY_FULL:
        return gettext(
            "Less than a tenth of the server's disk is free since %(time)s. When it is full, homes"
            " cannot be watched.",
            time=time,
        )
    if reason is Reason.CERTIFICATE_ENDS:
        return gettext(
            "The certificate of the broker's door ends soon, told %(time)s. Then no home gets in."
            " `mimamori doctor` says on which day.",
            time=time,
        )
    if reason is Reason.CLOCK_STEPPED:
        return gettext(
            "The server's clock jumped at %(time)s, or the server stood still. Look at its time"
            " service (NTP).",
            time=time,
        )
    if reason is Reason.NOBODY_REACHABLE:
        return gettext(
            "A step of the escalation reached nobody at %(time)s. Look at who is assigned, and at"
            " their addresses.",
            time=time,
        )
    if reason is Reason.ADDRESS_REFUSED:
        return gettext(
            "A person's contact method takes no messages since %(time)s. `mimamori contacts list`"
            " says whose.",
            time=time,
        )
    if reason is Reason.CHANNEL_DOWN:
        return gettext(
            "Messages over one channel have not got out since %(time)s. People are not told over"
            " it.",
            time=time,
        )
    if reason is Reason.TEXT_FAILED:
        return gettext(
            "A message could not be written as usual at %(time)s; a plain one was sent.",
            time=time,
        )
    if reason is Reason.NOTICE_LOST:
        return gettext(
            "A digest, or news of an absence, has reached somebody over none of their methods:"
            " %(time)s. `mimamori contacts list` shows which fail.",
            time=time,
        )
    if reason in STOPS:
        return gettext(
            "A test press of a home in which nobody lives has not arrived at %(time)s. It stopped"
            " here: %(leg)s. Alerts may be late.",
            time=time,
            leg=leg(reason, language),
        )
    return gettext(
        "A service of this system stands still since %(time)s. Homes may not be watched.",
        time=time,
    )


def ended(reason: Reason, language: Language, time: str) -> str:
    """Say that it is over."""
    gettext = language.gettext
    if reason is Reason.DISK_NEARLY_FULL:
        return gettext("There is room again since %(time)s.", time=time)
    if reason is Reason.CERTIFICATE_ENDS:
        return gettext("It was renewed: %(time)s.", time=time)
    if reason in (Reason.ADDRESS_REFUSED, Reason.CHANNEL_DOWN):
        return gettext("It works again since %(time)s.", time=time)
    if reason in STOPS:
        return gettext("It arrives again since %(time)s.", time=time)
    return gettext("It has been heard again since %(time)s.", time=time)


def leg(reason: Reason, language: Language) -> str:
    """Name the part of the way on which a check stopped; empty for any other reason."""
    gettext = language.gettext
    words = {
        Reason.CHECK_STOPPED_AT_BROKER: gettext("the broker does not take it"),
        Reason.CHECK_STOPPED_AT_INGEST: gettext("ingest gives no receipt"),
        Reason.CHECK_STOPPED_AT_JOURNAL: gettext("the journal is not followed"),
        Reason.CHECK_STOPPED_AT_ALERTING: gettext("alerting writes no message"),
        Reason.CHECK_STOPPED_AT_MAIL: gettext("the mail server does not take the message"),
        Reason.CHECK_STOPPED_AT_MAILBOX: gettext("the mail is not in the mailbox"),
    }
    return words.get(reason, "")
