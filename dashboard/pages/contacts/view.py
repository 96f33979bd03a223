"""One's own contact methods as a view: what is used, what is not yet, and what was done."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from alerting.own_contacts import MOST, Done, Own, channels_for, is_last
from dashboard.web import words
from dashboard.web.languages import Language
from domain.access import Role
from domain.channel import Channel
from domain.ids import ContactId
from storage.register.contact_methods import Method

WAITS_MIN = (0, 5, 10, 15, 30, 60)
"""How long without an answer until a method is used, as pages offer it."""
NOT_SENT = "not_sent"
"""The method stands, and the code did not leave."""
TOO_OFTEN = "too_often"
CODE_SENT = "code_sent"
OFF_ASKED = "off_asked"
"""As `Done.LAST_ONE`, of switching off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One value of a list to choose from."""

    value: str
    word: str
    is_chosen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodCard:
    """One method."""

    id: str
    channel: str
    address: str
    state: str
    is_used: bool
    is_off: bool
    is_failing: bool
    needs_code: bool
    waits: tuple[Choice, ...]
    is_asked: bool
    """Whether removing it, or switching it off, has to be confirmed, which was just tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactsPage:
    """The page."""

    methods: tuple[MethodCard, ...]
    is_told: bool
    """Whether any method is used, so that this person is told anything."""
    is_on_call: bool
    is_off_asked: bool
    """Whether what has to be confirmed is switching off, and not removing."""
    channels: tuple[Choice, ...]
    """What may be added; empty where nothing is set up, or there are enough."""
    waits: tuple[Choice, ...]
    starts: str
    ends: str


def contacts_page(
    own: Own,
    *,
    role: Role,
    open_channels: Collection[Channel],
    asked: ContactId | None,
    is_off_asked: bool,
    zone: ZoneInfo,
    now: datetime,
    language: Language,
) -> ContactsPage:
    """Make the page.

    Args:
        own: What the person has.
        role: Of the person.
        open_channels: What the operator has set up.
        asked: The method whose removal has to be confirmed.
        is_off_asked: Whether it is to be switched off instead.
        zone: In which times are told.
        now: The present instant; aware, UTC.
        language: Of the texts.
    """
    quiet = own.quiet
    offered = [one for one in channels_for(role) if one in open_channels]
    return ContactsPage(
        methods=tuple(_card(one, own, asked, zone, now, language) for one in own.methods),
        is_told=any(one.is_used for one in own.methods),
        is_on_call=own.is_on_call,
        is_off_asked=is_off_asked,
        channels=tuple(
            Choice(value=one, word=words.channel(one, language), is_chosen=one is offered[0])
            for one in offered
            if len(own.methods) < MOST
        ),
        waits=_waits(timedelta(0), language),
        starts="" if quiet is None else _clock(quiet.starts_min),
        ends="" if quiet is None else _clock(quiet.ends_min),
    )


def said(word: str, language: Language) -> str:
    """Say what came of it; empty for a word that is none."""
    gettext = language.gettext
    told = {
        Done.PROVED: gettext("It is proved and is used from now on."),
        Done.REMOVED: gettext("It is removed."),
        Done.OFF: gettext("It is switched off and is not used until you switch it on again."),
        Done.ON: gettext("It is switched on."),
        Done.ON_CALL: gettext(
            "It stays on: you are on call now or soon, and nothing else reaches you. Add and prove"
            " another one first, or let somebody take over."
        ),
        Done.SAVED: gettext("It is saved."),
        Done.BAD_ADDRESS: gettext("This is no address that can be used. Nothing was saved."),
        Done.NOT_OPEN: gettext("This way of telling people is not set up. Nothing was saved."),
        Done.THERE_ALREADY: gettext("You have this address already."),
        Done.TOO_MANY: gettext("You have as many as are possible. Remove one first."),
        Done.WRONG: gettext("That is another code. Type in the newest one."),
        Done.OVER: gettext("The code has ended, or too many were tried. Send a new one."),
        Done.LAST_ONE: gettext("It is not removed yet."),
        OFF_ASKED: gettext("It is not switched off yet."),
        Done.BAD_TIME: gettext("Give two different times of day. Nothing was saved."),
        CODE_SENT: gettext("A code is on its way; it is good for 24 hours. Type it in below."),
        NOT_SENT: gettext("The code could not be sent. Check the address, or send it again later."),
        TOO_OFTEN: gettext("Too many codes were sent. Wait an hour, and send a new one."),
    }
    return told.get(word, "")


IS_GOOD = frozenset({Done.PROVED, Done.REMOVED, Done.OFF, Done.ON, Done.SAVED, CODE_SENT})
"""What is told as done; all else is told as a problem."""


def _card(  # noqa: PLR0917 (called within this file only)
    method: Method,
    own: Own,
    asked: ContactId | None,
    zone: ZoneInfo,
    now: datetime,
    language: Language,
) -> MethodCard:
    gettext = language.gettext
    is_used, failing, off = method.is_used, method.failing_since, method.disabled_at
    state = gettext("In use") if is_used else gettext("Not used yet: the code is missing")
    if off is not None:
        since = language.moment(off, zone, now=now)
        state = gettext("Off since %(time)s: not used", time=since)
    elif is_used and failing is not None:
        since = language.moment(failing, zone, now=now)
        state = gettext("Messages do not arrive since %(time)s: prove it anew", time=since)
    return MethodCard(
        id=method.id,
        channel=words.channel(method.channel, language),
        address=_shown(method),
        state=state,
        is_used=is_used,
        is_off=off is not None,
        is_failing=is_used and failing is not None,
        needs_code=off is None and (not is_used or failing is not None),
        waits=_waits(method.after, language),
        is_asked=method.id == asked and is_last(method, own.methods),
    )


def _shown(method: Method) -> str:
    """Show an address to whom it belongs; of a URL the host: its path may hold a secret."""
    if method.channel is Channel.EMAIL:
        return method.address
    parts = urlsplit(method.address)
    return f"{parts.scheme}://{parts.hostname or '…'}/…"


def _waits(chosen: timedelta, language: Language) -> tuple[Choice, ...]:
    minutes = chosen // timedelta(minutes=1)
    return tuple(
        Choice(
            value=str(one),
            word=language.gettext("at once")
            if one == 0
            else language.gettext(
                "after %(span)s without an answer", span=language.span(timedelta(minutes=one))
            ),
            is_chosen=one == minutes,
        )
        for one in sorted({*WAITS_MIN, minutes})
    )


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
