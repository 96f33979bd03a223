"""The page of a one-time link as a view: the least that lets somebody answer, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from alerting.messages.writing import Topic
from alerting.reply_links import LinkState, Shown
from dashboard.web.languages import Language
from domain.access import Role
from domain.reply import Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One answer that is offered."""

    reply: Reply
    word: str
    means: str
    """What happens after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyPage:
    """What the page shows."""

    title: str
    what: str
    """About what, since when; empty for a link that may show nothing."""
    said: str
    """Why it cannot be answered, or what came of the answer; empty while it can."""
    choices: tuple[Choice, ...]
    case_url: str
    """Of the page of the case, for those who can sign in; else empty."""


def reply_page(
    shown: Shown, *, now: datetime, language: Language, fallback: ZoneInfo, is_done: bool = False
) -> ReplyPage:
    """Make the page; `is_done`: the answer was given just now."""
    is_staff = shown.role is not None and shown.role is not Role.FAMILY
    return ReplyPage(
        title=_title(shown, language),
        what=_what(shown, now=now, language=language, fallback=fallback),
        said=_thanks(shown, language) if is_done else _state(shown.state, language),
        choices=tuple(
            Choice(reply=each, word=word(each, language), means=_means(each, shown.role, language))
            for each in shown.replies
        ),
        case_url=f"/cases/{shown.case}" if shown.case and is_staff else "",
    )


def word(reply: Reply, language: Language) -> str:
    """Name an answer as the one who gives it says it."""
    gettext = language.gettext
    match reply:
        case Reply.CHECKING:
            return gettext("I will check")
        case Reply.SPOKE:
            return gettext("Spoke to the resident just now, all well")
        case Reply.AWAY:
            return gettext("The resident is away until …")
        case Reply.VISIT:
            return gettext("Please visit")
        case Reply.WELL:
            return gettext("I am well")
        case Reply.HELP:
            return gettext("I need help")
        case _:
            assert_never(reply)


def _means(reply: Reply, role: Role | None, language: Language) -> str:  # noqa: PLR0911 (a table)
    gettext, is_family = language.gettext, role is Role.FAMILY
    match reply:
        case Reply.CHECKING if is_family:
            return gettext("It is told to the caseworkers. They go on until one takes it on.")
        case Reply.CHECKING:
            return gettext("You take the case on. Nobody else is told after that.")
        case Reply.SPOKE if is_family:
            return gettext("It is told to the caseworkers, who close the case.")
        case Reply.SPOKE:
            return gettext("You take the case on. Please close it on its page after that.")
        case Reply.AWAY if is_family:
            return gettext("It is told to the caseworkers, who enter the absence.")
        case Reply.AWAY:
            return gettext("An absence is entered in your name. It ends by itself.")
        case Reply.VISIT:
            return gettext("The caseworkers are asked to go. Others are still told.")
        case Reply.WELL:
            return gettext("Nobody is called.")
        case Reply.HELP:
            return gettext("Somebody is called at once. If a life is in danger, call 119.")
        case _:
            assert_never(reply)


def _title(shown: Shown, language: Language) -> str:
    if shown.topic is Topic.ASKING:
        return language.gettext("Are you well?")
    if shown.number is None:
        return language.gettext("This link")
    said = language.gettext("Case %(number)s", number=shown.number)
    return f"{shown.home_code} · {said}" if shown.home_code else said


def _what(shown: Shown, *, now: datetime, language: Language, fallback: ZoneInfo) -> str:
    if shown.since is None or shown.topic is None:
        return ""
    zone = ZoneInfo(shown.time_zone) if shown.time_zone else fallback
    time, gettext = language.moment(shown.since, zone, now=now), language.gettext
    match shown.topic:
        case Topic.INACTIVITY:
            return gettext("No movement since %(time)s.", time=time)
        case Topic.HELP | Topic.REVIEW:
            return gettext("Help button pressed: %(time)s.", time=time)
        case Topic.CALL | Topic.GATEWAY_SILENT:
            return gettext("The home cannot be seen since %(time)s.", time=time)
        case _:
            return gettext("Since %(time)s.", time=time)


def _state(state: LinkState, language: Language) -> str:  # noqa: PLR0911 (a table)
    gettext = language.gettext
    match state:
        case LinkState.OPEN:
            return ""
        case LinkState.UNKNOWN:
            return gettext("This link is not known. Please open the newest message.")
        case LinkState.EXPIRED:
            return gettext("This link has ended: it is good for 30 minutes. Nothing was changed.")
        case LinkState.USED:
            return gettext("This link was used already. Your answer is written into the case.")
        case LinkState.CLOSED:
            return gettext("The case is closed. Nothing needs to be answered any more.")
        case LinkState.HAPPENED_AGAIN:
            return gettext(
                "Something new has happened in this case. Please open the newest message."
            )
        case LinkState.TOO_LATE:
            return gettext("Somebody has been asked to look in on you already.")
        case LinkState.NOT_ALLOWED:
            return gettext("You cannot answer by this link any more. Please call the office.")
        case _:
            assert_never(state)


def _thanks(shown: Shown, language: Language) -> str:
    gettext, is_family = language.gettext, shown.role is Role.FAMILY
    match shown.reply:
        case Reply.SPOKE if not is_family:
            return gettext(
                "Thank you, it is written down. The case is open until you close it: with what you"
                " verified, and what had happened."
            )
        case None:
            return gettext("It could not be done. Please call the office.")
        case Reply.WELL:
            return gettext("Thank you. Nobody is called.")
        case Reply.HELP:
            return gettext("Somebody is called now. If a life is in danger, call 119.")
        case _:
            return gettext("Thank you. All who were told of the case hear it.")
