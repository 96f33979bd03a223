"""One try of one message over a notifier, which neither hangs nor stops the others."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from alerting.ports import Attempt, Message, Notifier, Outcome

log = logging.getLogger(__name__)

SEND_LIMIT_S = 20.0
"""Longest wait for a notifier, should its own limit fail; below the lease of a message."""


async def try_once(notifier: Notifier, write: Callable[[], Message], *, of: str) -> Attempt:
    """Write a message and send it once; `of` is its id, for the log.

    Returns:
        What came of it. Without an answer, or when our own code fails: to be tried again.
    """
    try:
        async with asyncio.timeout(SEND_LIMIT_S):
            return await notifier.send(write())
    except TimeoutError:
        return Attempt(outcome=Outcome.RETRY, error=f"no answer within {SEND_LIMIT_S:g} s")
    except Exception as failure:
        # The top of one message's way: a notifier's bug must not stop all the others.
        log.exception("a notifier failed", extra={"notification": of})
        return Attempt(outcome=Outcome.RETRY, error=type(failure).__name__)
