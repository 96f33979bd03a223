"""Which epochs of a gateway the journal knows; asked beside the writer, by who looks only."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from domain.ids import GatewayId
from domain.quantity import Lane
from storage.sqlite import open_reader

_NEWEST = """
SELECT epoch FROM stream WHERE gateway = ? AND lane = ? ORDER BY opened_ms DESC, id DESC LIMIT 1
"""


def newest_epoch(path: Path, gateway: GatewayId, lane: Lane) -> str | None:
    """Return the epoch of a lane that began last, None when nothing of it has arrived.

    Raises:
        sqlite3.Error: The journal at `path` is not there, or damaged.
    """
    with closing(open_reader(path)) as connection:
        row = connection.execute(_NEWEST, (gateway, lane.value)).fetchone()
    return None if row is None else str(row[0])
