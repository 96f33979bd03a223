"""The switch outside: an address that is pinged on each proof, and raises the alarm when we do not.

A client of our own, because it has to be small: one request, no redirect, limits on time and size.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import SplitResult, urlsplit

from domain.errors import InputError, Problem, shown

log = logging.getLogger(__name__)

LIMIT_S = 10.0
"""Hard limit of one ping from connecting to the answer's first line, in real seconds."""
MOST_BYTES = 4_096
"""Of the answer; only its first line is read."""
URL_CHARACTERS = 2_000
LOOPBACK = ("127.0.0.1", "::1", "localhost")
PORTS = {"https": 443, "http": 80}
_GOOD = range(200, 300)
_STATUS_PARTS = 2


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
                status = await _ask(urlsplit(self.url), self.method)
        except (OSError, TimeoutError, ValueError, asyncio.LimitOverrunError) as error:
            log.warning("the switch outside cannot be pinged: %s", type(error).__name__)
            return False
        if status not in _GOOD:
            log.warning("the switch outside refuses the ping: status %d", status)
        return status in _GOOD


def is_usable(url: str) -> bool:
    """Tell whether a URL can be pinged: https, or http on this machine itself."""
    if len(url) > URL_CHARACTERS or not url.isascii() or not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    return bool(is_safe and parts.hostname) and "@" not in parts.netloc and not parts.fragment


async def _ask(url: SplitResult, method: Method) -> int:
    """Send one request and return the status of the answer.

    Raises:
        OSError: No connection, or the certificate is not the host's.
        ValueError: The answer is not HTTP, or its first line is longer than `MOST_BYTES`.
    """
    host = url.hostname or ""
    tls = ssl.create_default_context() if url.scheme == "https" else None
    reader, writer = await asyncio.open_connection(
        host, url.port or PORTS[url.scheme], ssl=tls, limit=MOST_BYTES
    )
    try:
        path = (url.path or "/") + (f"?{url.query}" if url.query else "")
        lines = [f"{method} {path} HTTP/1.1", f"Host: {url.netloc}", "User-Agent: mimamori"]
        lines += ["Content-Length: 0", "Connection: close", "", ""]
        writer.write("\r\n".join(lines).encode("ascii"))
        await writer.drain()
        return _status(await reader.readline())
    finally:
        writer.transport.abort()


def _status(line: bytes) -> int:
    parts = line.split()
    if len(parts) < _STATUS_PARTS or not parts[0].startswith(b"HTTP/"):
        msg = "not HTTP"
        raise ValueError(msg)
    return int(parts[1])
