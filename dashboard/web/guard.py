"""Which requests are not even looked at: foreign hosts, foreign origins."""

from __future__ import annotations

from collections.abc import Mapping

from dashboard.config import Settings
from dashboard.web.errors import Code

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
LARGEST_BODY = 64 * 1024
"""Bytes; the largest form has one note. Of every content type."""
LONGEST_TARGET = 2048
"""Characters of path and query."""


def refuse(
    *, method: str, path: str, headers: Mapping[str, str], settings: Settings
) -> Code | None:
    """Return why a request is refused, None when it may pass.

    A body that does not say its length is cut off where it is read.

    An unsafe method passes only from our own pages: browsers say so in Sec-Fetch-Site, which no
    script can forge; where that is missing, Origin must be ours.
    """
    host = headers.get("host", "")
    if host_name(host) not in settings.hosts:
        return Code.FOREIGN_HOST
    if len(path) > LONGEST_TARGET or not path.startswith("/") or "\x00" in path:
        return Code.BAD_REQUEST
    length = headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit()) or int(length) > LARGEST_BODY:
        return Code.TOO_LARGE
    if method in SAFE_METHODS:
        return None
    site = headers.get("sec-fetch-site")
    if site is not None:
        return None if site == "same-origin" else Code.FOREIGN_ORIGIN
    scheme = "https" if settings.is_https else "http"
    ours = headers.get("origin", "").lower() == f"{scheme}://{host.lower()}"
    return None if ours else Code.FOREIGN_ORIGIN


def host_name(host: str) -> str:
    """Return the name of a Host header in lower case without its port; "" where it is malformed."""
    name, bracket, rest = host.lower().partition("]")
    if bracket:
        return f"{name}]" if not rest or _is_port(rest) else ""
    name, colon, port = name.partition(":")
    return name if not colon or _is_port(f":{port}") else ""


def local_path(path: str | None) -> str:
    """Return `path` if it is one of this site, else `/`: nobody is sent elsewhere after sign-in."""
    if path is None or len(path) > LONGEST_TARGET or not path.isprintable():
        return "/"
    is_local = path.startswith("/") and not path.startswith(("//", "/\\")) and "\\" not in path
    return path if is_local else "/"


def _is_port(text: str) -> bool:
    return text.startswith(":") and text[1:].isascii() and text[1:].isdigit()
