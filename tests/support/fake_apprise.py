"""Apprise as far as we use it: an object that URLs are added to and that notifies."""

from __future__ import annotations

import threading


class FakeApprise:
    """Stands for the library's module; knows URLs with `://` only."""

    def __init__(self) -> None:
        """Take everything at once."""
        self.sent: list[tuple[str, str, str]] = []
        self.answers: dict[str, list[int]] = {}
        """By URL: the next statuses; the last one stays."""
        self.gate: threading.Event | None = None
        """Calls wait for it."""

    def Apprise(self) -> _Sender:  # noqa: N802 (the library's name)
        """Make one sender."""
        return _Sender(self)


class _Sender:
    def __init__(self, library: FakeApprise) -> None:
        self._library, self._urls = library, list[str]()

    def add(self, url: str) -> bool:
        """Take a URL, if it is one."""
        if "://" not in url:
            return False
        self._urls.append(url)
        return True

    def notify(self, *, title: str, body: str) -> bool:
        """Send to the one URL."""
        (url,) = self._urls
        if self._library.gate is not None:
            self._library.gate.wait(30)
        waiting = self._library.answers.get(url, [200])
        status = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        if status == 200:
            self._library.sent.append((url, title, body))
        return status == 200
