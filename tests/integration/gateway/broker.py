"""A real Mosquitto on a free port, which tests may kill and start again."""

import signal
import socket
import subprocess
from pathlib import Path

from domain.clock import RealClock, pause
from messaging.client import BrokerSettings
from tests.support.services import require

LONGEST_START_S = 10.0


class Mosquitto:
    """One broker; what it had persisted is there again after `start`."""

    def __init__(self, folder: Path, *, password_line: str | None = None) -> None:
        """Write the configuration; `password_line` closes the broker to all but one user."""
        self._binary = require("mosquitto", "the gateway's way through a real broker")
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(exist_ok=True)
        self._config = folder / "mosquitto.conf"
        lines = [
            f"listener {self.port} 127.0.0.1",
            "user root",
            "persistence true",
            f"persistence_location {folder}/",
            "set_tcp_nodelay true",
            "max_queued_messages 0",
            "max_inflight_messages 4000",
            "log_dest none",
            f"allow_anonymous {'false' if password_line else 'true'}",
        ]
        if password_line:
            passwords = folder / "passwords"
            passwords.write_text(password_line)
            passwords.chmod(0o600)
            lines.append(f"password_file {passwords}")
        self._config.write_text("\n".join(lines) + "\n")

    def settings(self, name: str, *, mqtt5: bool = False) -> BrokerSettings:
        """Return how `name` connects here."""
        return BrokerSettings(host="127.0.0.1", port=self.port, username=name, mqtt5=mqtt5)

    async def start(self) -> None:
        """Start the broker and wait until it answers."""
        self._process = subprocess.Popen([self._binary, "-c", str(self._config)])  # noqa: ASYNC220, S603
        clock = RealClock()
        end_s = clock.monotonic() + LONGEST_START_S
        while clock.monotonic() < end_s:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            await pause(0.02)
        raise TimeoutError("mosquitto does not answer")

    def kill(self) -> None:
        """Kill -9, as a power cut of the broker's host would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Stop in order; a second time is harmless."""
        self._end(signal.SIGTERM)

    def freeze(self) -> None:
        """Stop it answering without closing any connection."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def _end(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(timeout=10)
            self._process = None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
