"""A wall clock that a test sets, for whole programs (libfaketime); monotonic time stays true."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.services import require


def faked(start: str | None, *, file: Path | None = None) -> tuple[str, ...]:
    """Return what starts a program whose wall clock is another; monotonic time stays true."""
    require("faketime", "wrong clocks")
    library = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
    if library is None:
        pytest.skip("libfaketime is not where Debian puts it: wrong clocks")
    when = [f"FAKETIME={start}"] if start else [f"FAKETIME_TIMESTAMP_FILE={file}"]
    more = ["FAKETIME_DONT_FAKE_MONOTONIC=1", "FAKETIME_NO_CACHE=1"]
    return ("env", f"LD_PRELOAD={library}", *more, *when)
