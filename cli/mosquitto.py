"""Mosquitto as a child process, with a configuration made by us."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

from cli.broker import LOOPBACK, AccessRules, free_port
from cli.secrets import write
from domain.clock import pause
from domain.errors import Problem, TransientError

READY_TRIES = 100
READY_PAUSE_S = 0.05
STOP_WAIT_S = 5.0
PBKDF2_ROUNDS = 101
"""What Mosquitto 2 itself writes; the passwords are 192 random bits, not words."""

_CONF = """\
listener {port} 127.0.0.1
allow_anonymous false
password_file {folder}/passwords
acl_file {folder}/acl
use_username_as_clientid true
persistence true
persistence_location {folder}/
autosave_interval 60
max_inflight_messages 4000
max_queued_messages 200000
max_queued_bytes 268435456
message_size_limit 131072
persistent_client_expiration 14d
set_tcp_nodelay true
log_dest file {folder}/mosquitto.log
log_type error
log_type warning
log_type notice
connection_messages false
"""


def find_mosquitto() -> str | None:
    """Return the path of the Mosquitto server, also where `PATH` lacks /usr/sbin."""
    return shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


class Mosquitto:
    """One Mosquitto child. Dies with us, also when we are killed (on Linux)."""

    def __init__(self, folder: Path, rules: AccessRules, *, port: int = 0) -> None:
        """Keep configuration, passwords and persistence in `folder`; `port` 0: a free one."""
        self._folder = folder.resolve()
        self._rules = rules
        self.port = port or free_port()
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self, passwords: Mapping[str, str]) -> None:
        """Write the configuration and start; returns when connections are accepted.

        Raises:
            TransientError: BRK-001 not installed, BRK-002 does not come up.
        """
        binary = find_mosquitto()
        if binary is None:
            raise TransientError(_missing())
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.set_passwords(passwords)
        write(self._folder / "acl", self._rules.mosquitto.encode())
        conf = _CONF.format(port=self.port, folder=self._folder)
        if os.geteuid() == 0:
            conf += "user root\n"
        write(self._folder / "mosquitto.conf", conf.encode())
        self._process = subprocess.Popen(  # noqa: ASYNC220, S603 (forks at once; our own files)
            [*_die_with_us(), binary, "-c", str(self._folder / "mosquitto.conf")],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        await self._wait_until_ready()

    def set_passwords(self, passwords: Mapping[str, str]) -> None:
        """Write the hashed passwords, by user name; a running broker takes them over."""
        lines = [f"{user}:{hash_password(word)}\n" for user, word in sorted(passwords.items())]
        write(self._folder / "passwords", "".join(lines).encode())
        if self._process is not None:
            self._process.send_signal(signal.SIGHUP)

    @property
    def is_running(self) -> bool:
        """Whether the child lives."""
        return self._process is not None and self._process.poll() is None

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

    async def _wait_until_ready(self) -> None:
        for _ in range(READY_TRIES):
            if not self.is_running:
                break
            try:
                _, writer = await asyncio.open_connection(LOOPBACK, self.port)
            except OSError:
                await pause(READY_PAUSE_S)
            else:
                writer.close()
                await writer.wait_closed()
                return
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


def hash_password(password: str) -> str:
    """Return a password as a Mosquitto password file holds it ($7$: PBKDF2-HMAC-SHA512)."""
    salt = secrets.token_bytes(12)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, PBKDF2_ROUNDS, 64)
    salt_64, digest_64 = base64.b64encode(salt).decode(), base64.b64encode(digest).decode()
    return f"$7${PBKDF2_ROUNDS}${salt_64}${digest_64}"


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
