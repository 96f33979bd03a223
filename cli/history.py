"""The past of simulated homes, put into their gateways' outboxes as if it had just been heard."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from rich.progress import Progress

from cli.installation import Installation
from cli.rig import PlayedHome
from devices.simulators.event import HomeEvent
from devices.simulators.ledger import Ledger, Produced
from domain.reading import Reading
from gateway.outbox import Outbox


async def load_history(
    installation: Installation,
    ledger: Ledger,
    homes: Sequence[PlayedHome],
    *,
    start: datetime,
    history: timedelta,
    bar: Progress,
) -> None:
    """Put what happened in `history` before `start` into ledger and outboxes, home by home.

    From there it takes the same way as everything else: signed envelopes, broker, ingest.
    """
    task = bar.add_task(
        "30 days of life" if history.days == _MONTH else "history", total=len(homes)
    )
    for home in homes:
        events = await asyncio.to_thread(_events, home, start - history, start)
        await asyncio.to_thread(ledger.record, _produced(home, events))
        await asyncio.to_thread(_append, installation, home, events, start)
        bar.advance(task)


def _events(home: PlayedHome, begin: datetime, end: datetime) -> list[HomeEvent]:
    return list(home.source.events(begin, end))


def _append(
    installation: Installation, home: PlayedHome, events: Iterable[HomeEvent], start: datetime
) -> None:
    folder = installation.gateways / home.enrolled.gateway
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    outbox = Outbox.open(folder / "outbox.db", now=start)
    try:
        outbox.append(
            (
                Reading(
                    sensor=home.enrolled.sensors[event.device],
                    quantity=event.quantity,
                    value=event.value,
                    observed_at=event.at,
                )
                for event in events
            ),
            now=start,
            seen_until=start,
        )
    finally:
        outbox.close()


def _produced(home: PlayedHome, events: Iterable[HomeEvent]) -> list[Produced]:
    return [
        Produced(
            home=home.enrolled.code,
            device=event.device,
            quantity=event.quantity,
            observed_at=event.at,
            value=event.value,
            resident_made=event.resident_made,
            required=True,
        )
        for event in events
    ]


_MONTH = 30
