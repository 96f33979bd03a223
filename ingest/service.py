"""The ingest service: admission, the short way of urgent records, and the projector, side by side.

Reads `mimamori/+/+/up/#`; writes the journal, the readings, home states and urgent findings;
publishes receipts and commands.
"""

from __future__ import annotations

import asyncio
import gc
from contextlib import AsyncExitStack

from sqlalchemy import Connection

from domain.clock import Clock, pause
from domain.errors import TransientError
from domain.ids import GatewayId
from ingest.admission import admit
from ingest.alarms import alarms
from ingest.answers import Answers, Status
from ingest.config import IngestConfig
from ingest.consumer import Consumer, Delivery
from ingest.directory import ACCESS, Directory
from ingest.flow import FlowLimit
from ingest.opening import Arrived, Keyring
from ingest.projector import run_projector
from ingest.retention import run_retention
from ingest.urgent import run_urgent
from ingest.worker import GARBAGE_EACH, InlineWorker, ProcessWorker
from messaging.receipt import encode_command, encode_receipt
from messaging.status import Presence
from messaging.topics import Down, down
from storage.register import credentials, findings, home_states, services
from storage.signals import Log
from storage.stores import Stores

PROGRESS_S = 5.0
"""How often ingest writes that it moves on."""
_GATEWAY_LEVEL = 2
"""Place of the gateway id in a topic."""
DEAF_AFTER_S = 60.0
"""Real time without a broker after which the service gives up and is started anew."""
AGAIN_S = 1.0
"""Real time between tries to connect again."""


async def run(
    config: IngestConfig,
    stores: Stores,
    clock: Clock,
) -> None:
    """Run until cancelled; a failure of any part ends all and is raised.

    The process looks for garbage less often from then on, see `GARBAGE_EACH`.
    """
    gc.set_threshold(GARBAGE_EACH, *gc.get_threshold()[1:])
    directory = Directory(stores.register, clock)
    async with AsyncExitStack() as stack:
        worker = (
            await stack.enter_async_context(ProcessWorker(stores.folder))
            if config.has_worker_process
            else InlineWorker(stores)
        )
        group = await stack.enter_async_context(asyncio.TaskGroup())
        group.create_task(_hear_of_gateways(stores, directory, clock), name="ingest.gateways")
        group.create_task(
            run_retention(stores, clock, kept=config.journal_kept), name="ingest.retention"
        )
        group.create_task(run_urgent(stores, directory, clock), name="ingest.urgent")
        admission = AdmissionLoop(config, stores, directory, clock)
        group.create_task(
            run_projector(
                stores,
                directory,
                clock,
                worker,
                settle_s=config.settle_s,
                is_rush=lambda: admission.is_rush,
            ),
            name="ingest.projector",
        )
        group.create_task(admission.run(), name="ingest.admission")


async def _hear_of_gateways(stores: Stores, directory: Directory, clock: Clock) -> None:
    """Look into the register at once when a gateway was added, revoked or rotated there."""
    nudge = stores.signals.subscribe(Log.GATEWAY)
    try:
        while True:
            if await nudge.wait(clock):
                directory.forget()
    finally:
        stores.signals.unsubscribe(nudge)


class AdmissionLoop:
    """From the broker into the journal: take, commit, acknowledge, receipt."""

    def __init__(
        self,
        config: IngestConfig,
        stores: Stores,
        directory: Directory,
        clock: Clock,
    ) -> None:
        """Prepare; `run` connects."""
        self._config, self._stores = config, stores
        self._directory, self._clock = directory, clock
        self._flow = FlowLimit(most_per_s=config.most_per_s, burst=config.burst)
        self._progress_at_s = 0.0
        self.is_rush = False
        """Whether more arrives than can be admitted at once, see `Consumer.was_full`."""

    async def run(self) -> None:
        """Admit for ever; a lost connection is made anew.

        Raises:
            TransientError: The broker cannot be reached, or was away for `DEAF_AFTER_S`.
        """
        consumer = await self._connect()
        await self._stores.register.write(
            lambda c: services.started(c, ACCESS, now=self._clock.now())
        )
        while True:
            try:
                await self._serve(consumer)
            finally:
                self.is_rush = False
                await asyncio.to_thread(consumer.close)
            consumer = await self._connect_again()

    async def _connect(self) -> Consumer:
        consumer = Consumer(self._config, self._clock)
        await asyncio.to_thread(consumer.connect)
        return consumer

    async def _connect_again(self) -> Consumer:
        lost_at_s = self._clock.monotonic()
        while True:
            try:
                return await self._connect()
            except TransientError:
                if self._clock.monotonic() - lost_at_s > DEAF_AFTER_S:
                    raise
            await pause(AGAIN_S)

    async def _serve(self, consumer: Consumer) -> None:
        """Admit until the connection is lost."""
        while consumer.is_connected:
            batch = await asyncio.to_thread(consumer.take)
            self.is_rush = consumer.was_full
            if batch:
                await self._turn(consumer, batch)
            await self._say_progress()

    async def _turn(self, consumer: Consumer, batch: list[Delivery]) -> None:
        now_s = self._clock.monotonic()
        arrived = [
            delivery.arrived
            for delivery in batch
            if self._flow.admits(delivery.arrived.topic, now_s)
        ]
        known = await self._directory.gateways(_speakers(arrived))
        keyring = Keyring(self._config.master_key, known)
        limited = len(batch) - len(arrived)
        answers = await asyncio.to_thread(
            admit, self._stores.journal, keyring, arrived, limited=limited
        )
        await asyncio.to_thread(_answer, consumer, keyring, batch, answers)
        if answers.admitted:
            self._stores.signals.notify(Log.JOURNAL)
        if taken_over := keyring.taken_over():
            await self._end_older_keys(taken_over)
        found = alarms(answers.forged, known)
        if found:
            await self._stores.register.write(lambda c: findings.append_all(c, ACCESS, found))
            self._stores.signals.notify(Log.FINDING)
        statuses = [status for status in answers.statuses.values() if status.gateway in known]
        if statuses:
            await self._stores.register.write(lambda c: _book_statuses(c, statuses))

    async def _end_older_keys(self, taken_over: dict[GatewayId, int]) -> None:
        """Book that rotated gateways use their new key: what they had before is worth nothing."""
        now = self._clock.now()
        await self._stores.register.write(
            lambda c: credentials.take_over(c, ACCESS, taken_over, now=now)
        )
        self._directory.forget()
        self._stores.signals.notify(Log.GATEWAY)

    async def _say_progress(self) -> None:
        if self._clock.monotonic() - self._progress_at_s >= PROGRESS_S:
            self._progress_at_s = self._clock.monotonic()
            await self._stores.register.write(
                lambda c: services.progressed(c, ACCESS, now=self._clock.now())
            )


def _book_statuses(connection: Connection, statuses: list[Status]) -> None:
    for status in statuses:
        home_states.book_status(
            connection,
            ACCESS,
            status.gateway,
            online=status.presence is Presence.ONLINE,
            detail=status.payload.decode("utf-8", "backslashreplace"),
            now=status.at,
        )


def _answer(consumer: Consumer, keyring: Keyring, batch: list[Delivery], answers: Answers) -> None:
    """Acknowledge to the broker, then send receipts and commands; all is committed by now."""
    consumer.acknowledge(batch)
    for receipt in answers.receipts.values():
        gateway = keyring.gateway(receipt.gateway)
        if gateway is not None:
            payload = encode_receipt(receipt, keyring.key(gateway))
            consumer.publish(down(receipt.gateway, Down.RECEIPT), payload)
    for command in answers.commands.values():
        gateway = keyring.gateway(command.gateway)
        if gateway is not None:
            payload = encode_command(command, keyring.key(gateway))
            consumer.publish(down(command.gateway, Down.COMMAND), payload)
    consumer.flush()


def _speakers(batch: list[Arrived]) -> set[GatewayId]:
    parts = (topic.split("/") for topic in {arrived.topic for arrived in batch})
    return {GatewayId(part[2]) for part in parts if len(part) > _GATEWAY_LEVEL}
