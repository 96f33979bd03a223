"""Mosquitto as a child process, with a configuration made by us."""

from __future__ import annotations

import asyncio
import os
import resource
import shutil
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from cli.broker import LOOPBACK, AccessRules, free_port
from cli.mosquitto_files import (
    ACCESS_LIST,
    CONFIGURATION,
    PASSWORDS,
    Layout,
    TlsListener,
    access_list,
    configuration,
    hash_password,
    password_file,
)
from cli.secrets import write
from domain.clock import pause
from domain.errors import Problem, TransientError
from messaging.connection import bare_line

READY_TRIES = 100
READY_PAUSE_S = 0.05
STOP_WAIT_S = 5.0
ANSWER_S = 5.0
"""A broker under the worst load measured answered within 0.4 s."""
_STRANGER = b"\x10\x0e\x00\x04MQTT\x04\x02\x00\x05\x00\x02??"
"""A CONNECT of MQTT 3.1.1 without a name."""


def find_mosquitto() -> str | None:
    """Return the path of the Mosquitto server, also where `PATH` lacks /usr/sbin."""
    return shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


class Mosquitto:
    """One Mosquitto child. Dies with us, also when we are killed (on Linux)."""

    def __init__(
        self,
        folder: Path,
        rules: AccessRules,
        *,
        port: int = 0,
        tls: TlsListener | None = None,
        is_ours: bool = True,
    ) -> None:
        """Keep configuration, passwords and persistence in `folder`.

        Args:
            folder: The broker's folder; its owner's only.
            rules: Who may do what.
            port: TCP port on the loopback; 0: a free one.
            tls: The listener for homes; None: the loopback only.
            is_ours: Whether it is our child. Another one runs from the same files, and whoever
                runs it lets it read them again when they have changed (deploy/mosquitto).
        """
        self._folder = folder.resolve()
        self._rules = rules
        self._tls = tls
        self._is_ours = is_ours
        self.port = port or free_port()
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self, passwords: Mapping[str, str]) -> None:
        """Write the configuration and start; returns when connections are accepted.

        Raises:
            TransientError: BRK-001 not installed, BRK-002 does not come up.
        """
        hashes = {user: hash_password(word) for user, word in passwords.items()}
        self.write(access_list(self._rules), password_file(hashes))
        await self.launch()

    def write(self, acl: str, passwords: str) -> bool:
        """Write what the broker reads, which a running one takes over with `reload`.

        Returns:
            Whether anything is other than before.
        """
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        layout = Layout(
            folder=self._folder,
            state=self._folder,
            port=self.port,
            tls=self._tls,
            log=f"file {self._folder}/mosquitto.log" if self._is_ours else "stderr",
            user="root" if self._is_ours and os.geteuid() == 0 else None,
        )
        files = {ACCESS_LIST: acl, PASSWORDS: passwords, CONFIGURATION: configuration(layout)}
        changed = [name for name in files if self._read(name) != files[name].encode()]
        for name in changed:
            write(self._folder / name, files[name].encode())
        return bool(changed)

    async def launch(self) -> None:
        """Start with what was written; returns when connections are accepted.

        Raises:
            TransientError: BRK-001 not installed, BRK-002 does not come up.
        """
        binary = find_mosquitto()
        if not self._is_ours:
            await self._wait_until_ready()
            return
        if binary is None:
            raise TransientError(_missing())
        self._process = subprocess.Popen(  # noqa: ASYNC220, S603 (forks at once; our own files)
            [*_die_with_us(), binary, "-c", str(self._folder / CONFIGURATION)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _allow_many_connections(self._process.pid)
        await self._wait_until_ready()

    def reload(self) -> None:
        """Let a running broker take over access list, passwords and certificate."""
        if self._process is not None:
            self._process.send_signal(signal.SIGHUP)

    @property
    def is_running(self) -> bool:
        """Whether the child lives; of another's process we cannot say, so yes."""
        return not self._is_ours or (self._process is not None and self._process.poll() is None)

    async def answers(self) -> bool:
        """Tell whether it answers a stranger, who is refused, within `ANSWER_S`: it is not frozen.

        The system itself accepts connections for a frozen process, so that proves nothing.
        """
        try:
            async with asyncio.timeout(ANSWER_S):
                async with bare_line(LOOPBACK, self.port) as (reader, writer):
                    writer.write(_STRANGER)
                    return bool(await reader.read(1))
        except OSError:  # a time-out is one
            return False

    async def stop(self) -> None:
        """Stop it cleanly, so that it saves its sessions."""
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            await asyncio.to_thread(process.wait, STOP_WAIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            await asyncio.to_thread(process.wait)

    def _read(self, name: str) -> bytes | None:
        path = self._folder / name
        return path.read_bytes() if path.exists() else None

    async def _wait_until_ready(self) -> None:
        for _ in range(READY_TRIES):
            if not self.is_running:
                break
            try:
                async with bare_line(LOOPBACK, self.port):
                    return
            except OSError:
                await pause(READY_PAUSE_S)
        await self.stop()
        raise TransientError(
            Problem(
                code="BRK-002",
                where=f"mosquitto on port {self.port}",
                found="it did not come up",
                allowed="a broker that accepts connections within 5 s",
                do=f"read {self._folder / 'mosquitto.log'}",
            )
        )


def _allow_many_connections(child: int) -> None:
    """Give the child as many open files as the system lets us, where it can be said (Linux)."""
    if hasattr(resource, "prlimit"):
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        with suppress(OSError):
            resource.prlimit(child, resource.RLIMIT_NOFILE, (most, most))


def _die_with_us() -> list[str]:
    """Return a prefix that ends the child when we are killed; util-linux has it, macOS has not."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL"] if setpriv is not None else []


def _missing() -> Problem:
    return Problem(
        code="BRK-001",
        where="mosquitto",
        found="not installed",
        allowed="Mosquitto 2",
        do="apt-get install mosquitto (Debian, Ubuntu) or brew install mosquitto (macOS)",
    )
