"""The glossary, the guides and the pages say the same words."""

from collections.abc import Callable, Iterator
from enum import StrEnum

import pytest
from babel.messages.pofile import read_po

from alerting.digest import Standing
from dashboard.pages.digest.view import standing_word
from dashboard.web import deeds, words
from dashboard.web.languages import LOCALES, Language
from domain.access import Role
from domain.attempt import AttemptKind
from domain.case import CaseState, Outcome, ResolvedCause
from domain.evidence import Evidence
from domain.finding import Cause, Kind
from domain.report import ReportSource, Sighting
from domain.verdict import Verdict
from tests.contract.docs.pages import read, table_rows

ENGLISH = Language(code="en")
"""Without a catalogue: the texts as they stand in the program."""


def shown_on_pages() -> Iterator[tuple[str, str]]:
    """Yield each value of the closed sets that pages show, with its English text."""
    named: list[tuple[type[StrEnum], Callable[..., str]]] = [
        (Verdict, words.verdict),
        (Kind, words.kind),
        (Cause, words.cause),
        (CaseState, words.state),
        (Outcome, words.outcome),
        (ResolvedCause, words.resolved_cause),
        (AttemptKind, deeds.attempt_kind),
        (ReportSource, deeds.report_source),
        (Sighting, deeds.sighting),
        (Evidence, words.evidence),
        (Standing, standing_word),
        (Role, words.role),
    ]
    for kind, name in named:
        for value in kind:
            if value is not Role.SYSTEM:  # no person has it
                yield f"{kind.__name__}.{value}", name(value, ENGLISH)


def japanese() -> dict[str, str]:
    """Return the Japanese texts of the pages by their English ones, from the source."""
    with (LOCALES / "ja" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalogue = read_po(file, locale="ja")
    return {
        entry.id: entry.string
        for entry in catalogue
        if isinstance(entry.id, str) and isinstance(entry.string, str) and not entry.fuzzy
    }


SHOWN, JAPANESE = dict(shown_on_pages()), japanese()


def test_every_value_has_a_japanese_word() -> None:
    """Nothing that a page shows of the closed sets falls back to English."""
    assert [value for value, text in SHOWN.items() if not JAPANESE.get(text)] == []


def test_the_glossary_says_what_pages_say() -> None:
    """Each value stands in the glossary with its words of both languages, and no other does."""
    rows = table_rows(read("docs/glossary.md"))
    told = {row[0]: (row[1], row[2]) for row in rows if "." in row[0]}

    assert told == {value: (text, JAPANESE.get(text, "")) for value, text in SHOWN.items()}


def test_every_word_is_told_in_japanese() -> None:
    """No line of the glossary is left without its Japanese word or its meaning."""
    assert [row for row in table_rows(read("docs/glossary.md")) if not all(row)] == []


@pytest.mark.parametrize("kind", [Verdict, Outcome, ResolvedCause])
def test_the_caseworkers_guide_says_what_pages_say(kind: type[StrEnum]) -> None:
    """Verdicts, outcomes and causes stand in the guide of each language as pages show them."""
    texts = [text for value, text in SHOWN.items() if value.startswith(f"{kind.__name__}.")]
    english = read("docs/guides/caseworker.en.md").replace("\n", " ").lower()
    guide = read("docs/guides/caseworker.ja.md").replace("\n", "")

    assert [
        text for text in texts if " ".join(text.lower().split()) not in " ".join(english.split())
    ] == []
    assert [text for text in texts if JAPANESE[text] not in guide] == []


def test_every_guide_says_what_the_system_is_not() -> None:
    """Who looks after people reads the sentence of the pages: this is no emergency service."""
    sentence = "Mimamori is not an emergency call service. If a life is in danger, call 119."

    assert sentence in read("docs/guides/caseworker.en.md")
    for who in ("caseworker", "operator"):
        for language in ("en", "ja"):
            assert "119" in read(f"docs/guides/{who}.{language}.md")
