"""How durations, instants, folders and names are given on the command line."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from cli.installation import VARIABLE, default_folder
from domain.errors import InputError, Problem, shown

TOKYO = ZoneInfo("Asia/Tokyo")
OUR_TIME = range(2000, 2200)
"""Years; beyond lie slips of the key."""
_DURATION = re.compile(r"(\d+(?:\.\d+)?)([smhd])")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}

RecordedFile = Annotated[Path, typer.Argument(help="CSV or CSV.GZ of a recorded home.")]


def data_dir_option() -> Any:
    """Return the option that says where data lies."""
    return typer.Option(
        "--data-dir",
        envvar=VARIABLE,
        default_factory=default_folder,
        show_default="var",
        help="Where this installation keeps its data.",
    )


def ask_name() -> str:
    """Ask for who lives in a home; an empty answer is one."""
    return str(typer.prompt("Name of who lives there", default="", show_default=False))


def parse_duration(text: str | None) -> timedelta | None:
    """Read `90s`, `30m`, `8h` or `2d`; None stays None.

    Raises:
        InputError: CLI-001.
    """
    if text is None:
        return None
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        raise InputError(_wrong("CLI-001", text, "a number with s, m, h or d, such as 30m"))
    return timedelta(seconds=float(match[1]) * _UNITS[match[2]])


def parse_instant(text: str, zone: ZoneInfo = TOKYO) -> datetime:
    """Read an ISO 8601 instant; one without a zone is of `zone`: Japan, as in recorded homes.

    Raises:
        InputError: CLI-002.
    """
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        wrong = _wrong("CLI-002", text, "an instant such as 2011-07-01T10:00")
        raise InputError(wrong) from error
    return instant if instant.tzinfo is not None else instant.replace(tzinfo=zone)


def parse_local(text: str, zone: ZoneInfo) -> datetime:
    """Read an ISO 8601 instant of our time; without a zone it is that of a home.

    Raises:
        InputError: CLI-002, also where the year is a slip of the key.
    """
    instant = parse_instant(text, zone)
    if instant.year not in OUR_TIME:
        raise InputError(_wrong("CLI-002", text, "an instant of our time"))
    return instant


def _wrong(code: str, text: str, allowed: str) -> Problem:
    return Problem(
        code=code,
        where="command line",
        found=shown(text),
        allowed=allowed,
        do="see `mimamori --help`",
    )
