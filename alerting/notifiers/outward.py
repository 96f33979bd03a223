"""Requests to addresses that a person has set: where they may go, and what makes them."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import urlsplit

import httpx2

Address = IPv4Address | IPv6Address
LONGEST_URL = 2_000
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")
"""IPv4 behind a translator (RFC 6052): it could be any address inside."""
_PORTS = {"https": 443, "http": 80}


class RefusedError(ValueError):
    """The address is not one that we send to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where to connect, and what to say there."""

    ip: Address
    """What the name meant when it was looked up: connecting to it, not to the name, keeps a second
    look-up from meaning something else."""
    host: str
    port: int
    scheme: str
    path: str
    """With the query."""

    @property
    def url(self) -> str:
        """The URL with the address in place of the name."""
        literal = f"[{self.ip}]" if self.ip.version == 6 else str(self.ip)  # noqa: PLR2004
        return f"{self.scheme}://{literal}:{self.port}{self.path}"

    @property
    def authority(self) -> str:
        """What the Host header says."""
        is_usual = _PORTS[self.scheme] == self.port
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if is_usual else f"{name}:{self.port}"


def client(limit_s: float) -> httpx2.AsyncClient:
    """Return a client that follows no redirect, asks no proxy and writes no address into a log.

    The library logs each URL, and at DEBUG each header: an address here is a secret of its owner.
    """
    for library in ("httpx2", "httpcore2"):
        logging.getLogger(library).setLevel(logging.WARNING)
    return httpx2.AsyncClient(trust_env=False, follow_redirects=False, timeout=limit_s)


async def resolve(url: str, *, allowed: Collection[str]) -> Target:
    """Look a URL up and decide whether we may go there.

    Args:
        url: `https://…`; `http://…` only to a host in `allowed`.
        allowed: Hosts, as the URL names them, that may lie in our own networks.

    Raises:
        RefusedError: Not such a URL, or a name that means an address in a private, loopback,
            link-local or otherwise special network, even if it means a public one as well.
        OSError: The name cannot be looked up now.
    """
    scheme, host, port, path = parts_of(url)
    is_allowed = host in {one.lower() for one in allowed}
    if scheme != "https" and not is_allowed:
        raise RefusedError("only https leaves our networks")
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [ipaddress.ip_address(str(one[4][0]).partition("%")[0]) for one in found]
    if not addresses:
        raise OSError("the name means no address")
    if not is_allowed and not all(is_outside(address) for address in addresses):
        raise RefusedError("the host lies in a network of our own")
    return Target(ip=addresses[0], host=host, port=port, scheme=scheme, path=path)


def is_outside(address: Address) -> bool:
    """Tell whether an address is one of the public internet, and not a wrapping of another."""
    if isinstance(address, IPv6Address):
        wraps = address.ipv4_mapped or address.sixtofour or address.teredo
        if wraps is not None or address in _TRANSLATED:
            return False
    return address.is_global and not address.is_multicast


def parts_of(url: str) -> tuple[str, str, int, str]:
    """Take a URL apart into scheme, host in small letters, port, and path with query.

    Raises:
        RefusedError: Not an http or https URL, or one with a sign-in or a fragment.
    """
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise RefusedError("not a URL")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise RefusedError("not a URL") from error
    if parts.scheme not in _PORTS or not parts.hostname:
        raise RefusedError("not an http or https URL")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise RefusedError("a URL with a sign-in or a fragment")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return parts.scheme, parts.hostname.lower(), port or _PORTS[parts.scheme], path
