"""What a server has, read from its stores from outside while it runs."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

from cli.installation import Installation
from domain.finding import Cause, Finding, Phase
from domain.quantity import Quantity
from gateway.outbox import Outbox
from storage.register import findings
from storage.register.database import Register
from tests.support.rig_home import ACCESS, RigHome


class Evidence:
    """Questions to the stores of one installation; they change nothing."""

    def __init__(self, installation: Installation) -> None:
        """Ask this one."""
        self.installation = installation

    def stored(self) -> int:
        """Count the readings in the store."""
        ((count,),) = self.ask("readings", "SELECT count(*) FROM reading")
        return int(count)

    def ask(self, store: str, question: str, *values: str) -> list[tuple[Any, ...]]:
        """Ask `journal`, `readings` or `register` in SQL, reading only."""
        path = self.installation.stores / f"{store}.db"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as reader:
            return reader.execute(question, values).fetchall()

    def quarantine(self) -> dict[str, int]:
        """Return how much ingest could not use or found remarkable, by code."""
        rows = self.ask("journal", "SELECT code, count FROM quarantine_count")
        return {str(code): int(count) for code, count in rows}

    def gateway_quarantine(self, home: RigHome) -> dict[str, int]:
        """Return what a gateway could not use, by code; it may not run now."""
        path = home.outbox or self.installation.gateways / home.gateway / "outbox.db"
        outbox = Outbox.open(path, now=home.next_at)
        try:
            return outbox.quarantine_counts()
        finally:
            outbox.close()

    def findings(self) -> list[Finding]:
        """Return everything that detector, ingest and supervisor have found."""
        with closing(Register.open(self.installation.stores / "register.db")) as register:
            stored = register.read_now(lambda c: findings.after(c, ACCESS, 0))
        return [one.finding for one in stored]

    def stored_of(self, home: RigHome, quantity: Quantity) -> int:
        """Count a home's readings of one quantity."""
        question = (
            "SELECT count(*) FROM reading JOIN word h ON h.id = home"
            " JOIN word q ON q.id = quantity WHERE h.text = ? AND q.text = ?"
        )
        ((count,),) = self.ask("readings", question, home.id, quantity.value)
        return int(count)

    def is_projected(self) -> bool:
        """Tell whether the projector has come to the end of the journal."""
        head = self.ask("journal", "SELECT coalesce(max(position), 0) FROM envelope")
        return head == self.ask(
            "register",
            "SELECT coalesce(max(position), 0) FROM cursor WHERE consumer = 'projector'",
        )

    def is_told_of(self, name: str) -> bool:
        """Tell whether a technical finding says that one of our services does not move on."""
        return any(
            (one.cause, one.service, one.phase) == (Cause.SERVICE_FAILED, name, Phase.BEGUN)
            for one in self.findings()
        )
