"""On which machine, with which libraries and of which commit a campaign was run."""

import os
import platform
import sqlite3
import subprocess
from dataclasses import dataclass
from pathlib import Path

from cli.mosquitto import find_mosquitto
from tests.support.power_cut.recording import ROOT

_RESULTS = ("docs/reference/campaign.md", "docs/reference/campaign.json")
_TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What a result depends on."""

    commit: str
    is_dirty: bool
    """Whether files were changed after the commit; the results themselves do not count."""
    system: str
    processors: int
    python: str
    sqlite: str
    mosquitto: str
    strace: str


def describe() -> Machine:
    """Look at this machine and this working tree."""
    changed = _said("git", "status", "--porcelain", "--", ".", *(f":!{name}" for name in _RESULTS))
    return Machine(
        commit=_said("git", "rev-parse", "--short=12", "HEAD") or "no git",
        is_dirty=bool(changed),
        system=f"{platform.system()} {platform.release()}, {_processor()}",
        processors=os.cpu_count() or 0,
        python=platform.python_version(),
        sqlite=sqlite3.sqlite_version,
        mosquitto=_said(find_mosquitto() or "mosquitto", "-h").partition("\n")[0],
        strace=_said("strace", "-V").partition("\n")[0],
    )


def _processor() -> str:
    """Return the processor's name where the system tells it."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text("utf-8").splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _said(*command: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603 (fixed words)
            command, cwd=ROOT, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False
        )
    except OSError:
        return ""
    return done.stdout.strip()
