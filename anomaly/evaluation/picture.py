"""The picture of one home: its days as rows, with each long silence, its deadline and its alarm."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

import numpy as np

from anomaly.evaluation.homes import Home, moment
from anomaly.evaluation.walk import Ticks
from anomaly.localtime import DAY_S, HOUR_S, Seconds

MOST_DAYS = 60
"""The last so many days are drawn: a year would be unreadable."""
LONG_S = 2 * HOUR_S
"""Shorter silences are not drawn."""
BIN_S = 300.0
"""Activity nearer than this is one mark."""
LEFT, WIDTH, ROW, TOP = 80.0, 960.0, 12.0, 24.0
MARK = 3.0
STYLE = """svg{background:#fff;font:10px system-ui,sans-serif;max-width:100%;height:auto}
.activity{fill:#35506b}.silence{fill:#dfe6ec}.out{fill:#eadfc4}.gone{fill:#bbb}
.deadline{fill:#0072b2}.alarm{fill:#c0392b}.hour{stroke:#ccc;stroke-width:.5}"""


@dataclass(frozen=True, slots=True)
class _Bar:
    kind: str
    start_s: float
    end_s: float


def picture(home: Home, judged: Ticks, due_s: Seconds) -> str:
    """Return an SVG element of the last judged days, with the deadlines of one detector."""
    if not judged.at_s.size:
        return ""
    end_s = np.ceil(float(judged.next_s[-1]) / DAY_S) * DAY_S
    first_s = max(judged.at_s[0] // DAY_S * DAY_S, end_s - MOST_DAYS * DAY_S)
    days = int((end_s - first_s) / DAY_S)
    height = TOP + days * ROW + 4
    size, label = f"{LEFT + WIDTH + 8:.0f} {height:.0f}", escape(home.name)
    parts = [
        f'<svg viewBox="0 0 {size}" role="img" aria-label="The last {days} days of {label}">',
        *_grid(float(first_s), days),
    ]
    for bar in _bars(home, judged, due_s, float(first_s)):
        parts.extend(_rects(bar, float(first_s), days))
    return "\n".join([*parts, "</svg>"])


def _bars(home: Home, judged: Ticks, due_s: Seconds, first_s: float) -> Iterator[_Bar]:
    """Yield what is to be drawn, what lies above last."""
    long = (judged.next_s - judged.at_s > LONG_S) & (judged.next_s > first_s)
    for n in np.flatnonzero(long).tolist():
        at, after = float(judged.at_s[n]), float(judged.next_s[n])
        kind = "gone" if judged.gone[n] else "out" if judged.outing[n] else "silence"
        yield _Bar(kind, at, after)
        if due_s[n] < after and not judged.gone[n]:
            yield _Bar("alarm", float(due_s[n]), after)
    active = np.unique(np.floor(home.history.at_s[home.history.at_s >= first_s] / BIN_S))
    if active.size:
        breaks = np.flatnonzero(np.diff(active) > 1)
        starts = active[np.concatenate([[0], breaks + 1])] * BIN_S
        ends = (active[np.concatenate([breaks, [active.size - 1]])] + 1) * BIN_S
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
            yield _Bar("activity", start, end)
    for n in np.flatnonzero(long & ~judged.gone).tolist():
        yield _Bar("deadline", float(due_s[n]), float(due_s[n]))


def _rects(bar: _Bar, first_s: float, days: int) -> Iterator[str]:
    """Yield one rectangle for each day that a bar touches."""
    low, high = max(bar.start_s, first_s), bar.end_s
    for day in range(int((low - first_s) // DAY_S), int((high - first_s) // DAY_S) + 1):
        midnight = first_s + day * DAY_S
        start, end = max(low, midnight), min(high, midnight + DAY_S)
        if day >= days or end < start or (end == start and bar.kind != "deadline"):
            continue
        x = LEFT + (start - midnight) / DAY_S * WIDTH
        width = MARK if bar.kind == "deadline" else max((end - start) / DAY_S * WIDTH, 0.8)
        inset = {"activity": 3.0, "deadline": 0.0}.get(bar.kind, 1.0)
        y = TOP + day * ROW + inset
        yield (
            f'<rect class="{bar.kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}"'
            f' height="{ROW - 2 * inset:.1f}"/>'
        )


def _grid(first_s: float, days: int) -> Iterator[str]:
    bottom = TOP + days * ROW
    for hour in range(0, 25, 3):
        x = LEFT + hour / 24 * WIDTH
        yield f'<line class="hour" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP:.0f}" y2="{bottom:.0f}"/>'
        yield f'<text x="{x - 6:.1f}" y="{TOP - 6:.0f}">{hour}:00</text>'
    for day in range(days):
        date = moment(first_s + day * DAY_S).date().isoformat()
        yield f'<text x="4" y="{TOP + day * ROW + 9:.0f}">{date}</text>'
