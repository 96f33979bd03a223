"""Two machines and a line between them, as network namespaces; needs root, `ip`, `nft` and `tc`.

    with line_between_namespaces() as line:
        Process([...], under=line.server.enter)
        line.silence(); line.heal()

All traffic stays inside the two namespaces: they have no way to the machine they are made on. A
test reaches into one through a listening socket that was made there (`Host.listen`).
"""

from __future__ import annotations

import ctypes
import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.services import require

_CLONE_NEWNET = 0x40000000
_WANTED = {"ip": "network namespaces", "nft": "lost packets", "tc": "slow lines"}


@dataclass(frozen=True, slots=True)
class Host:
    """One namespace."""

    name: str
    address: str
    """On the line."""
    device: str
    """Its end of the line."""

    @property
    def enter(self) -> tuple[str, ...]:
        """What starts a program inside."""
        return ("ip", "netns", "exec", self.name)

    def run(self, *command: str) -> None:
        """Run a program inside and wait for it.

        Raises:
            subprocess.CalledProcessError: It failed.
        """
        _run(*self.enter, *command)

    def listen(self) -> socket.socket:
        """Return a socket that listens on a free port of this namespace's own loopback."""
        made: list[socket.socket] = []

        def inside() -> None:
            with Path(f"/run/netns/{self.name}").open("rb") as file:
                libc = ctypes.CDLL(None, use_errno=True)
                if libc.setns(file.fileno(), _CLONE_NEWNET) != 0:
                    raise OSError(ctypes.get_errno(), "setns")
            made.append(socket.create_server(("127.0.0.1", 0)))

        # A socket belongs to the namespace of the thread that made it; the thread ends with it.
        thread = threading.Thread(target=inside)
        thread.start()
        thread.join()
        (listener,) = made
        return listener


@dataclass(frozen=True, slots=True)
class Line:
    """A server and a home, and what happens on the way between them."""

    server: Host
    home: Host

    def cut(self) -> None:
        """Take the line down: both ends see no carrier."""
        self.home.run("ip", "link", "set", self.home.device, "down")

    def mend(self) -> None:
        """Take it up again."""
        self.home.run("ip", "link", "set", self.home.device, "up")

    def silence(self) -> None:
        """Drop everything both ways; nobody is told (a half-open line)."""
        self._rule("drop")

    def lose(self, percent: int) -> None:
        """Drop so many of a hundred packets each way, by chance."""
        self._rule("numgen", "random", "mod", "100", "<", str(percent), "drop")

    def heal(self) -> None:
        """Drop nothing any more."""
        self.home.run("nft", "flush", "ruleset")

    def slow(self, rate: str) -> None:
        """Let each way carry so much at most, such as `8kbit`."""
        for host in (self.server, self.home):
            shape = ("tbf", "rate", rate, "burst", "1600", "latency", "2s")
            host.run("tc", "qdisc", "replace", "dev", host.device, "root", *shape)

    def _rule(self, *what: str) -> None:
        self.home.run("nft", "add", "table", "inet", "line")
        for hook, way in (("input", "iifname"), ("output", "oifname")):
            chain = f"{{ type filter hook {hook} priority 0 ; }}"
            self.home.run("nft", "add", "chain", "inet", "line", hook, chain)
            self.home.run("nft", "add", "rule", "inet", "line", hook, way, self.home.device, *what)


@contextmanager
def line_between_namespaces() -> Iterator[Line]:
    """Make both namespaces and the line inside the block; skip the test where that cannot be."""
    for program, reason in _WANTED.items():
        require(program, reason)
    if os.geteuid() != 0:
        pytest.skip("needs root: network namespaces")
    mark = f"mm{os.getpid()}"
    server = Host(name=f"{mark}-server", address="10.77.0.1", device=f"{mark}s")
    home = Host(name=f"{mark}-home", address="10.77.0.2", device=f"{mark}h")
    made: list[Host] = []
    try:
        for host in (server, home):
            try:
                _run("ip", "netns", "add", host.name)
            except subprocess.CalledProcessError as error:
                pytest.skip(f"needs root that may make network namespaces: {error.stderr}")
            made.append(host)
            host.run("ip", "link", "set", "lo", "up")
        server.run(
            *("ip", "link", "add", server.device, "type", "veth"),
            *("peer", "name", home.device, "netns", home.name),
        )
        for host in (server, home):
            host.run("ip", "addr", "add", f"{host.address}/24", "dev", host.device)
            host.run("ip", "link", "set", host.device, "up")
        yield Line(server, home)
    finally:
        for host in made:
            subprocess.run(["ip", "netns", "del", host.name], check=False, capture_output=True)  # noqa: S603, S607


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=20)  # noqa: S603
