"""The truth ledger: what really happened in the homes, written down before anybody is told of it.

The system under test never reads it; a checker joins it with what the system stored and sent. The
one file also holds how far each player came, so that a killed replay goes on where it was.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

from domain.moments import from_ms, to_ms
from domain.quantity import Quantity

BUSY_TIMEOUT_S = 10.0
"""How long a checker may hold the file before the simulator gives up."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS produced (
    home TEXT NOT NULL, device TEXT NOT NULL, quantity TEXT NOT NULL,
    observed_ms INTEGER NOT NULL, value REAL NOT NULL,
    resident_made INTEGER NOT NULL, required INTEGER NOT NULL,
    PRIMARY KEY (home, observed_ms, device, quantity, value)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS emergency (
    home TEXT NOT NULL, at_ms INTEGER NOT NULL, kind TEXT NOT NULL,
    PRIMARY KEY (home, at_ms, kind)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS fault (
    home TEXT NOT NULL, kind TEXT NOT NULL, begin_ms INTEGER NOT NULL, end_ms INTEGER,
    PRIMARY KEY (home, kind, begin_ms)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS player (
    name TEXT PRIMARY KEY, started_ms INTEGER NOT NULL,
    settled_ms INTEGER NOT NULL, now_ms INTEGER NOT NULL, announced INTEGER NOT NULL
) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Produced:
    """One value that a device really said."""

    home: str
    device: str
    quantity: Quantity
    observed_at: datetime
    """UTC, whole milliseconds."""
    value: float
    resident_made: bool
    required: bool
    """True: to be stored exactly once. False: cached state that came along, may be stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Emergency:
    """One true emergency."""

    home: str
    at: datetime
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A stretch in which something was broken on purpose."""

    home: str
    kind: str
    begin: datetime
    end: datetime | None
    """None while it lasts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """How far a player came."""

    started_at: datetime
    """The first instant that it played."""
    settled_to: datetime
    """Everything before it need not be published again."""
    now: datetime
    """What the clock of the replay showed."""
    announced: bool
    """Whether the first messages of all devices are settled."""


class Ledger:
    """One ledger file; every write is on the disk when the call returns.

    One writer; calls may come from any thread, one at a time.
    """

    def __init__(self, path: Path) -> None:
        """Open the file, or make it."""
        self._db = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.executescript(_SCHEMA)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self.close()

    def close(self) -> None:
        """Close the file; harmless when it is closed."""
        self._db.close()

    # --- written by the simulator -----------------------------------------------------------------

    def record(self, produced: Iterable[Produced]) -> None:
        """Write what is about to be published; what was written before changes nothing."""
        with self._db:
            self._db.executemany(
                "INSERT INTO produced VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
                " required = max(required, excluded.required),"
                " resident_made = max(resident_made, excluded.resident_made)",
                (
                    (
                        one.home,
                        one.device,
                        one.quantity.value,
                        to_ms(one.observed_at),
                        one.value,
                        one.resident_made,
                        one.required,
                    )
                    for one in produced
                ),
            )

    def record_emergency(self, emergency: Emergency) -> None:
        """Write a true emergency; again is harmless."""
        with self._db:
            self._db.execute(
                "INSERT OR IGNORE INTO emergency VALUES (?, ?, ?)",
                (emergency.home, to_ms(emergency.at), emergency.kind),
            )

    def record_fault(self, fault: Fault) -> None:
        """Write a fault, or the end of one that was written when it began."""
        with self._db:
            self._db.execute(
                "INSERT INTO fault VALUES (?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET end_ms = excluded.end_ms",
                (
                    fault.home,
                    fault.kind,
                    to_ms(fault.begin),
                    None if fault.end is None else to_ms(fault.end),
                ),
            )

    def settle(self, player: str, position: Position) -> None:
        """Write how far a player came."""
        with self._db:
            self._db.execute(
                "INSERT OR REPLACE INTO player VALUES (?, ?, ?, ?, ?)",
                (
                    player,
                    to_ms(position.started_at),
                    to_ms(position.settled_to),
                    to_ms(position.now),
                    position.announced,
                ),
            )

    # --- read by the player that goes on, and by the checker --------------------------------------

    def position(self, player: str) -> Position | None:
        """Return how far a player came, None when it never settled anything."""
        row = self._db.execute(
            "SELECT started_ms, settled_ms, now_ms, announced FROM player WHERE name = ?",
            (player,),
        ).fetchone()
        if row is None:
            return None
        started_ms, settled_ms, now_ms, announced = row
        return Position(
            started_at=from_ms(started_ms),
            settled_to=from_ms(settled_ms),
            now=from_ms(now_ms),
            announced=bool(announced),
        )

    def homes(self) -> Sequence[str]:
        """Return the homes that produced anything, sorted."""
        rows = self._db.execute("SELECT DISTINCT home FROM produced ORDER BY home").fetchall()
        return [home for (home,) in rows]

    def produced(self, home: str, *, required_only: bool = False) -> Iterator[Produced]:
        """Yield what a home produced, in order of time."""
        with closing(
            self._db.execute(
                "SELECT device, quantity, observed_ms, value, resident_made, required FROM produced"
                " WHERE home = ? AND required >= ? ORDER BY observed_ms, device, quantity, value",
                (home, required_only),
            )
        ) as rows:
            for device, quantity, observed_ms, value, resident_made, required in rows:
                yield Produced(
                    home=home,
                    device=device,
                    quantity=Quantity(quantity),
                    observed_at=from_ms(observed_ms),
                    value=value,
                    resident_made=bool(resident_made),
                    required=bool(required),
                )

    def emergencies(self, home: str | None = None) -> Sequence[Emergency]:
        """Return the true emergencies (of one home), in order of time."""
        rows = self._db.execute(
            "SELECT home, at_ms, kind FROM emergency WHERE ? IN (home, '') ORDER BY at_ms, home",
            (home or "",),
        ).fetchall()
        return [Emergency(home=home_, at=from_ms(at_ms), kind=kind) for home_, at_ms, kind in rows]

    def faults(self, home: str | None = None) -> Sequence[Fault]:
        """Return the faults (of one home), in order of their beginning."""
        rows = self._db.execute(
            "SELECT home, kind, begin_ms, end_ms FROM fault WHERE ? IN (home, '')"
            " ORDER BY begin_ms, home",
            (home or "",),
        ).fetchall()
        return [
            Fault(
                home=home_,
                kind=kind,
                begin=from_ms(begin_ms),
                end=None if end_ms is None else from_ms(end_ms),
            )
            for home_, kind, begin_ms, end_ms in rows
        ]
