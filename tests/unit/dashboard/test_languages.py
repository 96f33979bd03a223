"""Languages: choice, catalogues, times and ages."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from dashboard.config import LANGUAGES
from dashboard.web import words
from dashboard.web.errors import Code, told
from dashboard.web.languages import LOCALES, Language, choose, language
from domain.access import Role
from domain.case import CaseState, Outcome, ResolvedCause
from domain.finding import Cause, Kind
from domain.verdict import Verdict

TOKYO = ZoneInfo("Asia/Tokyo")
NOW = datetime(2026, 11, 22, 1, 10, tzinfo=UTC)
PLACEHOLDER = re.compile(r"%\(\w+\)[ds]|\[TIME\]")


def catalogue(code: str) -> Catalog:
    """Read the texts of a language as they are kept."""
    with source(code).open("rb") as file:
        return read_po(file, locale=code)


def source(code: str) -> Path:
    """Return where the texts of a language are kept."""
    return LOCALES / code / "LC_MESSAGES" / "messages.po"


def forms(text: str | list[str] | tuple[str, ...] | None) -> list[str]:
    """Return a message's singular and plural forms; one empty form where there is none."""
    return [text or ""] if text is None or isinstance(text, str) else list(text)


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_text_is_there(code: str) -> None:
    """No text is empty or doubtful in either language."""
    lacking = [
        entry.id
        for entry in catalogue(code)
        if entry.id and (entry.fuzzy or not all(forms(entry.string)))
    ]

    assert lacking == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_placeholders_survive_translation(code: str) -> None:
    """Each form of a translation names the values of the English text, and no others."""
    for entry in catalogue(code):
        wanted = {found for form in forms(entry.id) for found in PLACEHOLDER.findall(form)}
        for form in forms(entry.string):
            assert set(PLACEHOLDER.findall(form)) == wanted, entry.id


@pytest.mark.parametrize("code", LANGUAGES)
def test_compiled_texts_are_not_stale(code: str) -> None:
    """What runs is what is kept; if not, scripts/setup compiles it."""
    with source(code).with_suffix(".mo").open("rb") as file:
        compiled = read_mo(file)

    for entry in catalogue(code):
        found = compiled.get(entry.id)
        assert not entry.id or (found is not None and forms(found.string) == forms(entry.string))


def test_every_word_differs_from_its_neighbours() -> None:
    """In both languages no two members of a set have the same name."""
    for code in LANGUAGES:
        spoken = language(code)
        for name, members in (
            (words.verdict, Verdict),
            (words.cause, Cause),
            (words.kind, Kind),
            (words.state, CaseState),
            (words.outcome, Outcome),
            (words.resolved_cause, ResolvedCause),
            (words.role, Role),
        ):
            say: Callable[[Any, Language], str] = name
            said = [say(member, spoken) for member in members]
            assert len(set(said)) == len(said)


def test_every_error_says_what_to_do() -> None:
    """Each code has two sentences in both languages, and they differ between languages."""
    for code in Code:
        assert all(told(code, language("en")))
        assert told(code, language("ja")) != told(code, language("en"))


@pytest.mark.parametrize(
    ("age", "english", "japanese"),
    [
        (timedelta(seconds=59), "just now", "たった今"),
        (timedelta(minutes=59, seconds=59), "59 min ago", "59分前"),
        (timedelta(hours=2), "2 h ago", "2時間前"),
        (timedelta(hours=2, minutes=10), "2 h 10 min ago", "2時間10分前"),
        (timedelta(days=1), "1 day ago", "1日前"),
        (timedelta(days=3, hours=20), "3 days ago", "3日前"),
        (timedelta(seconds=-5), "just now", "たった今"),
    ],
)
def test_ages(age: timedelta, english: str, japanese: str) -> None:
    """Ages are told to the minute, then the hour, then the day."""
    assert language("en").ago(age) == english
    assert language("ja").ago(age) == japanese


@pytest.mark.parametrize(
    ("instant", "english", "japanese"),
    [
        (datetime(2026, 11, 21, 23, 5, tzinfo=UTC), "08:05", "08:05"),
        (datetime(2026, 11, 21, 12, 40, tzinfo=UTC), "yesterday 21:40", "昨日 21:40"),
        (datetime(2026, 11, 22, 22, 0, tzinfo=UTC), "tomorrow 07:00", "明日 07:00"),
        (datetime(2026, 11, 3, 0, 0, tzinfo=UTC), "3 Nov, 09:00", "11月3日 09:00"),
    ],
)
def test_moments(instant: datetime, english: str, japanese: str) -> None:
    """A time of another local day says which day."""
    assert language("en").moment(instant, TOKYO, now=NOW) == english
    assert language("ja").moment(instant, TOKYO, now=NOW) == japanese


@pytest.mark.parametrize(
    ("cookie", "user", "accepted", "chosen"),
    [
        ("en", "ja", "ja", "en"),
        (None, "en", "ja", "en"),
        (None, None, "fr, en-GB;q=0.8, ja;q=0.5", "en"),
        (None, None, "en;q=0.2, ja", "ja"),
        (None, None, "en;q=0", "ja"),
        (None, None, ";;;q=x,,", "ja"),
        ("xx", None, "", "ja"),
    ],
)
def test_the_choice_of_language(
    cookie: str | None, user: str | None, accepted: str, chosen: str
) -> None:
    """The device's choice beats the user's, which beats the browser's; anything may be sent."""
    assert choose(cookie=cookie, user=user, accepted=accepted, default="ja") == chosen
