"""The way out: both lanes, receipts and commands, over one connection to the city's broker."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from datetime import datetime

import aiomqtt

from domain.clock import Clock, Nudge
from domain.errors import InputError
from domain.ids import GatewayId
from domain.quantity import Lane
from gateway.bad_messages import Quarantined
from gateway.keeper import Keeper
from gateway.receipts import ReceiptEffect
from gateway.runs import Run
from gateway.window import Sent, Window
from messaging import topics
from messaging.client import BrokerSettings, make_client, publish, subscribe, take
from messaging.envelope import Header, encode
from messaging.keys import GatewayKey
from messaging.receipt import CommandWord, Receipt, decode_command, decode_receipt
from messaging.status import Presence, encode_status

LOOK_AGAIN_S = 5.0
"""How often an idle lane looks whether something is overdue."""
PUBLISH_TIMEOUT_S = 60.0
"""Longest wait for a broker to take an envelope: a full one on a line of 8 kbit/s needs 40 s."""
GOODBYE_S = 2.0
"""Longest wait for saying that we stop."""
MOST_HEARD = 500
"""Receipts taken at once; only the last of a lane is booked."""

_log = logging.getLogger(__name__)


class Uplink:
    """Sends what the outbox holds until it is receipted."""

    def __init__(
        self,
        *,
        gateway: GatewayId,
        key: GatewayKey,
        broker: BrokerSettings,
        keeper: Keeper,
        clock: Clock,
    ) -> None:
        """Begin with nothing on its way."""
        self._gateway, self._key, self._broker = gateway, key, broker
        self._keeper, self._clock = keeper, clock
        self._windows = {lane: Window() for lane in Lane}
        self._nudges = {lane: Nudge() for lane in Lane}
        self._is_beat_due = False
        self._status_topic = topics.up(gateway, topics.Up.STATUS)

    @property
    def receipted_as_of(self) -> datetime | None:
        """Up to when the server has all of the normal lane, as far as receipts tell."""
        return self._windows[Lane.NORMAL].as_of

    def wake(self) -> None:
        """Look at once whether there is something to send."""
        for nudge in self._nudges.values():
            nudge.set()

    def beat(self) -> None:
        """Send a sign of life in the normal lane, empty if nothing waits to be sent."""
        self._is_beat_due = True
        self._nudges[Lane.NORMAL].set()

    def make_client(self) -> aiomqtt.Client:
        """Make the connection's client.

        Its session is clean: receipts and commands for an absent gateway are worthless, for each
        envelope is answered anew.
        """
        will = aiomqtt.Will(self._status_topic, encode_status(Presence.OFFLINE), qos=1, retain=True)
        return make_client(self._broker, name=self._gateway, will=will)

    async def serve(self, client: aiomqtt.Client) -> None:
        """Send and hear until the connection breaks."""
        await subscribe(client, topics.down_filter(self._gateway))
        await self._say(client, Presence.ONLINE)
        self._restart_windows()
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._receive(client), name="receipts")
                tasks.create_task(self._send(client, Lane.URGENT), name="urgent lane")
                tasks.create_task(self._send(client, Lane.NORMAL), name="normal lane")
        except asyncio.CancelledError:
            with suppress(aiomqtt.MqttError, TimeoutError):
                async with asyncio.timeout(GOODBYE_S):
                    await self._say(client, Presence.OFFLINE)
            raise

    async def _say(self, client: aiomqtt.Client, presence: Presence) -> None:
        await publish(client, self._status_topic, encode_status(presence), retain=True)

    async def _send(self, client: aiomqtt.Client, lane: Lane) -> None:
        window = self._windows[lane]
        while True:
            if window.is_overdue(self._clock.monotonic()):
                window.missed()
            if not await self._send_next(client, lane, window):
                await self._nudges[lane].wait(self._clock, timeout_s=LOOK_AGAIN_S)

    async def _send_next(self, client: aiomqtt.Client, lane: Lane, window: Window) -> bool:
        """Send one envelope; False when there is nothing to send now."""
        after = window.sent
        most = window.room(self._keeper.position(lane).last_seq - after)
        beats = lane is Lane.NORMAL and self._is_beat_due and (most > 0 or window.is_idle)
        if not most and not beats:
            return False
        if beats:
            # Before the reading: what is asked for from here on needs an envelope of its own.
            self._is_beat_due = False
        run = await self._keeper.do(lambda outbox: outbox.run_after(lane, after, most=most))
        if run.epoch != self._keeper.epoch or window.sent != after:
            # A receipt or a new epoch came in between: read anew.
            self._is_beat_due = self._is_beat_due or beats
            return True
        await self._publish(client, run, window)
        return True

    async def _publish(self, client: aiomqtt.Client, run: Run, window: Window) -> None:
        header = Header(
            gateway=self._gateway,
            lane=run.lane,
            epoch=run.epoch,
            first_seq=run.first_seq,
            end_seq=run.end_seq,
            as_of=run.seen_until,
            last_seq=run.last_seq,
            clock=run.clock,
        )
        payload = encode(header, run.records, self._key)
        window.took(
            Sent(
                end_seq=run.end_seq,
                last_seq=run.last_seq,
                as_of=run.seen_until,
                sent_s=self._clock.monotonic(),
            )
        )
        topic = topics.up_lane(self._gateway, run.lane)
        await publish(client, topic, payload, timeout_s=PUBLISH_TIMEOUT_S)

    async def _receive(self, client: aiomqtt.Client) -> None:
        while True:
            receipts: dict[Lane, Receipt] = {}
            for message in await take(client, MOST_HEARD):
                await self._heed(message, receipts)
            await self._book(receipts)

    async def _heed(self, message: aiomqtt.Message, receipts: dict[Lane, Receipt]) -> None:
        """Read one message; only the last receipt of a lane counts."""
        if message.retain:
            return
        topic, payload = message.topic.value, bytes(message.payload)
        try:
            if topic == topics.down(self._gateway, topics.Down.RECEIPT):
                receipt = decode_receipt(payload, self._key, self._gateway)
                receipts[receipt.lane] = receipt
            elif topic == topics.down(self._gateway, topics.Down.COMMAND):
                command = decode_command(payload, self._key, self._gateway)
                await self._book(receipts)
                receipts.clear()
                await self._obey(command.word, command.epoch)
        except InputError as error:
            _log.warning("a message to this gateway was refused: %s", error.problem.code)
            bad = Quarantined(topic=topic, payload=payload, problem=error.problem)
            now = self._clock.now()
            await self._keeper.do(lambda outbox: outbox.append((), now=now, quarantined=[bad]))

    async def _obey(self, word: CommandWord, epoch: str) -> None:
        match word:
            case CommandWord.NEW_EPOCH:
                if epoch == self._keeper.epoch:
                    await self._keeper.do(lambda outbox: outbox.new_epoch())
                    _log.warning(
                        "a new epoch begins: the server has other records of these numbers"
                    )
                    self._restart_windows()

    async def _book(self, receipts: dict[Lane, Receipt]) -> None:
        for receipt in receipts.values():
            effect = await self._receipt(receipt)
            window = self._windows[receipt.lane]
            match effect:
                case ReceiptEffect.ADVANCED | ReceiptEffect.KNOWN:
                    window.answered(receipt.seq, now_s=self._clock.monotonic())
                case ReceiptEffect.LOWERED:
                    _log.warning("the server asks again for what it had receipted")
                    window.restart(receipt.seq)
                case ReceiptEffect.NEW_EPOCH:
                    _log.warning("a new epoch begins: the server knows numbers we never gave")
                    self._restart_windows()
                case ReceiptEffect.FOREIGN:
                    continue
            self._nudges[receipt.lane].set()

    async def _receipt(self, receipt: Receipt) -> ReceiptEffect:
        now = self._clock.now()
        return await self._keeper.do(
            lambda outbox: outbox.receipt(receipt.lane, receipt.epoch, receipt.seq, now=now)
        )

    def _restart_windows(self) -> None:
        """Begin carefully behind the receipts, and show at once where we stand."""
        for lane, window in self._windows.items():
            window.restart(self._keeper.position(lane).receipted_seq)
        self._is_beat_due = True
        self.wake()
