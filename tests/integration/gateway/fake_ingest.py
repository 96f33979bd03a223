"""A scripted ingest: keeps records by sequence number, receipts them, and misbehaves on demand."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import aiomqtt

from domain.ids import GatewayId
from domain.quantity import Lane
from domain.reading import Reading
from messaging import topics
from messaging.client import BrokerSettings, keep_connected, make_client, publish, subscribe
from messaging.envelope import Header, Record, decode_header, decode_pack, split_body
from messaging.keys import GatewayKey, split_signature
from messaging.receipt import Command, Receipt, encode_command, encode_receipt


class FakeIngest:
    """Answers one gateway."""

    def __init__(self, settings: BrokerSettings, gateway: GatewayId, key: GatewayKey) -> None:
        """Begin with an empty journal, answering everything."""
        self._settings, self._gateway = settings, gateway
        self.key = key
        """Signs what is sent; a test may forge."""
        self._true_key = key
        self.journal: dict[tuple[Lane, str], dict[int, Record]] = {}
        self._heads: dict[tuple[Lane, str], int] = {}
        self.headers: list[Header] = []
        self.statuses: list[bytes] = []
        self.drop_each = 0
        """Lose each n-th envelope as if the broker had; 0: none."""
        self.is_answering = True
        self._client: aiomqtt.Client | None = None

    async def run(self) -> None:
        """Hear and answer until cancelled."""
        await keep_connected(
            lambda: make_client(self._settings, name="ingest", persistent=True),
            self._serve,
            where="fake ingest",
        )

    def readings(self) -> list[Reading]:
        """Return all readings of all epochs and lanes, each in the order of its numbers."""
        return [
            record.content
            for records in self.journal.values()
            for _, record in sorted(records.items())
            if isinstance(record.content, Reading)
        ]

    def watermark(self) -> datetime | None:
        """Return the greatest as_of of the normal lane whose last_seq is here without a hole."""
        return max(
            (
                header.as_of
                for header in self.headers
                if header.lane is Lane.NORMAL
                and header.last_seq <= self.head(header.lane, header.epoch)
            ),
            default=None,
        )

    def head(self, lane: Lane, epoch: str) -> int:
        """Return the highest sequence number below which all is here."""
        records, seq = self.journal.get((lane, epoch), {}), self._heads.get((lane, epoch), 0)
        while seq + 1 in records:
            seq = records[seq + 1].last_seq
        self._heads[lane, epoch] = seq
        return seq

    def restore(self, lane: Lane, epoch: str, *, keep: int) -> None:
        """Put an old backup in place, which knows the first `keep` numbers only."""
        records = self.journal[lane, epoch]
        for seq in [seq for seq in records if seq > keep]:
            del records[seq]
        self._heads[lane, epoch] = keep

    async def hear_until(self, condition: Callable[[], bool]) -> None:
        """Hear on, after the end of `run`, until the condition holds."""
        async with (
            asyncio.timeout(10),
            make_client(self._settings, name="ingest", persistent=True) as client,
        ):
            await subscribe(client, topics.UP_FILTER)
            async for message in client.messages:
                if message.topic.value.endswith("/status"):
                    self.statuses.append(bytes(message.payload))
                if condition():
                    return

    async def say_receipt(self, receipt: Receipt) -> None:
        """Send any receipt."""
        assert self._client is not None
        topic = topics.down(self._gateway, topics.Down.RECEIPT)
        await publish(self._client, topic, encode_receipt(receipt, self.key))

    async def say_command(self, command: Command) -> None:
        """Send any command."""
        assert self._client is not None
        topic = topics.down(self._gateway, topics.Down.COMMAND)
        await publish(self._client, topic, encode_command(command, self.key))

    async def _serve(self, client: aiomqtt.Client) -> None:
        self._client = client
        await subscribe(client, topics.UP_FILTER)
        async for message in client.messages:
            up = topics.parse_up(message.topic.value)
            if up.up is topics.Up.STATUS:
                self.statuses.append(bytes(message.payload))
                continue
            await self._admit(bytes(message.payload))

    async def _admit(self, payload: bytes) -> None:
        signed = split_signature(payload, where="test")
        assert signed.is_by(self._true_key)
        head, pack = split_body(signed.body, where="test")
        header = decode_header(head, where="test")
        self.headers.append(header)
        if self.drop_each and len(self.headers) % self.drop_each == 0:
            return
        records = self.journal.setdefault((header.lane, header.epoch), {})
        for record in decode_pack(header, pack, where="test"):
            known = records.setdefault(record.first_seq, record)
            assert known.raw == record.raw, "a sequence number came back with other content"
        if self.is_answering:
            seq = self.head(header.lane, header.epoch)
            await self.say_receipt(
                Receipt(gateway=self._gateway, lane=header.lane, epoch=header.epoch, seq=seq)
            )
