"""The whole run: the same bytes each time, on one process or two, and the form of its result."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from anomaly.evaluation.document import document, encoded
from anomaly.evaluation.folder import recordings
from anomaly.evaluation.protocol import judge_all
from anomaly.evaluation.report import report
from anomaly.evaluation.settings import Settings
from cli.main import app
from domain.errors import InputError
from tests.contract.docs.pages import read, table_rows
from tests.unit.anomaly.evaluation.made_up import write_home, write_meter

MINE = "tests.unit.anomaly.evaluation.test_protocol:eight_hours"


def eight_hours() -> object:
    """Return a detector, as a user's module would."""
    from tests.unit.anomaly.evaluation.made_up import After  # noqa: PLC0415  as a plug-in does

    return After(8.0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with two homes and a meter."""
    made = tmp_path_factory.mktemp("recordings")
    write_home(made, "ada")
    write_home(made, "bo", shift=5)
    write_meter(made, "cy")
    return made


def run(folder: Path, *, jobs: int = 1, **other: Any) -> dict[str, Any]:
    """Return the document of a run."""
    settings = Settings(**other)
    found = judge_all(recordings(folder), settings, jobs=jobs, told=lambda _: None)
    return document(found, settings)


@pytest.fixture(scope="module")
def result(folder: Path) -> dict[str, Any]:
    """Return the document of one run."""
    return run(folder)


def test_the_same_seed_gives_the_same_bytes(folder: Path, result: dict[str, Any]) -> None:
    """And another seed others."""
    assert encoded(run(folder)) == encoded(result)
    assert encoded(run(folder, seed=2)) != encoded(result)


def test_two_processes_give_the_same_bytes(folder: Path, result: dict[str, Any]) -> None:
    """Whatever finishes first."""
    assert encoded(run(folder, jobs=2)) == encoded(result)


def test_controls_are_always_there(result: dict[str, Any]) -> None:
    """Fixed 8 h and 12 h, the calibrated fixed rule, the line; for each budget."""
    rows = result["pools"]["all"]["self_calibrated"]

    assert [row["rule"] for row in rows[:4]] == [
        "fixed 8 h",
        "fixed 12 h",
        "fixed, calibrated",
        "line",
    ]
    assert len({row["budget_per_day"] for row in rows}) == 3


def test_a_detector_can_be_plugged_in(folder: Path) -> None:
    """It comes beside the controls; the same rule gets the same figures."""
    rows = run(folder, detectors=(MINE,))["pools"]["all"]["self_calibrated"]

    mine = next(row for row in rows if row["rule"] == "after")
    fixed = next(row for row in rows if row["rule"] == "fixed 8 h")
    assert {**mine, "rule": ""} == {**fixed, "rule": ""}


@pytest.mark.parametrize("named", ["nowhere:x", "json:nothing", "json", "math:sqrt"])
def test_a_detector_that_cannot_be_had_is_named(folder: Path, named: str) -> None:
    """Before anything is computed."""
    with pytest.raises(InputError, match="EVL-002"):
        run(folder, detectors=(named,))


def test_pools_are_the_sum_of_their_homes(result: dict[str, Any]) -> None:
    """Days and false alarms of the pool are those of the homes together."""
    for key in ("days", "false_alarms", "injected"):
        whole = [row[key] for row in result["pools"]["all"]["self_calibrated"]]
        parts = [[row[key] for row in home["self_calibrated"]] for home in result["homes"]]
        assert whole == pytest.approx([sum(one) for one in zip(*parts, strict=True)], abs=0.05)


def test_the_result_has_the_form_that_is_described(result: dict[str, Any]) -> None:
    """Each member stands in docs/reference/evaluation.md, and no other."""
    page = read("docs/reference/evaluation.md")
    tables = [table_rows(part) for part in page.partition("## The result as JSON")[2].split("\n\n")]
    whole, figures, gateway, sensors = ([row[0] for row in one] for one in tables if one)
    pool, home = result["pools"]["all"], result["homes"][0]

    assert sorted(whole) == sorted(
        [
            *result,
            *(f"settings.{name}" for name in result["settings"]),
            *(f"pools.*.{name}" for name in pool),
            *(f"homes[].{name}" for name in home),
        ]
    )
    assert figures == list(pool["self_calibrated"][0])
    assert gateway == list(pool["gateway_dropouts"][0])
    assert sensors == list(pool["sensor_dropouts"][0])


def test_the_page_needs_nothing_from_anywhere(folder: Path) -> None:
    """No script, no request; a picture of each home with its silences and deadlines."""
    settings = Settings()
    found = judge_all(recordings(folder), settings, jobs=1, told=lambda _: None)
    pictures = {
        name: one.pictures["line"] for name, one in found.items() if not isinstance(one, str)
    }

    page = report(document(found, settings), pictures)

    assert page.count("<svg") == 3
    assert 'class="silence"' in page
    assert 'class="deadline"' in page
    assert not re.search(r"<script|https?:|src=|href=|@import|url\(", page)


def test_names_cannot_get_into_the_page_as_markup(folder: Path, result: dict[str, Any]) -> None:
    """A home's name is text."""
    del folder
    evil = {**result, "homes": [{**result["homes"][0], "home": "<script>x</script>"}]}

    assert "<script" not in report(evil, {})


def test_the_command_prints_and_writes(folder: Path, tmp_path: Path) -> None:
    """Tables in the terminal; the JSON and the page in the folder that was named."""
    arguments = ["evaluate", str(folder), "--only", "ada", "--budget", "1/30d"]
    told = CliRunner().invoke(app, [*arguments, "--out", str(tmp_path / "out")])

    assert told.exit_code == 0, told.output
    assert "fixed, calibrated" in told.output
    written = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert written == ["evaluation.json", "report.html"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["--only", "nobody"], "CLI-005"), (["--budget", "often"], "CLI-004")],
)
def test_the_command_says_what_is_wrong(folder: Path, arguments: list[str], code: str) -> None:
    """One line with a code; the input is wrong."""
    told = CliRunner().invoke(app, ["evaluate", str(folder), *arguments])

    assert told.exit_code == 2
    assert code in told.output
