"""`mimamori evaluate`: how well detectors do on a folder of recorded homes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from anomaly.evaluation.document import document, encoded
from anomaly.evaluation.folder import recordings
from anomaly.evaluation.protocol import judge_all
from anomaly.evaluation.report import report
from anomaly.evaluation.settings import Settings
from cli.report import console, progress
from domain.errors import InputError, Problem, shown

_BUDGET = re.compile(r"(\d+)/(\d+)d")
_READINGS = {"self_calibrated": "self-calibrated", "matched": "matched, in hindsight"}
_DARK = ("outages", "told", "half_way", "calls", "alerts")
_WIDTH = 130
"""Of tables that go into a file."""
_COLUMNS = (
    "alarms (out)",
    "per 30 d [95 %]",
    "any time",
    "waking",
    "night",
    "moving",
    "≤ 2 h",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationRequest:
    """What was asked for on the command line."""

    folder: Path
    only: tuple[str, ...]
    budgets: tuple[str, ...]
    detectors: tuple[str, ...]
    seed: int
    jobs: int
    out: Path | None


def run_evaluation(request: EvaluationRequest) -> None:
    """Evaluate, print the tables, write the files that were asked for.

    Raises:
        InputError: there is no recording, something cannot be read, a detector looks ahead.
    """
    settings = Settings(
        budgets=tuple(parse_budget(one) for one in request.budgets),
        seed=request.seed,
        detectors=request.detectors,
    )
    homes = recordings(request.folder)
    if request.only:
        homes = [one for one in homes if one.name in request.only]
        if missing := set(request.only) - {one.name for one in homes}:
            raise InputError(_no_home(sorted(missing)))
    with progress() as bar:
        task = bar.add_task("homes", total=len(homes))
        found = judge_all(homes, settings, jobs=request.jobs, told=lambda _: bar.advance(task))
    result = document(found, settings)
    _print(result)
    if request.out is not None:
        request.out.mkdir(parents=True, exist_ok=True)
        (request.out / "evaluation.json").write_bytes(encoded(result))
        rule = list(result["pools"]["all"]["self_calibrated"])[-1]["rule"]
        pictures = {
            name: one.pictures[rule] for name, one in found.items() if not isinstance(one, str)
        }
        page = report(result, pictures)
        (request.out / "report.html").write_text(page, encoding="utf-8")


def parse_budget(text: str) -> float:
    """Read `1/30d`, one false alarm in thirty days, as a rate per day.

    Raises:
        InputError: CLI-004.
    """
    match = _BUDGET.fullmatch(text.strip())
    if match is None or not int(match[1]) or not int(match[2]):
        raise InputError(
            Problem(
                code="CLI-004",
                where="command line",
                found=shown(text),
                allowed="alarms per days, such as 1/30d",
                do="see `mimamori evaluate --help`",
            )
        )
    return int(match[1]) / int(match[2])


def _print(result: dict[str, Any]) -> None:
    screen = console if console.is_terminal else Console(width=_WIDTH)
    for reading, title in _READINGS.items():
        for name, pool in _pools(result):
            table = _table(f"{name}: {pool['homes']} homes, {title}", pool[reading])
            screen.print(table)
    for name, pool in _pools(result):
        screen.print(_dropouts(name, pool))
    for home, why in result["not_judged"].items():
        screen.print(f"not judged: {home}: {why}", highlight=False)
    seed = result["settings"]["seed"]
    screen.print(f"seed {seed}; hours to the alarm: median / 90 %", highlight=False)


def _pools(result: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Return the pools that have homes; all together only where there is more than one."""
    pools = {name: pool for name, pool in result["pools"].items() if pool["homes"]}
    kinds = [name for name in pools if name != "all"]
    return [(name, pool) for name, pool in pools.items() if name != "all" or len(kinds) > 1]


def _dropouts(name: str, pool: dict[str, Any]) -> Table:
    """Return what dead gateways and sensors led to; of gateways all lengths together."""
    table = Table(title=f"{name}: equipment that falls silent", title_justify="left")
    table.add_column("rule", no_wrap=True)
    for column in (*(one.replace("_", "-") for one in _DARK), "sensor-weeks", "extra alerts"):
        table.add_column(column, justify="right", no_wrap=True)
    for sensors in pool["sensor_dropouts"]:
        rows = [row for row in pool["gateway_dropouts"] if row["rule"] == sensors["rule"]]
        counts = [sum(row[key] for row in rows) for key in _DARK]
        table.add_row(
            sensors["rule"],
            *(str(count) for count in counts),
            f"{sensors['sensor_weeks']:.0f}",
            str(sensors["extra_alerts"]),
        )
    return table


def _table(title: str, rows: Sequence[dict[str, Any]]) -> Table:
    days = rows[0]["days"] if rows else 0
    table = Table(title=f"{title}, {days:.0f} test days", title_justify="left")
    table.add_column("budget", no_wrap=True)
    table.add_column("rule", no_wrap=True)
    for name in _COLUMNS:
        table.add_column(name, justify="right", no_wrap=True)
    last = None
    for row in rows:
        if last not in (None, row["budget_per_day"]):
            table.add_section()
        last = row["budget_per_day"]
        table.add_row(*_cells(row))
    return table


def _cells(row: dict[str, Any]) -> list[str]:
    budget = row["budget_per_day"]
    low, high = row["interval_95"]
    soon = row["within_2_h"]
    return [
        f"1/{1 / budget:.0f} d" if budget else "none",
        row["rule"],
        f"{row['false_alarms']} ({row['outings']})",
        f"{row['per_30_days']:.2f} [{low:.2f}, {high:.2f}]",
        *(_hours(row[name]) for name in ("all", "waking", "night", "moving")),
        "–" if soon is None else f"{soon * 100:.0f} %",
    ]


def _hours(one: dict[str, float | None]) -> str:
    if one["median"] is None:
        return "–"
    return f"{one['median']:.1f} / {one['p90']:.1f}"


def _no_home(names: Sequence[str]) -> Problem:
    return Problem(
        code="CLI-005",
        where="--only",
        found=shown(", ".join(names)),
        allowed="a home of that folder: the part of a file name before the first dot",
        do="see what is in the folder",
    )
