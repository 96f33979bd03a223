"""The switch outside: pinged on each proof; it raises the alarm when we ping no more."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from enum import StrEnum

import httpx2

from alerting.notifiers.outward import RefusedError, client, parts_of
from domain.errors import InputError, Problem, shown

log = logging.getLogger(__name__)

LIMIT_S = 10.0
"""Hard limit of one ping from connecting to the answer's head, in real seconds."""
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Method(StrEnum):
    """How the switch wants to be pinged."""

    GET = "GET"
    POST = "POST"


@dataclass(frozen=True, slots=True)
class Switch:
    """A switch outside, such as one of healthchecks.io. Its address is a secret: it is not told."""

    url: str
    method: Method = Method.GET

    def __post_init__(self) -> None:
        """Refuse what could never be pinged, or would travel in clear.

        Raises:
            InputError: CFG-034.
        """
        if not is_usable(self.url):
            raise InputError(
                Problem(
                    code="CFG-034",
                    where="watching.switch_url",
                    found=shown(self.url),
                    allowed="https://host/path, without user name and fragment",
                    do="copy the ping URL of the switch",
                )
            )

    async def ping(self) -> bool:
        """Ping once; tells whether the switch took it. A failure is logged without the address."""
        try:
            async with asyncio.timeout(LIMIT_S):
                async with client(LIMIT_S) as http, http.stream(self.method, self.url) as answer:
                    is_taken = answer.is_success
        except (OSError, httpx2.HTTPError) as error:  # a time-out is an OSError
            log.warning("the switch outside cannot be pinged: %s", type(error).__name__)
            return False
        if not is_taken:
            log.warning("the switch outside refuses the ping: status %d", answer.status_code)
        return is_taken


def is_usable(url: str) -> bool:
    """Tell whether a URL can be pinged: https, or http on this machine itself."""
    try:
        scheme, host, _, _ = parts_of(url)
    except RefusedError:
        return False
    return scheme == "https" or host in LOOPBACK
