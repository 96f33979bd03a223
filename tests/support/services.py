"""Real programs that some tests need, such as a broker or a browser."""

import os
import shutil
from pathlib import Path

import pytest

# A PATH without root's folders lacks what Debian installs for root.
_ROOT_FOLDERS = "/usr/local/sbin:/usr/sbin:/sbin:/opt/homebrew/sbin:/opt/homebrew/bin"
_ALIASES: dict[str, tuple[str, ...]] = {
    "chromium": (
        "chromium-browser",
        "google-chrome",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    ),
}


def find(binary: str) -> str | None:
    """Return the path of a program, or None where it is not installed."""
    aliases: tuple[str, ...] = _ALIASES.get(binary, ())
    for name in (binary, *aliases):
        if name.startswith("/"):
            if Path(name).exists():
                return name
            continue
        path = shutil.which(name)
        if path is None:
            path = shutil.which(name, path=_ROOT_FOLDERS)
        if path is not None:
            return path
    return None


def require(binary: str, reason: str) -> str:
    """Return the path of a program; without it skip the test, or fail if services are required.

    Args:
        binary: the program's name, such as `mosquitto`.
        reason: what is not tested without it, for the person who reads the summary.
    """
    path = find(binary)
    if path is not None:
        return path
    message = f"{binary} is not installed: {reason}"
    if os.environ.get("REQUIRE_SERVICES") == "1":
        pytest.fail(message, pytrace=False)
    pytest.skip(message)
