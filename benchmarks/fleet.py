"""All publisher processes of a run, as the benchmark sees them."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Sequence
from multiprocessing.sharedctypes import RawArray

from benchmarks.homes import BenchHome
from benchmarks.publisher import MESSAGES, RECEIPTED, SENT, TAKEN, Go, Outcome, Plan, serve

WINDOW_RECORDS = 1_600
"""What a real gateway has on its way at most (gateway/window.py)."""
MOST_ON_THE_WAY = 60_000
"""Messages of all together: the broker would drop what goes beyond its queue's limit."""
HOMES_WORTH_A_PROCESS = 10


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
                target=serve,
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
        return self._sum(SENT)

    @property
    def messages(self) -> int:
        """Messages sent so far."""
        return self._sum(MESSAGES)

    @property
    def taken(self) -> int:
        """Messages that the broker has acknowledged."""
        return self._sum(TAKEN)

    @property
    def receipted(self) -> int:
        """Records receipted so far."""
        return self._sum(RECEIPTED)

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
