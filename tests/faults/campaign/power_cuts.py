"""Power cuts of one durable process: record it once, cut it many times, check each time."""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from tests.faults.campaign.verdict import Verdict
from tests.support.power_cut.recording import Cut, Recording, record
from tests.support.power_cut.trace import Sync, Write

_MEMORY = Path("/dev/shm")  # noqa: S108 (a folder of our own is made below it)
LESS_DURABLE = "synchronous=NORMAL"
"""The negative control: what a 'tuned' database would lose."""


class Check(Protocol):
    """What must hold after a cut."""

    def check(self, cut: Cut, folder: Path) -> Verdict:
        """Open what the cut left in `folder` (new and empty), and compare."""


@dataclass(slots=True)
class Cuts:
    """The result for one process."""

    cuts: int = 0
    recordings: int = 0
    writes: int = 0
    syncs: int = 0
    verdict: Verdict = field(default_factory=Verdict)

    def add(self, other: "Cuts") -> None:
        """Add another result."""
        self.cuts += other.cuts
        self.recordings += other.recordings
        self.writes += other.writes
        self.syncs += other.syncs
        self.verdict.add(other.verdict)


def cut_often(
    module: str,
    make_check: Callable[[list[str]], Check],
    *,
    seed: int,
    cuts: int,
    steps: int,
    pragma: str = "",
    on_cut: Callable[[], None] = lambda: None,
) -> Cuts:
    """Record a workload of `steps` steps and cut it `cuts` times.

    Args:
        module: Program that is recorded; see `tests.support.power_cut.recording.record`.
        make_check: Makes the check from what the program said.
        seed: Of the workload and of the cuts.
        cuts: How many.
        steps: How long the workload is.
        pragma: A less durable setting, for the negative control.
        on_cut: Called after each.
    """
    result = Cuts(recordings=1)
    with tempfile.TemporaryDirectory(prefix="mimamori-cuts-") as folder:
        recording = record(module, Path(folder), str(seed), str(steps), *filter(None, [pragma]))
    _count(result, recording)
    check = make_check(recording.marks)
    for cut in recording.cuts(cuts, seed=seed):
        place = Path(tempfile.mkdtemp(dir=_MEMORY if _MEMORY.is_dir() else None))
        try:
            result.verdict.add(check.check(cut, place))
        except Exception as error:  # noqa: BLE001 (what cannot be opened is a finding, not an end)
            where = f"cut {cut.number} after {cut.after} operations: {error!r}"
            result.verdict.count("damaged", 1, where)
        finally:
            shutil.rmtree(place)
        result.cuts += 1
        on_cut()
    return result


def _count(result: Cuts, recording: Recording) -> None:
    result.writes = sum(isinstance(one, Write) for one in recording.operations)
    result.syncs = sum(isinstance(one, Sync) for one in recording.operations)
