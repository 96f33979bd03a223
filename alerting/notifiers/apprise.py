"""Telling over whatever Apprise knows: an extra way, for whoever has installed that library.

Apprise says no more than yes or no, works in threads that cannot be ended, and knows no key that
makes a retry safe: each message goes to one recipient, and a no is tried again later.
"""

from __future__ import annotations

import asyncio
import importlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from alerting.ports import Attempt, Message, Notifier, Outcome
from domain.errors import InputError, Problem

LIMIT_S = 15.0
THREADS = 4
"""Calls that may hang at a time; a fifth is not begun."""


class AppriseNotifier:
    """Hands each message to Apprise, in a thread, with one URL."""

    def __init__(self, *, limit_s: float = LIMIT_S, library: Any = None) -> None:
        """Prepare; nothing is sent.

        Raises:
            InputError: CFG-026 Apprise is not installed.
        """
        self._library = library or _imported()
        self._limit_s = limit_s
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="apprise")
        self._running = 0

    async def send(self, message: Message) -> Attempt:
        """Send one message; see `Notifier.send`."""
        if self._running >= THREADS:
            return Attempt(outcome=Outcome.RETRY, error="other calls of Apprise hang")
        self._running += 1
        call = asyncio.get_running_loop().run_in_executor(self._threads, self._notify, message)
        call.add_done_callback(self._ended)
        try:
            async with asyncio.timeout(self._limit_s):
                return await asyncio.shield(call)
        except TimeoutError:
            return Attempt(outcome=Outcome.RETRY, error=f"no answer within {self._limit_s:g} s")

    def _ended(self, call: asyncio.Future[Attempt]) -> None:
        self._running -= 1
        if not call.cancelled():
            call.exception()  # one that nobody waits for any more is not to be reported as lost

    def _notify(self, message: Message) -> Attempt:
        sender = self._library.Apprise()
        if not sender.add(message.address):
            error = "Apprise does not know such a URL"
            return Attempt(outcome=Outcome.REFUSED, error=error, is_address_bad=True)
        if sender.notify(title=message.subject, body=message.body):
            return Attempt(outcome=Outcome.ACCEPTED)
        return Attempt(outcome=Outcome.RETRY, error="Apprise could not send it")


def _imported() -> Any:
    try:
        return importlib.import_module("apprise")
    except ImportError as error:
        raise InputError(
            Problem(
                code="CFG-026",
                where="[apprise]",
                found="the library is not installed",
                allowed="the extra `apprise` beside `server`",
                do='pip install "mimamori[server,apprise]", or take the table out',
            )
        ) from error


_: type[Notifier] = AppriseNotifier
