"""The way out: both lanes, receipts and commands, over one connection to the city's broker."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime

import aiomqtt

from domain.clock import Clock, Nudge
from domain.errors import InputError
from domain.ids import GatewayId
from domain.moments import to_ms
from domain.quantity import Lane
from domain.reading import ClockQuality
from gateway.bad_messages import Quarantined
from gateway.health import is_worth_telling
from gateway.keeper import Keeper
from gateway.receipts import ReceiptEffect
from gateway.resend import RECORDS, Resend
from gateway.runs import Run
from gateway.window import Sent, Window
from messaging import topics
from messaging.client import BrokerSettings, make_client, publish, subscribe, take
from messaging.envelope import Header, encode
from messaging.keys import GatewayKey
from messaging.receipt import Command, CommandWord, Receipt, decode_command, decode_receipt
from messaging.status import Health, Presence, encode_status

LOOK_AGAIN_S = 5.0
"""How often an idle lane looks whether something is overdue."""
PUBLISH_TIMEOUT_S = 60.0
"""Longest wait for a broker to take an envelope: a full one on a line of 8 kbit/s needs 40 s."""
LOOK_AT_HEALTH_S = 60.0
"""How often we look whether the status has to be told anew."""
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
        quality: Callable[[], ClockQuality],
        health: Callable[[], Awaitable[Health]],
        on_receipt: Callable[[], None],
    ) -> None:
        """Begin with nothing on its way.

        Args:
            gateway: Who we are.
            key: What signs our envelopes.
            broker: The city's.
            keeper: What is to be sent.
            clock: Time.
            quality: How far the clock can be trusted now.
            health: What the status says of us.
            on_receipt: Called for each genuine receipt.
        """
        self._gateway, self._key, self._broker = gateway, key, broker
        self._keeper, self._clock = keeper, clock
        self._quality, self._health, self._on_receipt = quality, health, on_receipt
        self._resend = Resend()
        self._status_nudge = Nudge()
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

    def tell_health(self) -> None:
        """Look at once whether the status has to be told anew."""
        self._status_nudge.set()

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
        self._reconnect_windows()
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._receive(client), name="receipts")
                tasks.create_task(self._send(client, Lane.URGENT), name="urgent lane")
                tasks.create_task(self._send(client, Lane.NORMAL), name="normal lane")
                tasks.create_task(self._tell(client), name="status")
        except asyncio.CancelledError:
            with suppress(aiomqtt.MqttError, TimeoutError):
                async with asyncio.timeout(GOODBYE_S):
                    await self._say(client, Presence.OFFLINE)
            raise

    async def _tell(self, client: aiomqtt.Client) -> None:
        """Say how we are: at once, and again when it has changed or a while has passed."""
        told, told_s = None, 0.0
        while True:
            health, now_s = await self._health(), self._clock.monotonic()
            if told is None or is_worth_telling(told, health, since_s=now_s - told_s):
                await self._say(client, Presence.ONLINE, health)
                told, told_s = health, now_s
            await self._status_nudge.wait(self._clock, timeout_s=LOOK_AT_HEALTH_S)

    async def _say(
        self, client: aiomqtt.Client, presence: Presence, health: Health | None = None
    ) -> None:
        payload = encode_status(presence, health)
        await publish(client, self._status_topic, payload, retain=True)

    async def _send(self, client: aiomqtt.Client, lane: Lane) -> None:
        window = self._windows[lane]
        while True:
            if window.is_overdue(self._clock.monotonic()):
                window.missed()
            if not (
                await self._send_next(client, lane, window) or await self._send_again(client, lane)
            ):
                await self._nudges[lane].wait(self._clock, timeout_s=LOOK_AGAIN_S)

    async def _send_next(self, client: aiomqtt.Client, lane: Lane, window: Window) -> bool:
        """Send one envelope; False when there is nothing to send now."""
        plan = window.next(self._keeper.position(lane).ready_seq)
        beats = lane is Lane.NORMAL and self._is_beat_due
        if plan is None and beats:
            plan = window.heartbeat()
        if plan is None:
            return False
        if beats:
            # Before the reading: what is asked for from here on needs an envelope of its own.
            self._is_beat_due = False
        run = await self._keeper.do(
            lambda outbox: outbox.run_after(lane, plan.after, most=plan.most, until=plan.until)
        )
        if run.epoch != self._keeper.epoch or not window.holds(plan):
            # A receipt or a new epoch came in between: read anew.
            self._is_beat_due = self._is_beat_due or beats
            return True
        await self._publish(client, run, window, is_live=plan.is_live)
        return True

    async def _send_again(self, client: aiomqtt.Client, lane: Lane) -> bool:
        """Send one envelope of what the server has ordered; False when it is not its turn."""
        order = self._resend.next(self._clock.monotonic())
        if order is None or order.lane is not lane:
            return False
        is_past = order.epoch != self._keeper.epoch
        # Of the present epoch the way of all others brings what has no receipt yet.
        until = None if is_past else self._keeper.position(lane).receipted_seq
        run = await self._keeper.do(
            lambda outbox: outbox.run_after(
                lane, order.after, most=RECORDS, until=until, epoch=order.epoch
            )
        )
        if not run.records or run.epoch != order.epoch:
            self._resend.done()
            return True
        self._resend.took(run.end_seq, now_s=self._clock.monotonic())
        await self._put(client, run)
        return True

    async def _publish(
        self, client: aiomqtt.Client, run: Run, window: Window, *, is_live: bool
    ) -> None:
        sent = Sent(
            end_seq=run.end_seq,
            last_seq=run.last_seq,
            as_of=run.seen_until,
            sent_s=self._clock.monotonic(),
        )
        window.took(sent, is_live=is_live)
        await self._put(client, run)
        if is_live:
            window.delivered(sent)

    async def _put(self, client: aiomqtt.Client, run: Run) -> None:
        header = Header(
            gateway=self._gateway,
            lane=run.lane,
            epoch=run.epoch,
            first_seq=run.first_seq,
            end_seq=run.end_seq,
            as_of_ms=to_ms(run.seen_until),
            last_seq=run.last_seq,
            clock=run.clock if run.records else self._quality(),
        )
        payload = encode(header, run.records, self._key)
        topic = topics.up_lane(self._gateway, run.lane)
        await publish(client, topic, payload, timeout_s=PUBLISH_TIMEOUT_S)

    async def _receive(self, client: aiomqtt.Client) -> None:
        while True:
            receipts: dict[tuple[Lane, str], Receipt] = {}
            for message in await take(client, MOST_HEARD):
                await self._heed(message, receipts)
            await self._book(receipts)

    async def _heed(
        self, message: aiomqtt.Message, receipts: dict[tuple[Lane, str], Receipt]
    ) -> None:
        """Read one message; only the last receipt of a lane and epoch counts."""
        if message.retain:
            return
        topic, payload = message.topic.value, bytes(message.payload)
        try:
            if topic == topics.down(self._gateway, topics.Down.RECEIPT):
                receipt = decode_receipt(payload, self._key, self._gateway)
                receipts[receipt.lane, receipt.epoch] = receipt
            elif topic == topics.down(self._gateway, topics.Down.COMMAND):
                command = decode_command(payload, self._key, self._gateway)
                await self._book(receipts)
                receipts.clear()
                await self._obey(command)
        except InputError as error:
            _log.warning("a message to this gateway was refused: %s", error.problem.code)
            bad = Quarantined(topic=topic, payload=payload, problem=error.problem)
            now = self._clock.now()
            await self._keeper.do(lambda outbox: outbox.append((), now=now, quarantined=[bad]))

    async def _obey(self, command: Command) -> None:
        match command.word:
            case CommandWord.NEW_EPOCH if command.epoch == self._keeper.epoch:
                await self._keeper.do(lambda outbox: outbox.new_epoch())
                _log.warning("a new epoch begins: the server has other records of these numbers")
                self._restart_windows()
            case CommandWord.NEW_EPOCH:
                self._resend.refused(command.epoch)
            case CommandWord.RESEND if command.lane is not None:
                _log.warning("the server asks for %s again from %d", *_asked(command))
                self._resend.order(command.lane, command.epoch, command.first_seq)
                self._nudges[command.lane].set()

    async def _book(self, receipts: dict[tuple[Lane, str], Receipt]) -> None:
        for receipt in receipts.values():
            self._on_receipt()
            if self._resend.answered(receipt.lane, receipt.epoch):
                self._nudges[receipt.lane].set()
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

    def _reconnect_windows(self) -> None:
        """Begin carefully behind the receipts, and show at once where we stand."""
        for lane, window in self._windows.items():
            position = self._keeper.position(lane)
            window.reconnected(position.receipted_seq, last_seq=position.ready_seq)
        self._is_beat_due = True
        self.wake()

    def _restart_windows(self) -> None:
        """Begin anew in a new epoch."""
        for lane, window in self._windows.items():
            window.restart(self._keeper.position(lane).receipted_seq)
        self._is_beat_due = True
        self.wake()


def _asked(command: Command) -> tuple[object, int]:
    return command.lane, command.first_seq
