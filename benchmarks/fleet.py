"""Publishers in processes of their own: many gateways each, every one with its own connection.

What is published is encoded and signed beforehand. A gateway of a fleet keeps to a window of
records without a receipt, as a real one does; a receipt is the only thing that counts as done.
"""

from __future__ import annotations

import multiprocessing
import resource
import select
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.sharedctypes import RawArray
from typing import Any

from benchmarks.homes import BenchHome
from benchmarks.wire import Wire, publish_packet
from domain.quantity import Lane
from messaging.receipt import decode_receipt
from messaging.topics import down_filter, up_lane

WINDOW_RECORDS = 1_600
"""What a real gateway has on its way at most (gateway/window.py)."""
MOST_ON_THE_WAY = 60_000
"""Messages of all fleets together: the broker would drop what goes beyond its queue's limit."""
HOMES_WORTH_A_PROCESS = 10
GIVE_UP_S = 60.0
"""A fleet that hears no receipt for so long says how much it still misses."""
_SENT, _RECEIPTED, _MESSAGES, _TAKEN = range(4)
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


class _Fleet:
    """The loop of one publisher process."""

    def __init__(self, homes: Sequence[BenchHome], port: int, counters: Any, window: int) -> None:
        self._counters, self._window = counters, window
        self._poll = select.epoll()
        self._gateways: dict[int, _Gateway] = {}
        for home in homes:
            wire = Wire(port, home.gateway, password_of(home.gateway), down_filter(home.gateway))
            self._gateways[wire.socket.fileno()] = _Gateway(home, wire)
            self._poll.register(wire.socket, select.EPOLLIN)
        self._all = list(self._gateways.values())

    def prepare(self, plan: Plan) -> None:
        """Encode and sign, in turn for each gateway."""
        for number in range(plan.envelopes):
            self._all[number % len(self._all)].prepare(plan.sizes[number % len(plan.sizes)])

    def publish(self, go: Go) -> Outcome:
        """Publish all that was prepared and wait for its receipts."""
        outcome = Outcome()
        outcome.messages = sum(len(gateway.packets) for gateway in self._all)
        outcome.records = sum(gateway.seq - gateway.sent for gateway in self._all)
        base = self._counters[_RECEIPTED]
        pause_s = go.at_s - time.perf_counter()
        time.sleep(max(0.0, pause_s))
        outcome.first_s = heard_s = time.perf_counter()
        due = iter(self._schedule(go.at_s, go.rate) if go.rate else ())
        next_due = next(due, None)
        while True:
            now = time.perf_counter()
            while next_due is not None and next_due[0] <= now:
                self._send(next_due[1], 1, due_s=next_due[0])
                next_due = next(due, None)
            if go.rate is None:
                self._flood(now, has_window=go.has_window)
            wait_s = 0.02 if next_due is None else min(0.02, max(0.0, next_due[0] - now))
            before = self._counters[_RECEIPTED]
            self._hear(self._poll.poll(wait_s), outcome)
            if self._counters[_RECEIPTED] > before:
                outcome.last_s = heard_s = time.perf_counter()
            if self._is_done(go):
                break
            if time.perf_counter() - heard_s > GIVE_UP_S:
                break
        if go.needs_receipts:
            outcome.unreceipted = outcome.records - int(self._counters[_RECEIPTED] - base)
            if go.are_signed:
                outcome.bad_receipts = sum(not _is_good(gateway) for gateway in self._all)
        return outcome

    def _is_done(self, go: Go) -> bool:
        if any(gateway.packets or gateway.wire.is_blocked for gateway in self._all):
            return False
        if not go.needs_receipts:
            return all(gateway.wire.acknowledged >= gateway.number for gateway in self._all)
        return all(
            gateway.receipted >= gateway.seq and not gateway.waiting for gateway in self._all
        )

    def _schedule(self, at_s: float, rate: float) -> list[tuple[float, _Gateway]]:
        """Return when which gateway speaks; gateways speak in turn, evenly spread."""
        due, queues = [], [(gateway, len(gateway.packets)) for gateway in self._all]
        number = 0
        while queues:
            rest = []
            for gateway, count in queues:
                due.append((at_s + number / rate, gateway))
                number += 1
                if count > 1:
                    rest.append((gateway, count - 1))
            queues = rest
        return due

    def _flood(self, now: float, *, has_window: bool) -> None:
        for gateway in self._all:
            if not gateway.packets or gateway.wire.is_blocked:
                continue
            if has_window:
                room = self._window - (gateway.sent - gateway.receipted)
                size = max(1, gateway.packets[0][1] - gateway.sent)
                count = min(room // size, _BURST)
            else:
                count = _BURST
            if count > 0:
                self._send(gateway, count, due_s=now)

    def _send(self, gateway: _Gateway, count: int, *, due_s: float) -> None:
        packets = []
        for _ in range(min(count, len(gateway.packets))):
            packet, seq = gateway.packets.popleft()
            packets.append(packet)
            gateway.waiting.append((seq, due_s))
            self._counters[_SENT] += seq - gateway.sent
            gateway.sent = seq
        self._counters[_MESSAGES] += len(packets)
        gateway.wire.send(b"".join(packets))

    def _hear(self, events: Sequence[tuple[int, int]], outcome: Outcome) -> None:
        for number, _ in events:
            gateway = self._gateways[number]
            before, taken = gateway.receipted, gateway.wire.acknowledged
            gateway.wire.hear(gateway.on_message)
            gateway.wire.flush()
            self._counters[_RECEIPTED] += gateway.receipted - before
            self._counters[_TAKEN] += gateway.wire.acknowledged - taken
            now = time.perf_counter()
            while gateway.waiting and gateway.waiting[0][0] <= gateway.receipted:
                outcome.waits_s.append(now - gateway.waiting.popleft()[1])
        for gateway in self._all:
            if gateway.wire.is_blocked:
                gateway.wire.flush()

    def close(self) -> None:
        for gateway in self._all:
            gateway.wire.close()


def _is_good(gateway: _Gateway) -> bool:
    if not gateway.last_receipt:
        return gateway.seq == 0
    receipt = decode_receipt(gateway.last_receipt, gateway.home.key, gateway.home.gateway)
    return receipt.seq == gateway.receipted


def password_of(user: str) -> str:
    """Return a user's password at a benchmark's brokers, which live for minutes on loopback."""
    return f"word-of-{user}"


def raise_file_limit() -> None:
    """Allow as many connections as the machine lets us."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _serve(
    pipe: Connection, homes: Sequence[BenchHome], port: int, counters: Any, window: int
) -> None:
    raise_file_limit()
    fleet = _Fleet(homes, port, counters, window)
    pipe.send("connected")
    while (asked := pipe.recv()) is not None:
        if isinstance(asked, Plan):
            fleet.prepare(asked)
            pipe.send("prepared")
        else:
            pipe.send(fleet.publish(asked))
    fleet.close()


class Fleets:
    """All publisher processes of a run."""

    def __init__(self, homes: Sequence[BenchHome], port: int, *, processes: int = 2) -> None:
        """Start them and connect every gateway."""
        context = multiprocessing.get_context("spawn")
        window = min(WINDOW_RECORDS, max(1, MOST_ON_THE_WAY // len(homes)))
        self._members = []
        processes = min(processes, -(-len(homes) // HOMES_WORTH_A_PROCESS))
        for number in range(processes):
            here, there = context.Pipe()
            counters = RawArray("d", 4)
            process = context.Process(
                target=_serve,
                args=(there, homes[number::processes], port, counters, window),
                daemon=True,
            )
            process.start()
            self._members.append((process, here, counters))
        self._collect()

    @property
    def pids(self) -> list[int]:
        """The processes, for their CPU time."""
        return [process.pid or 0 for process, _, _ in self._members]

    @property
    def sent(self) -> int:
        """Records sent so far."""
        return self._sum(_SENT)

    @property
    def messages(self) -> int:
        """Messages sent so far."""
        return self._sum(_MESSAGES)

    @property
    def taken(self) -> int:
        """Messages that the broker has acknowledged."""
        return self._sum(_TAKEN)

    @property
    def receipted(self) -> int:
        """Records receipted so far."""
        return self._sum(_RECEIPTED)

    def prepare(self, envelopes: int, *sizes: int) -> None:
        """Have `envelopes` made, shared among the fleets; see `Plan.sizes`."""
        share = -(-envelopes // len(self._members))
        for _, pipe, _ in self._members:
            pipe.send(Plan(envelopes=share, sizes=sizes))
        self._collect()

    def start(
        self,
        *,
        rate: float | None = None,
        has_window: bool = True,
        needs_receipts: bool = True,
        are_signed: bool = True,
    ) -> float:
        """Begin to publish what was prepared, as `Go` says; returns the instant of the beginning.

        Args:
            rate: Messages a second of all fleets together; None: as fast as it goes.
            has_window: Whether gateways wait for receipts, as real ones do.
            needs_receipts: Whether it is done with the last receipt, or when the broker has all.
            are_signed: Whether the receipts are ours.
        """
        at_s = time.perf_counter() + 0.1
        share = None if rate is None else rate / len(self._members)
        for _, pipe, _ in self._members:
            pipe.send(
                Go(
                    at_s=at_s,
                    rate=share,
                    has_window=has_window,
                    needs_receipts=needs_receipts,
                    are_signed=are_signed,
                )
            )
        return at_s

    @property
    def is_done(self) -> bool:
        """Whether all fleets have finished what `start` began."""
        return all(pipe.poll() for _, pipe, _ in self._members)

    def outcome(self) -> Outcome:
        """Wait until all fleets are done and put their results together."""
        total = Outcome()
        for each in (one for one in self._collect() if isinstance(one, Outcome)):
            total.messages += each.messages
            total.records += each.records
            total.unreceipted += each.unreceipted
            total.bad_receipts += each.bad_receipts
            total.waits_s += each.waits_s
            total.last_s = max(total.last_s, each.last_s)
            total.first_s = each.first_s if not total.first_s else min(total.first_s, each.first_s)
        return total

    def close(self) -> None:
        """End the processes."""
        for process, pipe, _ in self._members:
            if process.is_alive():
                pipe.send(None)
            process.join(5)
            process.kill()

    def _sum(self, place: int) -> int:
        return int(sum(counters[place] for _, _, counters in self._members))

    def _collect(self) -> list[object]:
        answers = []
        for process, pipe, _ in self._members:
            while not pipe.poll(0.5):
                if not process.is_alive():
                    raise RuntimeError("a publisher of the benchmark died; see its error above")
            answers.append(pipe.recv())
        return answers
