"""The result of a run as one HTML page that asks nobody for anything: no script, no request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from anomaly.evaluation.picture import STYLE

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>When does silence become alarming?</title><style>
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#222}
table{border-collapse:collapse;margin:1rem 0;font-variant-numeric:tabular-nums}
th,td{padding:.2rem .6rem;border-bottom:1px solid #ddd;text-align:right;white-space:nowrap}
th:nth-child(-n+2),td:nth-child(-n+2){text-align:left}.wide{overflow-x:auto}
.key span{display:inline-block;width:1.2em;height:.8em;margin:0 .3em 0 1em}
STYLE
</style></head><body>
"""
_KEY = (
    ("#35506b", "activity"),
    ("#dfe6ec", "silence of two hours or more"),
    ("#eadfc4", "the same, nobody home (known only afterwards)"),
    ("#bbb", "recorder off"),
    ("#0072b2", "deadline of a silence"),
    ("#c0392b", "false alarm, until somebody moved"),
)
_INTRODUCTION = """<p>Each day of a recording is judged by what was learned from the days before it.
A false alarm is a silence of which the deadline fell before it ended. Emergencies are made up: from
their instant on nobody moves. Hours to the alarm are given as median / 90 %. “Out” counts false
alarms while nobody was home. The interval is where the true rate lies with 95 % certainty, if
alarms come independently.</p>"""


def report(result: Mapping[str, Any], pictures: Mapping[str, str]) -> str:
    """Return the page: tables of the pools, dropouts, and a picture for each home."""
    parts = [_PAGE.replace("STYLE", STYLE), "<h1>When does silence become alarming?</h1>"]
    parts.append(_INTRODUCTION)
    for name, pool in result["pools"].items():
        if pool["homes"]:
            parts.extend(_pool(name, pool))
    parts.extend(_homes(result, pictures))
    seed = result["settings"]["seed"]
    parts.append(f"<p>Seed {seed}. How it is measured: docs/reference/evaluation.md.</p>")
    return "\n".join([*parts, "</body></html>", ""])


def _pool(name: str, pool: Mapping[str, Any]) -> Iterator[str]:
    yield f"<h2>{escape(name)}: {pool['homes']} homes</h2>"
    yield "<h3>Self-calibrated: a budget is given, nothing else</h3>"
    yield _table(_FIGURES, [_row(row) for row in pool["self_calibrated"]])
    yield "<h3>Matched: the strictness of each home chosen in hindsight</h3>"
    yield _table(_FIGURES, [_row(row) for row in pool["matched"]])
    yield "<h3>Gateway silent</h3>"
    yield _table(list(_DARK), [_cells(row, _DARK) for row in pool["gateway_dropouts"]])
    if any(row["sensors"] for row in pool["sensor_dropouts"]):
        yield "<h3>One sensor dead</h3>"
        yield _table(list(_DEAD), [_cells(row, _DEAD) for row in pool["sensor_dropouts"]])


def _homes(result: Mapping[str, Any], pictures: Mapping[str, str]) -> Iterator[str]:
    key = "".join(f'<span style="background:{colour}"></span>{what}' for colour, what in _KEY)
    yield f'<h2>Homes</h2><p class="key">{key}</p>'
    for home in result["homes"]:
        name = home["home"]
        yield f"<h3>{escape(name)}</h3>"
        yield _table(_FIGURES, [_row(row) for row in home["self_calibrated"]])
        yield f'<div class="wide">{pictures.get(name, "")}</div>'
    for name, why in result["not_judged"].items():
        yield f"<p>{escape(name)}: not judged, {escape(why)}</p>"


_DARK = {
    "hours": "hours",
    "rule": "rule",
    "outages": "outages",
    "technician told": "told",
    "half-way alerts": "half_way",
    "calls": "calls",
    "other alerts": "alerts",
}
_DEAD = {
    "sensors": "sensors",
    "rule": "rule",
    "sensor-weeks": "sensor_weeks",
    "extra alerts": "extra_alerts",
    "per 10 weeks": "per_10_sensor_weeks",
    "technician told": "named",
    "within its own gap": "named_in_own_gap",
}
_FIGURES = (
    "budget",
    "rule",
    "days",
    "alarms (out)",
    "per 30 days",
    "95 %",
    "any time",
    "waking",
    "night",
    "moving",
    "within 2 h",
)


def _cells(row: Mapping[str, Any], columns: Mapping[str, str]) -> list[str]:
    return [str(row[key]) for key in columns.values()]


def _row(row: Mapping[str, Any]) -> list[str]:
    budget, soon = row["budget_per_day"], row["within_2_h"]
    low, high = row["interval_95"]
    return [
        f"1/{1 / budget:.0f} d" if budget else "none",
        row["rule"],
        f"{row['days']:.0f}",
        f"{row['false_alarms']} ({row['outings']})",
        f"{row['per_30_days']:.2f}",
        f"{low:.2f} to {high:.2f}",
        *(_hours(row[key]) for key in ("all", "waking", "night", "moving")),
        "–" if soon is None else f"{soon * 100:.0f} %",
    ]


def _hours(one: Mapping[str, float | None]) -> str:
    return "–" if one["median"] is None else f"{one['median']:.1f} / {one['p90']:.1f}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    heads = "".join(f"<th>{escape(name)}</th>" for name in head)
    body = "\n".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f'<div class="wide"><table><tr>{heads}</tr>\n{body}</table></div>'
