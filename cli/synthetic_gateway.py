"""The synthetic home's gateway: says one press to the city's broker, and hears the receipt."""

from __future__ import annotations

import asyncio
from datetime import datetime

import aiomqtt

from cli.walk import Leg
from domain.errors import InputError, MimamoriError
from domain.ids import GatewayId, SensorId, new_id
from domain.moments import to_ms
from domain.quantity import Lane, Quantity
from domain.reading import ClockQuality, Reading
from messaging.client import BrokerSettings, make_client, publish, subscribe
from messaging.envelope import Header, encode
from messaging.keys import GatewayKey
from messaging.receipt import decode_receipt
from messaging.senml import encode_reading
from messaging.topics import Down, down, up_lane

RECEIPT_S = 10.0
"""Longest wait for a receipt, in real seconds; the same press is said again afterwards."""


class SyntheticGateway:
    """Presses its only button; one press may be said again and again, it is the same record."""

    def __init__(
        self, broker: BrokerSettings, gateway: GatewayId, button: SensorId, key: GatewayKey
    ) -> None:
        """Begin an epoch of its own; nothing is connected."""
        self._broker, self._gateway, self._button, self._key = broker, gateway, button, key
        self._epoch, self._seq = new_id(), 0
        self._pressed_at: datetime | None = None

    async def press(self, at: datetime) -> Leg | None:
        """Say that the button was pressed at an instant in whole milliseconds.

        Returns:
            None with a receipt in hand: it is in the journal. Else the leg on which it is lost so
            far; say it again then.
        """
        # In a task of its own: aiomqtt's way out may raise an error in place of a cancellation.
        async with asyncio.TaskGroup() as group:
            said = group.create_task(self._say(self.envelope(at)), name="canary.press")
        return said.result()

    async def _say(self, payload: bytes) -> Leg | None:
        is_taken = False
        try:
            async with make_client(self._broker, name="canary") as client:
                await subscribe(client, down(self._gateway, Down.RECEIPT))
                await publish(client, up_lane(self._gateway, Lane.URGENT), payload)
                is_taken = True
                return await self._receipted(client)
        except (aiomqtt.MqttError, MimamoriError, OSError):
            return Leg.INGEST if is_taken else Leg.BROKER

    async def _receipted(self, client: aiomqtt.Client) -> Leg | None:
        try:
            async with asyncio.timeout(RECEIPT_S):
                async for message in client.messages:
                    if self._is_mine(message.payload):
                        return None
        except TimeoutError:
            pass
        return Leg.INGEST

    def _is_mine(self, payload: object) -> bool:
        if not isinstance(payload, bytes):
            return False
        try:
            receipt = decode_receipt(payload, self._key, self._gateway)
        except InputError:
            return False
        is_here = receipt.lane is Lane.URGENT and receipt.epoch == self._epoch
        return is_here and receipt.seq >= self._seq

    def envelope(self, at: datetime) -> bytes:
        """Return the signed envelope of a press; the same bytes for the same instant."""
        if at != self._pressed_at:
            self._pressed_at, self._seq = at, self._seq + 1
        header = Header(
            gateway=self._gateway,
            lane=Lane.URGENT,
            epoch=self._epoch,
            first_seq=self._seq,
            end_seq=self._seq,
            as_of_ms=to_ms(at),
            last_seq=self._seq,
            clock=ClockQuality.SYNCED,
        )
        reading = Reading(sensor=self._button, quantity=Quantity.HELP, value=1.0, observed_at=at)
        return encode(header, [encode_reading(reading)], self._key)
