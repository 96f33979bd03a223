"""A bar that says what is being measured."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn


class Teller:
    """One line on standard error; nothing but the titles where that is no terminal."""

    def __init__(self) -> None:
        """Prepare; use it as a context manager."""
        self._console = Console(stderr=True)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
        )
        self._task = self._progress.add_task("", total=None)

    def __enter__(self) -> Self:
        """Show the bar."""
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take it away."""
        self._progress.stop()

    def title(self, text: str) -> None:
        """Say which benchmark begins."""
        self._console.print(text, highlight=False)

    def say(self, text: str) -> None:
        """Say what is done now, of unknown length."""
        self._progress.reset(self._task, total=None, description=text)

    def reached(self, done: float, total: float) -> None:
        """Say how far it is."""
        self._progress.update(self._task, completed=done, total=total)
