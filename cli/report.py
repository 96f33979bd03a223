"""What the command line prints: tables, progress bars, one colour for each meaning."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from cli.check import Check, Health

console = Console()

_COLOURS = {Health.GOOD: "green", Health.WARNING: "yellow", Health.BAD: "red"}
_COLUMNS = 4
_SIGNS = {Health.GOOD: "✓", Health.WARNING: "!", Health.BAD: "✗"}


def progress() -> Progress:
    """Return a progress bar for long work; quiet where nobody watches."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        disable=not console.is_terminal,
    )


def print_checks(checks: Sequence[Check]) -> None:
    """Print what the doctor saw: sign, name, finding, and what to do."""
    table = Table(show_header=False, box=None, padding=(0, 1))
    for _ in range(_COLUMNS):
        table.add_column(overflow="fold")
    for check in checks:
        sign = Text(_SIGNS[check.health], style=_COLOURS[check.health])
        table.add_row(sign, check.name, Text(check.found), Text(check.do))
    console.print(table)


def hours(duration: timedelta | None) -> str:
    """Return a duration as hours and minutes, such as `9 h 12 min`; a dash for none."""
    if duration is None:
        return "–"
    minutes = int(duration.total_seconds() // 60)
    return f"{minutes // 60} h {minutes % 60:02d} min"
