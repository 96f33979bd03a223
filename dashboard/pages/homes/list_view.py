"""The list of homes as a view: ordered by need, counted, each with its last sign of life."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from dashboard.pages.homes.reason import brief
from dashboard.web import words
from dashboard.web.languages import Language
from domain.case import CaseState
from domain.finding import Cause
from domain.verdict import Verdict
from storage.register.homes import HomeSummary

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeRow:
    """One home in the list."""

    id: str
    url: str
    verdict: Verdict
    word: str
    title: str
    """The name where it may be seen, else the code."""
    code: str
    """What may be said aloud; empty where it is the title."""
    reason: str
    age: str
    """How long ago the last sign of life was; empty when there never was one."""
    at: str
    """When it was, and where."""
    case_url: str
    """The open case of the resident; empty when there is none."""
    case_state: str
    is_waiting: bool
    """Whether nobody has taken the case on."""
    technical: str
    """Open technical cases in words; empty when there are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One verdict on the board."""

    verdict: Verdict
    word: str
    number: int
    url: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The whole list."""

    sentence: str
    """"12 homes: 1 alert, 0 cannot see, 1 away, 10 well"."""
    tiles: tuple[Tile, ...]
    rows: tuple[HomeRow, ...]
    total: int
    query: str
    shown: Verdict | None

    @property
    def is_filtered(self) -> bool:
        """Whether some homes may be left out."""
        return bool(self.query) or self.shown is not None


def board(
    homes: Sequence[HomeSummary],
    *,
    query: str = "",
    shown: Verdict | None = None,
    now: datetime,
    language: Language,
) -> Board:
    """Count, order and filter the homes; the counts are always those of all homes."""
    counts = Counter(home.judgement.verdict for home in homes)
    wanted = [
        home
        for home in homes
        if (shown is None or home.judgement.verdict is shown) and _matches(home, query)
    ]
    wanted.sort(key=_need)
    numbers = [words.counted(verdict, counts[verdict], language) for verdict in Verdict]
    return Board(
        sentence=language.ngettext(
            "%(num)d home: %(counts)s",
            "%(num)d homes: %(counts)s",
            len(homes),
            counts=language.gettext(", ").join(numbers),
        ),
        tiles=tuple(
            Tile(
                verdict=verdict,
                word=words.verdict(verdict, language),
                number=counts[verdict],
                url="/" if verdict is shown else f"/?show={verdict}",
                is_chosen=verdict is shown,
            )
            for verdict in Verdict
        ),
        rows=tuple(_row(home, now, language) for home in wanted),
        total=len(homes),
        query=query,
        shown=shown,
    )


def title_of(home: HomeSummary) -> str:
    """Return the resident's name where it may be seen, else the home's code."""
    return (home.person.name if home.person else None) or home.code


def _row(home: HomeSummary, now: datetime, language: Language) -> HomeRow:
    zone, last, title = ZoneInfo(home.time_zone), home.view.last_activity_at, title_of(home)
    judgement = home.judgement
    at = ""
    if last is not None:
        at = language.moment(last, zone, now=now)
        if home.last_activity_room is not None:
            at = f"{at} · {words.room(home.last_activity_room, language)}"
    matter = home.matter
    return HomeRow(
        id=home.id,
        url=f"/homes/{home.id}",
        verdict=judgement.verdict,
        word=words.verdict(judgement.verdict, language),
        title=title,
        code=home.code if title != home.code else "",
        reason=brief(home, now=now, language=language),
        age="" if last is None else language.ago(now - last),
        at=at,
        case_url=f"/cases/{matter.id}" if matter else "",
        case_state=words.state(matter.state, language) if matter else "",
        is_waiting=matter is not None and matter.state is CaseState.TRIGGERED,
        technical=language.ngettext(
            "%(num)d equipment case open", "%(num)d equipment cases open", home.technical_cases
        )
        if home.technical_cases
        else "",
    )


def _need(home: HomeSummary) -> tuple[int, bool, bool, datetime, str]:
    """Order by verdict; alerts that nobody took on first, help before silence, oldest first.

    Homes that are well keep a fixed order, so that the board does not shuffle while it is read.
    """
    judgement = home.judgement
    order = list(Verdict).index(judgement.verdict)
    matter = home.matter
    if matter is not None:
        is_taken = matter.state is not CaseState.TRIGGERED
        return order, is_taken, matter.cause is not Cause.HELP, matter.opened_at, home.code
    since = judgement.since if judgement.verdict is Verdict.CANNOT_SEE else None
    return order, False, False, since or _NEVER, home.code


def _matches(home: HomeSummary, query: str) -> bool:
    """Tell whether a search finds a home by name, reading or code; kana and width do not matter."""
    wanted = _folded(query)
    person = home.person
    fields = (home.code, person.name if person else None, person.kana if person else None)
    return not wanted or any(wanted in _folded(field) for field in fields if field)


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold()
    kept = (character for character in plain if not character.isspace())
    return "".join(_as_hiragana(character) for character in kept)


def _as_hiragana(character: str) -> str:
    return chr(ord(character) - 0x60) if "ァ" <= character <= "ヶ" else character
