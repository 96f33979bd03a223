"""One publisher process: many gateways, every one with its own connection.

What is published is encoded and signed beforehand. A gateway keeps to a window of records without
a receipt, as a real one does; a receipt is the only thing that counts as done.
"""

from __future__ import annotations

import select
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from benchmarks.homes import BenchHome
from benchmarks.local import password_of, raise_file_limit
from benchmarks.wire import Wire, publish_packet
from domain.quantity import Lane
from messaging.receipt import decode_receipt
from messaging.topics import down_filter, up_lane

GIVE_UP_S = 60.0
"""A publisher that hears no receipt for so long says how much it still misses."""
LONGEST_POLL_S = 0.02
SENT, RECEIPTED, MESSAGES, TAKEN = range(4)
"""Places in a publisher's counters: records sent, receipted; messages sent, taken by the broker."""
_MARK = b'"seq":'
_BURST = 64
"""Packets that go into one write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a fleet shall publish next; each gateway goes on behind what it published before."""

    envelopes: int
    """Of all gateways of the fleet together."""
    sizes: tuple[int, ...]
    """Records of each, again and again; 0 is a heartbeat."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Go:
    """Publish what was prepared."""

    at_s: float
    """Instant of the machine's monotonic clock that all fleets begin at."""
    rate: float | None
    """Messages a second of this fleet, at instants that are laid down beforehand; None: flood."""
    has_window: bool = True
    """False: a flood that does not wait for receipts, for an ingest that is away."""
    needs_receipts: bool = True
    """False: done when the broker has taken all."""
    are_signed: bool = True
    """False: the receipts are a control's, which signs nothing."""


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What came of it; instants on the machine's monotonic clock."""

    messages: int = 0
    records: int = 0
    first_s: float = 0.0
    last_s: float = 0.0
    """When the last receipt came."""
    unreceipted: int = 0
    """Records without a receipt when the fleet gave up; 0 when all is well."""
    waits_s: list[float] = field(default_factory=list)
    """From the instant an envelope should have gone to its receipt."""
    bad_receipts: int = 0
    """Of the last receipt of each gateway: those whose signature or number is wrong."""


class _Gateway:
    """One connection and what it still has to say."""

    def __init__(self, home: BenchHome, wire: Wire) -> None:
        self.home, self.wire = home, wire
        self.seq = 0
        self.number = 0
        self.topic = up_lane(home.gateway, Lane.NORMAL)
        self.packets: deque[tuple[bytes, int]] = deque()
        self.waiting: deque[tuple[int, float]] = deque()
        self.receipted = 0
        self.sent = 0
        self.last_receipt = b""

    def prepare(self, size: int) -> None:
        payload = self.home.envelope(self.seq + 1, size)
        self.number += 1
        self.seq += size
        self.packets.append((publish_packet(self.topic, payload, self.number), self.seq))

    def on_message(self, payload: bytes) -> None:
        at = payload.find(_MARK)
        if at < 0:
            return
        end = at + len(_MARK)
        stop = end
        while payload[stop : stop + 1].isdigit():
            stop += 1
        self.receipted = max(self.receipted, int(payload[end:stop]))
        self.last_receipt = payload


class _Publisher:
    """The loop of one publisher process; its cost goes with the messages, not with the gateways."""

    def __init__(self, homes: Sequence[BenchHome], port: int, counters: Any, window: int) -> None:
        self._counters, self._window = counters, window
        self._poll = select.epoll()
        self._gateways: dict[int, _Gateway] = {}
        for home in homes:
            wire = Wire(port, home.gateway, password_of(home.gateway), down_filter(home.gateway))
            self._gateways[wire.socket.fileno()] = _Gateway(home, wire)
            self._poll.register(wire.socket, select.EPOLLIN)
        self._all = list(self._gateways.values())
        self._unsent = self._waiting = 0
        """Messages that are not sent yet, and that have no receipt yet."""
        self._blocked: set[_Gateway] = set()
        self._floods = False
        self._may_send: set[_Gateway] = set()
        """While it floods: those with something to say and, as far as is known, room for it."""

    def prepare(self, plan: Plan) -> None:
        """Encode and sign, in turn for each gateway."""
        for number in range(plan.envelopes):
            self._all[number % len(self._all)].prepare(plan.sizes[number % len(plan.sizes)])
        self._unsent += plan.envelopes

    def publish(self, go: Go) -> Outcome:
        """Publish all that was prepared and wait for its receipts."""
        outcome = Outcome(messages=self._unsent)
        outcome.records = sum(gateway.seq - gateway.sent for gateway in self._all)
        base, taken = self._counters[RECEIPTED], self._counters[TAKEN] + self._unsent
        due = deque(self._schedule(go.at_s, go.rate) if go.rate else ())
        self._floods = go.rate is None
        self._may_send = set(self._all) if self._floods else set()
        time.sleep(max(0.0, go.at_s - time.perf_counter()))
        outcome.first_s = heard_s = time.perf_counter()
        while time.perf_counter() - heard_s < GIVE_UP_S:
            wait_s = self._speak(go, due)
            before = self._counters[RECEIPTED]
            self._hear(self._poll.poll(wait_s), outcome)
            if self._counters[RECEIPTED] > before:
                outcome.last_s = heard_s = time.perf_counter()
            is_waiting = self._waiting if go.needs_receipts else self._counters[TAKEN] < taken
            if not (self._unsent or self._blocked or is_waiting):
                break
        if go.needs_receipts:
            outcome.unreceipted = outcome.records - int(self._counters[RECEIPTED] - base)
            if go.are_signed:
                outcome.bad_receipts = sum(not _is_good(gateway) for gateway in self._all)
        return outcome

    def _speak(self, go: Go, due: deque[tuple[float, _Gateway]]) -> float:
        """Send what may go now; returns how long there is nothing to say."""
        now = time.perf_counter()
        while due and due[0][0] <= now:
            due_s, gateway = due.popleft()
            self._send(gateway, 1, due_s=due_s)
        self._flood(now, has_window=go.has_window)
        if self._may_send:
            return 0.0
        return min(LONGEST_POLL_S, max(0.0, due[0][0] - now)) if due else LONGEST_POLL_S

    def _schedule(self, at_s: float, rate: float) -> list[tuple[float, _Gateway]]:
        """Return when which gateway speaks; gateways speak in turn, evenly spread."""
        rounds = max(len(gateway.packets) for gateway in self._all)
        turns = [
            gateway
            for turn in range(rounds)
            for gateway in self._all
            if turn < len(gateway.packets)
        ]
        return [(at_s + number / rate, gateway) for number, gateway in enumerate(turns)]

    def _flood(self, now: float, *, has_window: bool) -> None:
        for gateway in tuple(self._may_send):
            count = self._room(gateway) if has_window else _BURST
            if count > 0 and gateway.packets and not gateway.wire.is_blocked:
                self._send(gateway, min(count, _BURST), due_s=now)
            else:
                self._may_send.discard(gateway)

    def _room(self, gateway: _Gateway) -> int:
        """Return how many envelopes may go now; one that is larger than the window goes alone."""
        if not gateway.packets:
            return 0
        on_the_way = gateway.sent - gateway.receipted
        size = max(1, gateway.packets[0][1] - gateway.sent)
        return max((self._window - on_the_way) // size, 0 if on_the_way else 1)

    def _send(self, gateway: _Gateway, count: int, *, due_s: float) -> None:
        packets = []
        for _ in range(min(count, len(gateway.packets))):
            packet, seq = gateway.packets.popleft()
            packets.append(packet)
            gateway.waiting.append((seq, due_s))
            self._counters[SENT] += seq - gateway.sent
            gateway.sent = seq
        self._counters[MESSAGES] += len(packets)
        self._unsent -= len(packets)
        self._waiting += len(packets)
        gateway.wire.send(b"".join(packets))
        if gateway.wire.is_blocked:
            self._blocked.add(gateway)

    def _hear(self, events: Sequence[tuple[int, int]], outcome: Outcome) -> None:
        for number, _ in events:
            gateway = self._gateways[number]
            before, taken = gateway.receipted, gateway.wire.acknowledged
            gateway.wire.hear(gateway.on_message)
            self._counters[RECEIPTED] += gateway.receipted - before
            self._counters[TAKEN] += gateway.wire.acknowledged - taken
            now = time.perf_counter()
            while gateway.waiting and gateway.waiting[0][0] <= gateway.receipted:
                outcome.waits_s.append(now - gateway.waiting.popleft()[1])
                self._waiting -= 1
            if self._floods and gateway.packets:
                self._may_send.add(gateway)
            if gateway.wire.is_blocked:
                self._blocked.add(gateway)
        for gateway in tuple(self._blocked):
            gateway.wire.flush()
            if not gateway.wire.is_blocked:
                self._blocked.discard(gateway)
                if self._floods and gateway.packets:
                    self._may_send.add(gateway)

    def close(self) -> None:
        for gateway in self._all:
            gateway.wire.close()


def _is_good(gateway: _Gateway) -> bool:
    if not gateway.last_receipt:
        return gateway.seq == 0
    receipt = decode_receipt(gateway.last_receipt, gateway.home.key, gateway.home.gateway)
    return receipt.seq == gateway.receipted


def serve(
    pipe: Connection, homes: Sequence[BenchHome], port: int, counters: Any, window: int
) -> None:
    """Prepare and publish as the pipe says, until it says None."""
    raise_file_limit()
    fleet = _Publisher(homes, port, counters, window)
    pipe.send("connected")
    while (asked := pipe.recv()) is not None:
        if isinstance(asked, Plan):
            fleet.prepare(asked)
            pipe.send("prepared")
        else:
            pipe.send(fleet.publish(asked))
    fleet.close()
