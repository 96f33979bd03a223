"""Builds the wheel of the tree once for the tests of packaging."""

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest

from tests.support import services

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = (
    "domain",
    "messaging",
    "storage",
    "devices",
    "gateway",
    "ingest",
    "anomaly",
    "alerting",
    "dashboard",
    "cli",
)


def uv(*arguments: str) -> str:
    """Run the uv that scripts/setup put beside this Python, and return what it printed."""
    beside = Path(sys.executable).with_name("uv")
    program = str(beside) if beside.exists() else services.require("uv", "nothing is packaged")
    environment = {key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"}
    done = subprocess.run(  # noqa: S603 (our own tool and arguments)
        [program, *arguments],
        cwd=ROOT,
        # The bundle was made by scripts/setup; here its files are only packed.
        env=environment | {"MIMAMORI_SKIP_FRONTEND": "1"},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    if done.returncode != 0:
        pytest.fail(f"uv {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}", pytrace=False)
    return done.stdout


@cache
def built() -> Path:
    """Return the wheel of the tree as it is now, built at the first call."""
    folder = Path(mkdtemp(prefix="mimamori-wheel-"))
    uv("build", "--quiet", "--wheel", "--python", sys.executable, "--out-dir", str(folder), ".")
    (wheel,) = folder.glob("mimamori-*.whl")
    return wheel


def forget() -> None:
    """Remove what `built` left on the disk."""
    if built.cache_info().currsize:
        shutil.rmtree(built().parent, ignore_errors=True)
        built.cache_clear()
