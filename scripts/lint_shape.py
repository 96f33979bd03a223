"""Checks two rules that no linter has.

* No source file is longer than 400 lines: a longer one has two subjects. Migrations are free of
  this: they are generated, and never changed after their release.
* The domain imports nothing but itself and the standard library, and none of the parts of it that
  reach outside the process. Only its clock may know asyncio.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MOST_LINES = 400
SUFFIXES = {".css", ".html", ".js", ".mjs", ".py"}
# Directories without code that a person wrote.
SKIPPED = {".git", ".venv", "build", "dist", "node_modules", "static", "var"}
OUTSIDE = {
    "asyncio",
    "http",
    "multiprocessing",
    "os",
    "pathlib",
    "socket",
    "sqlite3",
    "ssl",
    "subprocess",
    "threading",
    "urllib",
}
ALLOWED = {("domain/clock.py", "asyncio")}


def sources(folder: Path) -> Iterator[Path]:
    """Yield the source files below a folder, in a stable order."""
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            if path.name not in SKIPPED and not (path.name.startswith(".") and path.name != ".ci"):
                yield from sources(path)
        elif path.suffix in SUFFIXES:
            yield path


def too_long(path: Path) -> Iterator[str]:
    """Report a file that is longer than is easily read."""
    if "migrations" in path.parts:
        return
    lines = len(path.read_text("utf-8").splitlines())
    if lines > MOST_LINES:
        yield f"{path.relative_to(ROOT)}: {lines} lines, at most {MOST_LINES}"


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the line and top-level name of each import, also of those inside functions."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"), str(path))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name.partition(".")[0]
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.lineno, node.module.partition(".")[0]


def foreign(path: Path) -> Iterator[str]:
    """Report what the domain may not import."""
    name = path.relative_to(ROOT).as_posix()
    for line, module in imported(path):
        inside = module == "domain" or (module in sys.stdlib_module_names and module not in OUTSIDE)
        if not inside and (name, module) not in ALLOWED:
            yield f"{name}:{line}: the domain may not import {module}"


def main() -> int:
    """Print each breach and return how a script ends."""
    found = [breach for path in sources(ROOT) for breach in too_long(path)]
    found += [breach for path in sources(ROOT / "domain") for breach in foreign(path)]
    for breach in found:
        print(breach)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
