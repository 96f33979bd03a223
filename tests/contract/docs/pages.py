"""The documents as the tests of this folder read them: files, tables, commands that they name."""

import re
from pathlib import Path

import typer.main

from cli.main import app

ROOT = Path(__file__).resolve().parents[3]
TOP = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
SPAN = re.compile(r"`([^`\n]+)`")
FENCE = re.compile(r"^[ ]*```.*?\n(.*?)^[ ]*```", re.MULTILINE | re.DOTALL)
CELL = re.compile(r"(?<!\\)\|")
_CALL = re.compile(r"^(?:\.venv/bin/)?mimamori(?=\s|$)")


def documents() -> list[Path]:
    """Return all documents of the project, by name."""
    return [ROOT / name for name in TOP] + sorted((ROOT / "docs").rglob("*.md"))


def read(name: str) -> str:
    """Return the text of one document, by its path in the repository."""
    return (ROOT / name).read_text("utf-8")


def table_rows(text: str) -> list[list[str]]:
    """Return the cells of all table rows but heads and rules; marks of code are taken off."""
    rows: list[list[str]] = []
    for line in text.splitlines():
        if not line.startswith("|"):
            continue
        cells = [cell.strip().strip("`") for cell in CELL.split(line)[1:-1]]
        if set("".join(cells)) <= set("-: "):
            rows.pop()  # what stands above the rule is the head
        else:
            rows.append(cells)
    return rows


def calls(text: str) -> list[list[str]]:
    """Return the words behind `mimamori` wherever a document names a command to run."""
    fenced = [line.strip() for block in FENCE.findall(text) for line in block.splitlines()]
    spans = SPAN.findall(FENCE.sub("", text))
    lines = [line for line in (*fenced, *spans) if _CALL.match(line)]
    return [_CALL.sub("", line).partition("#")[0].split() for line in lines]


def commands() -> dict[str, dict[str, str]]:
    """Return what the command line takes: by command, by option (or ARGUMENT), its default."""
    return {
        " ".join(path): {_name(param): _default(param) for param in params}
        for path, params in _leaves(typer.main.get_command(app), ())
    }


def _leaves(command: object, path: tuple[str, ...]) -> list[tuple[tuple[str, ...], list[object]]]:
    below = getattr(command, "commands", None)
    if below is None:
        return [(path, list(getattr(command, "params")))]  # noqa: B009 (typer's class is private)
    return [leaf for name, one in below.items() for leaf in _leaves(one, (*path, name))]


def _name(param: object) -> str:
    option: str = getattr(param, "opts")[0]  # noqa: B009 (the same)
    return option if option.startswith("-") else option.upper()


def _default(param: object) -> str:
    """Say a default as the page does."""
    default = getattr(param, "default", None)
    if getattr(param, "prompt", None):
        return "asked for"
    if getattr(param, "required", False):
        return "required"
    if default is None:
        return "none"
    if default is False:
        return "no"
    return "see above" if callable(default) else str(default)
