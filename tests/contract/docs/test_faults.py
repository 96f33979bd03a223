"""The table of faults and the tests agree: no row without a test, no test without a row."""

import ast
import re
from collections.abc import Iterator

from tests.contract.docs.pages import ROOT, read, table_rows

ROW_ID = re.compile(r"[DGNBISAOPCX][0-9]{2}")
LEADING = re.compile(r"((?:[DGNBISAOPCX][0-9]{2},? ?)+):")
OF_CARE = frozenset("AOPCX")
"""Rows about alerting and people: shown in virtual time as well, in all folders of tests."""
PROMISED = {
    *("D04", "D06", "D09"),
    *(f"G{number:02}" for number in (*range(1, 10), 11, 12, 14)),
    *(f"N{number:02}" for number in (*range(1, 7), 10)),
    *(f"B{number:02}" for number in (*range(1, 10), 11)),
    *(f"I{number:02}" for number in range(1, 14)),
    *(f"S{number:02}" for number in range(1, 8)),
    *(f"A{number:02}" for number in range(1, 13)),
    *(f"O{number:02}" for number in (*range(1, 4), 6, *range(8, 15))),
    *("P01", "P02", "P03", "P08"),
    *("C01", "C05", "C06", "C08"),
    "X02",
}
BY_CAMPAIGN = {"G01", "G02", "B01", "I01", "S02"}
"""Shown by thousands of kills and power cuts, not by one test."""
ROWS = [cells for cells in table_rows(read("docs/reference/faults.md")) if len(cells) == 3]


def shown_by_row() -> dict[str, set[str]]:
    """Return the tests whose docstring begins with a row, by row."""
    found: dict[str, set[str]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        is_fault = path.is_relative_to(ROOT / "tests" / "faults")
        for row, name in _labels(ast.parse(path.read_text("utf-8"))):
            if is_fault or (row[0] in OF_CARE and row in PROMISED):
                found.setdefault(row, set()).add(name)
    return found


def _labels(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        match = LEADING.match(ast.get_docstring(node) or "")
        if node.name.startswith("test_") and match is not None:
            yield from ((row, node.name) for row in ROW_ID.findall(match[1]))


def test_every_promised_row_is_in_the_table_once() -> None:
    """Add a row to docs/reference/faults.md for what this names."""
    named = [row for row, _, _ in ROWS]

    assert sorted(named) == sorted(PROMISED)


def test_rows_name_their_tests() -> None:
    """Each row names exactly the tests whose docstring begins with it."""
    by_row = shown_by_row()
    named = {
        row: set(re.findall(r"test_\w+", tests)) for row, _, tests in ROWS if row not in BY_CAMPAIGN
    }

    assert named == {row: tests for row, tests in by_row.items() if row not in BY_CAMPAIGN}


def test_rows_of_the_campaign_say_so() -> None:
    """What is shown by the campaign names it."""
    assert {row for row, _, tests in ROWS if "make campaign" in tests} == BY_CAMPAIGN
