"""Looking at the set-up: what is there, what is missing, and what does not work without it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from cli.installation import Installation
from cli.mosquitto import find_mosquitto
from cli.secrets import check_mode
from domain.errors import InputError

MIN_FREE_BYTES = 1 << 30
"""A month of a dozen homes takes far less; below it a disk is nearly full anyway."""
MIN_PYTHON = (3, 11)
ASSETS = Path(__file__).parent.parent / "dashboard" / "static" / "manifest.json"
CATALOGUE = Path(__file__).parent.parent / "dashboard" / "locales" / "ja"


class Health(StrEnum):
    """How one thing stands."""

    GOOD = "good"
    WARNING = "warning"
    """It works, with something less."""
    BAD = "bad"
    """It does not work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at."""

    name: str
    health: Health
    found: str
    do: str = ""
    """What to do; empty when it is good."""


def examine(installation: Installation) -> list[Check]:
    """Look at this machine and this installation; changes nothing."""
    return [
        _python(),
        _sqlite(),
        _mosquitto(),
        _assets(),
        _catalogue(),
        _disk(installation.folder),
        *_secrets(installation.folder / "secrets"),
    ]


def _python() -> Check:
    version = ".".join(str(part) for part in sys.version_info[:3])
    good = sys.version_info[:2] >= MIN_PYTHON
    return Check(
        name="Python",
        health=Health.GOOD if good else Health.BAD,
        found=version,
        do="" if good else "install Python 3.11 or newer",
    )


def _sqlite() -> Check:
    """Several writers can corrupt a write-ahead log before 3.51.3; we use one writer."""
    return Check(name="SQLite", health=Health.GOOD, found=f"{sqlite3.sqlite_version}, one writer")


def _mosquitto() -> Check:
    path = find_mosquitto()
    if path is not None:
        return Check(name="Mosquitto", health=Health.GOOD, found=path)
    return Check(
        name="Mosquitto",
        health=Health.WARNING,
        found="not installed: demo and replay use a slower stand-in, up does not start",
        do="apt-get install mosquitto (Debian, Ubuntu) or brew install mosquitto (macOS)",
    )


def _assets() -> Check:
    if ASSETS.exists():
        return Check(name="Front end", health=Health.GOOD, found=str(ASSETS.parent))
    return Check(
        name="Front end",
        health=Health.WARNING,
        found="not built: pages have no style and do not update by themselves",
        do="run scripts/setup again with the npm registry in reach",
    )


def _catalogue() -> Check:
    if any(CATALOGUE.glob("LC_MESSAGES/*.mo")):
        return Check(name="Japanese", health=Health.GOOD, found="catalogue compiled")
    return Check(
        name="Japanese",
        health=Health.WARNING,
        found="catalogue not compiled: pages speak English only",
        do="run scripts/setup again",
    )


def _disk(folder: Path) -> Check:
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    free = shutil.disk_usage(there).free
    good = free >= MIN_FREE_BYTES
    return Check(
        name="Disk",
        health=Health.GOOD if good else Health.WARNING,
        found=f"{free / (1 << 30):.1f} GiB free at {there}",
        do="" if good else "make room: a full disk stops receipts",
    )


def _secrets(folder: Path) -> list[Check]:
    if not folder.exists():
        return [
            Check(name="Secrets", health=Health.GOOD, found="none yet; made at the first start")
        ]
    bad = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        try:
            check_mode(path)
        except InputError as error:
            bad.append(
                Check(
                    name="Secrets",
                    health=Health.BAD,
                    found=f"{error.problem.where}: {error.problem.found}",
                    do=error.problem.do,
                )
            )
    owner = "root" if os.geteuid() == 0 else "you"
    return bad or [Check(name="Secrets", health=Health.GOOD, found=f"readable by {owner} only")]
