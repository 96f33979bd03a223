"""On what a result was measured: machine, commit, versions."""

from __future__ import annotations

import os
import platform
import sqlite3
import subprocess
from importlib.metadata import version
from pathlib import Path

import psutil

from cli.mosquitto import find_mosquitto

ROOT = Path(__file__).resolve().parents[1]
_LIBRARIES = ("paho-mqtt", "aiomqtt", "msgspec", "sqlalchemy")


def describe() -> dict[str, object]:
    """Return what a reader must know to repeat a result."""
    return {
        "machine": {
            "processor": _processor(),
            "cores": os.cpu_count(),
            "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
            "system": platform.platform(),
            "load_before": [round(each, 2) for each in os.getloadavg()],
        },
        "commit": _said(["git", "rev-parse", "--short=12", "HEAD"]),
        "is_changed": bool(_said(["git", "status", "--porcelain", "--untracked-files=no"])),
        "versions": {
            "python": platform.python_version(),
            "sqlite": sqlite3.sqlite_version,
            "mosquitto": _mosquitto(),
            **{name: version(name) for name in _LIBRARIES},
        },
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def _mosquitto() -> str:
    binary = find_mosquitto()
    return "not installed" if binary is None else _said([binary, "-h"]).partition("\n")[0]


def _said(command: list[str]) -> str:
    try:
        done = subprocess.run(  # noqa: S603 (our own commands)
            command, cwd=ROOT, capture_output=True, text=True, timeout=10, check=False
        )
    except OSError:
        return ""
    return done.stdout.strip()
