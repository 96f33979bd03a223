"""How the gateway itself is: what the machine says, and when that is worth telling."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from messaging.status import Health

TELL_EACH_S = 300.0
"""How often the status is told without a change: someone who looks sees at most five minutes."""
TELL_AT_MOST_EACH_S = 30.0
"""How often with one: counts that run up must not fill a slow line."""
_MB = 1024 * 1024
_STATM, _MEMINFO = Path("/proc/self/statm"), Path("/proc/meminfo")


def is_worth_telling(told: Health, health: Health, *, since_s: float) -> bool:
    """Tell whether a status has to be told anew.

    Args:
        told: What was told last.
        health: How it is now.
        since_s: Real seconds between the two.
    """
    if since_s >= TELL_EACH_S:
        return True
    return since_s >= TELL_AT_MOST_EACH_S and _matters(told) != _matters(health)


def disk_free_mb(folder: Path) -> int:
    """Return how much room the disk has; -1 when that cannot be told."""
    with suppress(OSError):
        return shutil.disk_usage(folder).free // _MB
    return -1


def memory_mb() -> int:
    """Return what this program holds in memory (resident); -1 when that cannot be told."""
    with suppress(OSError, ValueError, IndexError):
        return int(_STATM.read_text("ascii").split()[1]) * os.sysconf("SC_PAGESIZE") // _MB
    return -1


def memory_free_mb() -> int:
    """Return what the machine could still give away; -1 when that cannot be told."""
    with suppress(OSError, ValueError, IndexError):
        for line in _MEMINFO.read_text("ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) // 1024
    return -1


def program_version() -> str:
    """Return the version that is installed; empty when run from a bare folder."""
    try:
        return version("mimamori")
    except PackageNotFoundError:
        return ""


def _matters(health: Health) -> tuple[object, ...]:
    """Return what a technician would act on, without what changes all the time."""
    return (
        health.program,
        health.clock,
        health.is_room_short,
        dict(health.dropped),
        dict(health.quarantined),
        health.starts,
        health.boots,
    )
