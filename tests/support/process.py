"""A program of ours as a process of its own, to be killed, frozen and looked at."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from domain.clock import RealClock, pause

ROOT = Path(__file__).parents[2]
PATIENCE_S = 45.0
"""Real time after which a test gives up on a process; nothing is measured by it."""
STOP_WAIT_S = 10.0


class Process:
    """One program with all that it starts: signals go to its whole group."""

    def __init__(self, command: Sequence[str], *, log: Path, under: Sequence[str] = ()) -> None:
        """Start it.

        Args:
            command: Program and arguments; a leading `-m` means our own Python.
            log: Where what it prints is appended.
            under: A program that starts it, with arguments: `strace …`, `ip netns exec …`.
        """
        ours = [sys.executable, *command] if command[0] == "-m" else list(command)
        self.log = log
        with log.open("ab") as file:
            self._popen = subprocess.Popen(  # noqa: S603 (our own programs)
                [*under, *ours],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                start_new_session=True,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
            )

    @property
    def pid(self) -> int:
        """Its process id; that of `under` where that does not replace itself."""
        return self._popen.pid

    @property
    def exit_code(self) -> int | None:
        """How it ended; None while it runs."""
        return self._popen.poll()

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self.exit_code is None

    def kill(self) -> None:
        """Kill -9; harmless when it has ended."""
        self._signal(signal.SIGKILL)
        self._popen.wait(STOP_WAIT_S)

    def stop(self) -> None:
        """End it in order, and by force when it does not."""
        self._signal(signal.SIGCONT)
        self._signal(signal.SIGTERM)
        try:
            self._popen.wait(STOP_WAIT_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def freeze(self) -> None:
        """Let it stand still: its connections stay open, nothing is answered."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    async def ended(self) -> int:
        """Wait until it has ended by itself and return its exit code."""
        clock = RealClock()
        end_s = clock.monotonic() + PATIENCE_S
        while (code := self.exit_code) is None:
            assert clock.monotonic() < end_s, f"it does not end: {self.said()[-2_000:]}"
            await pause(0.05)
        return code

    def said(self) -> str:
        """Return everything that was printed into its log."""
        return self.log.read_text("utf-8", "replace")

    def resident_bytes(self) -> int:
        """Return how much memory it holds now (Linux)."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text("ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def limit_memory(self, *, more_bytes: int) -> None:
        """Give it no more address space than it has and `more_bytes` (Linux)."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text("ascii").split()[0])
        most = pages * os.sysconf("SC_PAGE_SIZE") + more_bytes
        resource.prlimit(self.pid, resource.RLIMIT_AS, (most, most))

    def _signal(self, number: signal.Signals) -> None:
        if self.exit_code is None:
            os.killpg(self.pid, number)


async def until(condition: Callable[[], bool], process: Process | None = None) -> None:
    """Wait until a condition holds, at most `PATIENCE_S`, or fail as soon as a process ends."""
    clock = RealClock()
    end_s = clock.monotonic() + PATIENCE_S
    while not condition():
        said = "" if process is None else process.said()[-2_000:]
        assert clock.monotonic() < end_s, f"what was waited for did not come; {said}"
        assert process is None or process.exit_code is None, f"the process ended; {said}"
        await pause(0.02)
