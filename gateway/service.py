"""One gateway: reads the local broker, writes the outbox, publishes envelopes and its status."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from domain.clock import Clock, Nudge
from domain.reading import ClockQuality
from gateway.config import GatewayConfig
from gateway.keeper import Keeper
from gateway.listener import Listener
from gateway.uplink import Uplink
from messaging.client import keep_connected

HEARTBEAT = timedelta(seconds=60)
"""Each is a sign of life and moves the watermark; five missed ones make a home unseen."""
LOOK_AGAIN_S = 600.0
"""Real seconds after which a waiting heartbeat looks at the clock by itself; the clock's own timers
notice a suspended host much sooner."""


async def run(
    config: GatewayConfig, clock: Clock, *, quality: ClockQuality = ClockQuality.SYNCED
) -> None:
    """Run one gateway until cancelled.

    Raises:
        ExceptionGroup: The outbox cannot be written, or a defect; start again with back-off.
    """
    await Gateway(config, clock, quality=quality).run()


class Gateway:
    """One gateway and how far it is; a replay looks here whether all is settled."""

    def __init__(
        self,
        config: GatewayConfig,
        clock: Clock,
        *,
        quality: ClockQuality = ClockQuality.SYNCED,
    ) -> None:
        """Join the parts; nothing is opened yet. Call inside the running event loop."""
        self._clock = clock
        self._beat_nudge = Nudge()
        self._is_beat_asked = False
        self._keeper = Keeper(config.outbox, now=clock.now())
        self._uplink = Uplink(
            gateway=config.gateway,
            key=config.key,
            broker=config.uplink,
            keeper=self._keeper,
            clock=clock,
        )
        self._listener = Listener(
            config,
            keeper=self._keeper,
            clock=clock,
            quality=quality,
            on_connected=self.beat,
            on_committed=self._uplink.wake,
            on_seen=self._uplink.beat,
        )
        self._where = f"gateway {config.gateway}"

    @property
    def heard(self) -> int:
        """Messages of the home taken from the local broker since the start."""
        return self._listener.heard

    @property
    def committed(self) -> int:
        """How many of them are committed, or needed no commit."""
        return self._listener.committed

    def unreceipted(self) -> int:
        """Count the records in the outbox that the server has not receipted."""
        return self._keeper.unreceipted()

    @property
    def receipted_as_of(self) -> datetime | None:
        """Up to when the server has everything that happened, as far as receipts tell.

        At or past T: all that was published on the local broker by T is in the journal.
        None until the first receipt of this run.
        """
        return self._uplink.receipted_as_of

    def beat(self) -> None:
        """Send a heartbeat now, as if its time had come; asking twice sends one."""
        self._is_beat_asked = True
        self._beat_nudge.set()

    async def run(self) -> None:
        """Run until cancelled; a lost broker is waited for, a broken outbox is raised."""
        async with self._keeper, asyncio.TaskGroup() as tasks:
            await self._listener.load()
            tasks.create_task(
                keep_connected(
                    self._listener.make_client,
                    self._listener.serve,
                    where=f"{self._where} local broker",
                ),
                name="listener",
            )
            tasks.create_task(
                keep_connected(
                    self._uplink.make_client, self._uplink.serve, where=f"{self._where} uplink"
                ),
                name="uplink",
            )
            tasks.create_task(self._beat_for_ever(), name="heartbeat")

    async def _beat_for_ever(self) -> None:
        while True:
            self._is_beat_asked = False
            due = self._clock.now() + HEARTBEAT
            if not await self._listener.look():
                self._uplink.beat()  # alive, though it can claim to know no more
            await self._prune()
            while not self._is_beat_asked and self._clock.now() < due:
                await self._beat_nudge.wait(
                    self._clock, until=due, lazy=True, timeout_s=LOOK_AGAIN_S
                )

    async def _prune(self) -> None:
        now = self._clock.now()
        await self._keeper.do(lambda outbox: outbox.prune(now=now))
