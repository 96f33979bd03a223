"""What is looked at while a benchmark runs: progress, memory and processor time, on one clock."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import psutil

from benchmarks.city import City
from benchmarks.fleet import Fleets
from benchmarks.telling import Teller

MIB = 1024 * 1024
TICK_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One look; counts since the beginning of the city."""

    at_s: float
    receipted: int
    head: int
    cursor: int
    ingest_mib: float
    broker_mib: float


@dataclass(slots=True)
class Watch:
    """Looks each `every_s` in a thread of its own while its block runs."""

    city: City
    fleets: Fleets
    every_s: float = 0.1
    samples: list[Sample] = field(default_factory=list)
    processor_s: dict[str, float] = field(default_factory=dict)
    """Processor seconds used inside the block: `ingest`, `broker`, `publishers`."""
    _thread: threading.Thread | None = None
    _stop: threading.Event = field(default_factory=threading.Event)
    _before: Mapping[str, float] = field(default_factory=dict)

    def __enter__(self) -> Self:
        """Begin to look."""
        self._before = self._processor()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop looking."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        if error is None:
            after = self._processor()
            self.processor_s = {name: after[name] - self._before[name] for name in after}

    def look(self) -> Sample:
        """Look now."""
        cursor = self.city.cursor()  # before the head, or it could seem to be ahead
        return Sample(
            at_s=time.perf_counter(),
            receipted=self.fleets.receipted,
            head=self.city.head(),
            cursor=cursor,
            ingest_mib=resident_mib(self.city.ingest_pid),
            broker_mib=resident_mib(self.city.broker_pid),
        )

    def until_projected(self, timeout_s: float) -> float:
        """Wait until the projector is at the journal's head; returns when that was.

        Raises:
            TimeoutError: It did not come there in time.
        """
        end_s = time.perf_counter() + timeout_s
        while True:
            sample = self.look()
            if sample.cursor >= sample.head:
                return sample.at_s
            if sample.at_s > end_s:
                raise TimeoutError(f"the projector is {sample.head - sample.cursor} entries behind")
            time.sleep(0.02)

    def receipted_since(self, before: Sample) -> int:
        """Return the records receipted since an earlier look."""
        return self.fleets.receipted - before.receipted

    def tick(self, tell: Teller, before: int, total: float) -> None:
        """Wait a moment, and show how many are receipted."""
        time.sleep(TICK_S)
        tell.reached(self.fleets.receipted - before, total)

    def _run(self) -> None:
        self.samples.append(self.look())
        while not self._stop.wait(self.every_s):
            self.samples.append(self.look())
        self.samples.append(self.look())

    def _processor(self) -> dict[str, float]:
        return {
            "ingest": _used([self.city.ingest_pid]),
            "broker": _used([self.city.broker_pid]),
            "publishers": _used(self.fleets.pids),
        }


def resident_mib(pid: int) -> float:
    """Return the resident memory of a process and of those it has started."""
    return sum(each.memory_info().rss for each in _family(pid)) / MIB


def _used(pids: Sequence[int]) -> float:
    times = [each.cpu_times() for pid in pids for each in _family(pid)]
    return sum(each.user + each.system for each in times)


def _family(pid: int) -> list[psutil.Process]:
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` (0-1) of `values` lie; NaN when there is none."""
    if not values:
        return float("nan")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
