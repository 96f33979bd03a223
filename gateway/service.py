"""One gateway: reads the local broker, writes the outbox, publishes envelopes and its status."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from domain.clock import Clock, Nudge
from domain.reading import ClockQuality
from gateway import health
from gateway.config import GatewayConfig
from gateway.home_clock import HomeClock
from gateway.keeper import Keeper
from gateway.listener import Listener
from gateway.outbox import Outbox
from gateway.sign import STOPPED, sign_text, write_sign
from gateway.uplink import Uplink
from messaging.client import keep_connected
from messaging.status import Health

HEARTBEAT = timedelta(seconds=60)
"""Each is a sign of life and moves the watermark; five missed ones make a home unseen."""
LOOK_AGAIN_S = 600.0
"""Real seconds after which a waiting heartbeat looks at the clock by itself; the clock's own timers
notice a suspended host much sooner."""
STARTS_WITHIN = timedelta(hours=1)
"""Starts that a status counts."""


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
        on_ready: Callable[[], None] = lambda: None,
        on_progress: Callable[[], None] = lambda: None,
    ) -> None:
        """Join the parts; nothing is opened yet. Call inside the running event loop.

        Args:
            config: The home.
            clock: Time. A `HomeClock` knows itself how far it can be trusted.
            quality: How far any other clock can be trusted.
            on_ready: Called once when the outbox is open and has taken its first commit.
            on_progress: Called after each committed step, at least once a heartbeat.
        """
        self._config, self._clock, self._fixed_quality = config, clock, quality
        self._on_ready, self._on_progress = on_ready, on_progress
        self._beat_nudge = Nudge()
        self._is_beat_asked = False
        self._keeper = Keeper(
            config.outbox,
            now=clock.now(),
            clock=self._quality(),
            most_bytes=config.outbox_most_mb * 1024 * 1024,
        )
        self._uplink = Uplink(
            gateway=config.gateway,
            key=config.key,
            broker=config.uplink,
            keeper=self._keeper,
            clock=clock,
            quality=self._quality,
            health=self.health,
            on_receipt=self._receipted,
        )
        self._listener = Listener(
            config,
            keeper=self._keeper,
            clock=clock,
            quality=self._quality,
            on_connected=self.beat,
            on_committed=self._uplink.wake,
            on_seen=self._uplink.beat,
        )
        self._where = f"gateway {config.gateway}"
        self._receipted_at, self._receipted_s = clock.now(), clock.monotonic()

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

    async def health(self) -> Health:
        """Return what the status says of this gateway."""
        now = self._clock.now()

        def look(outbox: Outbox) -> Health:
            starts, boots = outbox.starts(since=now - STARTS_WITHIN)
            return Health(
                at=now,
                program=health.program_version(),
                clock=self._quality(),
                disk_free_mb=health.disk_free_mb(self._config.outbox.parent),
                memory_mb=health.memory_mb(),
                memory_free_mb=health.memory_free_mb(),
                starts=starts,
                boots=boots,
                waiting=outbox.unreceipted(),
                outbox_mb=outbox.used_bytes() // (1024 * 1024),
                is_room_short=outbox.is_room_short,
                dropped={kind.value: count for kind, count in outbox.dropped().items()},
                quarantined=outbox.quarantine_counts(),
                heard=heard,
            )

        heard = self._listener.last_heard()
        return await self._keeper.do(look)

    async def run(self) -> None:
        """Run until cancelled; a lost broker is waited for, a broken outbox is raised."""
        try:
            await self._run()
        finally:
            self._show_sign(STOPPED)

    async def _run(self) -> None:
        async with self._keeper, asyncio.TaskGroup() as tasks:
            await self._begin()
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

    async def _begin(self) -> None:
        if isinstance(self._clock, HomeClock):
            mono_ms = self._mono_ms()
            known = await self._keeper.do(lambda outbox: outbox.known_clock(mono_ms=mono_ms))
            if known is not None:
                self._clock.remember(known)
        await self._listener.load()
        now = self._clock.now()
        await self._keeper.do(lambda outbox: outbox.note_start(now=now))
        self._on_ready()

    async def _beat_for_ever(self) -> None:
        while True:
            self._is_beat_asked = False
            self._look_at_clock()
            due = self._clock.now() + HEARTBEAT
            await self._step()
            if not await self._listener.look():
                self._uplink.beat()  # alive, though it can claim to know no more
            self._show_sign()
            while not self._is_beat_asked and self._clock.now() < due:
                await self._beat_nudge.wait(
                    self._clock, until=due, lazy=True, timeout_s=LOOK_AGAIN_S
                )

    async def _step(self) -> None:
        """Commit: correct what the clock tells, forget what may be forgotten."""
        now, mono_ms = self._clock.now(), self._mono_ms()
        known = self._clock.known() if isinstance(self._clock, HomeClock) else None

        def work(outbox: Outbox) -> None:
            outbox.tick(now=now, mono_ms=mono_ms, clock=known)
            outbox.prune(now=now)

        await self._keeper.do(work)
        self._on_progress()

    def _look_at_clock(self) -> None:
        if isinstance(self._clock, HomeClock):
            shift = self._clock.look()
            if shift is not None:
                self._listener.time_moved(shift)
                self._receipted_at += shift
                self._uplink.tell_health()

    def _quality(self) -> ClockQuality:
        return self._clock.quality if isinstance(self._clock, HomeClock) else self._fixed_quality

    def _mono_ms(self) -> int:
        return int(self._clock.monotonic() * 1000)

    def _receipted(self) -> None:
        was_dark = self._sign().startswith("1")
        self._receipted_at, self._receipted_s = self._clock.now(), self._clock.monotonic()
        if was_dark:
            self._show_sign()

    def _sign(self) -> str:
        silent_s = self._clock.monotonic() - self._receipted_s
        return sign_text(receipted_at=self._receipted_at, silent_s=silent_s)

    def _show_sign(self, text: str | None = None) -> None:
        if self._config.sign_file is not None:
            write_sign(self._config.sign_file, text or self._sign())
