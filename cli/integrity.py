"""Looking daily whether the stores' files are whole, while they are in use."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

from domain.clock import Clock, sleep_until
from storage.files import files
from storage.integrity import require_whole

EVERY = timedelta(hours=24)


async def run_integrity(stores: Path, clock: Clock) -> None:
    """Look at once and then daily, for ever.

    Raises:
        PermanentError: STO-002 a file is damaged. The supervisor tells people and looks again.
        TransientError: STO-001 a file cannot be read now.
    """
    while True:
        for path in files(stores):
            await asyncio.to_thread(require_whole, path)
        await sleep_until(clock, clock.now() + EVERY, lazy=True)
