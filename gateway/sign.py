"""The local sign: one small file that says whether what happens in the home is safe elsewhere.

Its first character is an exit status: 0 safe, 1 not. Any script can switch a lamp by it; nothing of
the home is in it. It is written anew with each heartbeat, so an old file means a dead program.
"""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path

NOT_SAFE_AFTER_S = 300.0
"""Five heartbeats without a receipt: by then the server does not see the home either."""
STOPPED = "1 stopped\n"
_MODE = 0o644


def sign_text(*, receipted_at: datetime, silent_s: float) -> str:
    """Return what the file says.

    Args:
        receipted_at: When the last receipt came, or the program started; aware, UTC.
        silent_s: Monotonic seconds since then: the clock may have been stepped.
    """
    since = receipted_at.replace(microsecond=0).isoformat().replace("+00:00", "Z")
    if silent_s < NOT_SAFE_AFTER_S:
        return f"0 safe, receipted {since}\n"
    return f"1 not receipted since {since}\n"


def write_sign(path: Path, text: str) -> bool:
    """Write the file whole or not at all; False when that fails, which must stop nothing."""
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.write_text(text, "ascii")
        beside.chmod(_MODE)
        os.replace(beside, path)  # noqa: PTH105 (the atomic one, by its name)
    except OSError:
        with suppress(OSError):
            beside.unlink()
        return False
    return True
