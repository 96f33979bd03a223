"""A real Mosquitto with the settings that a test asks for; killed, frozen, cut and looked at."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

from cli.broker import AccessRules, free_port
from cli.mosquitto_files import hash_password
from domain.clock import RealClock, pause
from tests.support.process import Process
from tests.support.services import require

LONGEST_START_S = 15.0
GENEROUS = {
    "max_inflight_messages": "4000",
    "max_queued_messages": "200000",
    "message_size_limit": "131072",
    "autosave_interval": "60",
    "persistence": "true",
}
"""As `mimamori` sets them; a test replaces what it is about."""


class Mosquitto:
    """One broker on a free port. What it had saved is there again after `start`."""

    def __init__(
        self,
        folder: Path,
        *,
        settings: Mapping[str, str] | None = None,
        passwords: Mapping[str, str] | None = None,
        rules: AccessRules | None = None,
        address: str = "127.0.0.1",
        under: Sequence[str] = (),
    ) -> None:
        """Write the configuration.

        Args:
            folder: For configuration, log and what it persists; made if needed.
            settings: Lines of mosquitto.conf that replace `GENEROUS`.
            passwords: By user name; None: everybody may come in under any name.
            rules: Who may read and write what; None: everybody everything.
            address: Where it listens.
            under: See `Process`.
        """
        self._binary = require("mosquitto", "behaviour through a real broker")
        self._under = under
        folder.mkdir(parents=True, exist_ok=True)
        self.port, self.folder = free_port(), folder
        self._config = folder / "mosquitto.conf"
        self._log = folder.with_suffix(".log")  # beside it: its own disk may be full
        self._log.touch()
        self.process: Process | None = None
        lines = {
            f"listener {self.port}": address,
            "user": "root",
            "persistence_location": f"{folder}/",
            "set_tcp_nodelay": "true",
            "log_dest": "stderr",
            "log_type": "all",
            **GENEROUS,
            **(settings or {}),
        }
        if passwords is None:
            lines["allow_anonymous"] = "true"
        else:
            lines |= {"allow_anonymous": "false", "use_username_as_clientid": "true"}
            text = "".join(f"{user}:{hash_password(word)}\n" for user, word in passwords.items())
            lines["password_file"] = str(self._secret("passwords", text))
        if rules is not None:
            lines["acl_file"] = str(self._secret("acl", rules.mosquitto))
        self._config.write_text("".join(f"{name} {value}\n" for name, value in lines.items()))

    @property
    def database(self) -> Path:
        """The file in which it keeps sessions and queues."""
        return self.folder / "mosquitto.db"

    async def start(self) -> None:
        """Start it and wait until it says that it runs: it listens then."""
        before = self.says(" running\n")
        self.process = Process(
            [self._binary, "-c", str(self._config)], log=self._log, under=self._under
        )
        clock = RealClock()
        end_s = clock.monotonic() + LONGEST_START_S
        while self.process.exit_code is None and clock.monotonic() < end_s:
            if self.says(" running\n") > before:
                return
            await pause(0.02)
        raise TimeoutError(f"mosquitto does not run: {self._text()[-500:]}")

    def kill(self) -> None:
        """Kill -9; harmless when it does not run."""
        if self.process is not None:
            self.process.kill()

    def stop(self) -> None:
        """Stop in order, so that it saves; harmless when it does not run."""
        if self.process is not None:
            self.process.stop()

    def reload(self) -> None:
        """Let it read passwords and access list anew."""
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGHUP)

    def connections_of(self, client: str) -> int:
        """Return how often a client connected, by the broker's own log."""
        return self._text().count(f" as {client} (")

    def subscriptions_of(self, client: str) -> int:
        """Return how often a client subscribed, by the broker's own log."""
        return self._text().count(f"Sending SUBACK to {client}\n")

    def says(self, text: str) -> int:
        """Return how often its log has a text."""
        return self._text().count(text)

    def _secret(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text)
        path.chmod(0o600)
        return path

    def _text(self) -> str:
        return self._log.read_text("utf-8", "replace")
