"""Registers as earlier versions left them on 2026-03-10 at 09:03 in Japan, killed while sending.

Each was filled by the code of its own time: what is open in it was opened by that version. Eight
homes; `aoki` is the caseworker to whom all are assigned, `sakura` a colleague, `mori` technician,
`kanri` administrator, `hanako` a daughter to whom the resident of K-01 has agreed.

- K-01 pressed at 08:40, closed at 08:45. K-02 is silent since 02:00, told to `aoki` at 09:00.
- K-03 pressed at 08:50, `aoki` has it since 08:55. K-04 is dark, told to `mori` at 08:30.
- K-05 is silent since 02:02, found at 09:02: from 0008 on the resident is asked for ten minutes.
- K-06 pressed at 09:03: the message to `aoki` was under way. K-07: found at 09:03, not read yet.
- K-08 is away until the 12th, 18:00.

In 0008 besides: another policy of K-02, set at 09:01 when its case had begun; methods that are
proved, unproved and failing; quiet hours, a schedule, a mute, a digest of `sakura` that waits, an
attempt at K-03 (which moved its deadline to 09:16) and a report about K-02.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

FOLDER = Path(__file__).parent
REVISIONS = ("0002", "0008")
"""0002 is that of 0.1.0; 0008 the last before notices."""
KEY_LINE = "afrdb6t6av7chbrj22hgeiefn4 DSTWYVk210M/rL9t4daZCYp9Fp4PVG40h/e2UC0NkOw="
"""Of the key that wrapped the residents' keys; made for this."""
LINK_OF_K02 = "Z06fKjfyVKB-sf36zWiiCSlPXO1fIMjS"
"""The token of the link that `aoki` had in 0008 to answer K-02 by, until 09:30."""
LINK_OF_K05 = "ST4_pt7X1eNENawkEbx08lSnlFQDfIhx"
"""That by which the resident of K-05 may answer in 0008."""


def restore(revision: str, path: Path) -> None:
    """Make the register of a revision at `path`, where nothing is, and its vault key beside it."""
    path.touch(mode=0o600)
    with sqlite3.connect(path) as connection:
        connection.executescript((FOLDER / f"{revision}.sql").read_text(encoding="utf-8"))
    connection.close()
    key = path.with_name("vault.key")
    key.touch(mode=0o600)
    key.write_text(KEY_LINE + "\n", encoding="ascii")
