"""The table of errors and the code agree: nobody meets a code that is explained nowhere."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = (
    "alerting",
    "anomaly",
    "cli",
    "dashboard",
    "devices",
    "domain",
    "gateway",
    "ingest",
    "messaging",
    "storage",
)
CODE = re.compile(r"[A-Z]{3}-[0-9]{3}|SEQ_[A-Z]+")
ROW = re.compile(r"\| `([^`]+)` \| (.+?) \| (.+?) \| (.+?) \| (.+?) \|")
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")


def used() -> dict[str, str]:
    """Return each code that stands alone in a string of the program, with a file that has it."""
    found: dict[str, str] = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "node_modules" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                value = node.value if isinstance(node, ast.Constant) else None
                if isinstance(value, str) and CODE.fullmatch(value):
                    found.setdefault(value, path.relative_to(ROOT).as_posix())
    return found


def rows() -> list[tuple[str, ...]]:
    """Return the rows of all tables."""
    text = (ROOT / "docs" / "reference" / "errors.md").read_text("utf-8")
    lines = [line for line in text.splitlines() if line.startswith("| `")]
    matches = [ROW.fullmatch(line) for line in lines]
    assert all(matches), "a row has not five columns"
    return [match.groups() for match in matches if match is not None]


USED, ROWS = used(), rows()


def test_every_code_is_in_the_table() -> None:
    """Add a row to docs/reference/errors.md for what this names."""
    known = {row[0] for row in ROWS}

    assert {code: place for code, place in USED.items() if code not in known} == {}


def test_no_row_is_stale() -> None:
    """Remove the rows that this names: the code is gone."""
    assert {row[0] for row in ROWS} - USED.keys() == set()


def test_no_code_stands_twice() -> None:
    """One code, one meaning."""
    codes = [row[0] for row in ROWS]

    assert sorted(codes) == sorted(set(codes))


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_each_row_speaks_both_languages(row: tuple[str, ...]) -> None:
    """English first, then Japanese; a command alone needs no translation."""
    _, meaning, todo, meaning_ja, todo_ja = row

    assert meaning.isascii()
    assert todo.isascii()
    assert JAPANESE.search(meaning_ja)
    assert JAPANESE.search(todo_ja) or todo_ja == todo


def test_the_search_for_codes_finds_them() -> None:
    """Or all of the above would pass over nothing."""
    assert {"MQT-017", "SEQ_REUSED", "STO-001"} <= USED.keys()
    assert len(USED) > 50
