"""The commands of modes: `mimamori test-mode` and `mimamori visit`."""

# ruff: noqa: PLC0415 (a command loads only what it needs: it starts at once)

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.arguments import data_dir_option
from domain.absence import Mode

test_mode_app = typer.Typer(no_args_is_help=True, help="Trying the equipment of a home.")
visit_app = typer.Typer(no_args_is_help=True, help="When somebody is with the resident.")

DataDir = Annotated[Path, data_dir_option()]
HomeCode = Annotated[str, typer.Argument(help="Code of the home, such as K-07.")]
Owner = Annotated[str, typer.Option(help="Login of the person who answers for it.")]
Municipality = Annotated[str | None, typer.Option(help="Whose home; where there are several.")]


@test_mode_app.command("begin")
def begin_test_mode(
    code: HomeCode,
    *,
    minutes: Annotated[int, typer.Option(min=1, max=30, help="How long.")] = 30,
    owner: Owner,
    data_dir: DataDir,
) -> None:
    """Mark messages about a home as sent in test mode; all are sent. It ends by itself."""
    _begin(data_dir, code, Mode.TEST, minutes, owner)


@test_mode_app.command("end")
def end_test_mode(code: HomeCode, *, municipality: Municipality = None, data_dir: DataDir) -> None:
    """End test mode of a home before its time."""
    _end(data_dir, code, Mode.TEST, municipality)


@visit_app.command("begin")
def visit_begin(
    code: HomeCode,
    *,
    minutes: Annotated[int, typer.Option(min=1, max=60, help="How long at most.")] = 60,
    owner: Owner,
    data_dir: DataDir,
) -> None:
    """Hold messages back while somebody is with the resident; never a cry for help."""
    _begin(data_dir, code, Mode.VISIT, minutes, owner)


@visit_app.command("leave")
def visit_leave(code: HomeCode, *, municipality: Municipality = None, data_dir: DataDir) -> None:
    """Say that the visitor leaves now: the next movement ends the visit."""
    from cli.requests import do

    typer.echo(do(data_dir, "visit.leave", code=code, municipality=municipality))


@visit_app.command("end")
def visit_end(code: HomeCode, *, municipality: Municipality = None, data_dir: DataDir) -> None:
    """End a visit before its time; what was held back is told."""
    _end(data_dir, code, Mode.VISIT, municipality)


def _begin(data_dir: Path, code: str, mode: Mode, minutes: int, owner: str) -> None:
    from cli.requests import do

    typer.echo(do(data_dir, "mode.begin", code=code, mode=mode, minutes=minutes, owner=owner))


def _end(data_dir: Path, code: str, mode: Mode, municipality: str | None) -> None:
    from cli.requests import do

    typer.echo(do(data_dir, "mode.end", code=code, mode=mode, municipality=municipality))
