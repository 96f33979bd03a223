"""Running a program under strace, and the states of its files that a power cut may leave."""

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.power_cut.disk import Disk
from tests.support.power_cut.trace import CALLS, Mark, Operation, read_trace
from tests.support.services import require

ROOT = Path(__file__).parents[3]
LONGEST_DATA = 1024 * 1024
LONGEST_RUN_S = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """One power cut."""

    number: int
    after: int
    """After how many operations."""
    marks: int
    """How many marks the program had made by then."""
    files: dict[str, bytes]
    """What is found afterwards, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What a program did, and what it said of it."""

    operations: list[Operation]
    marks: list[str]

    def cuts(self, number: int, *, seed: int) -> Iterator[Cut]:
        """Yield `number` cuts at random places, in order of time; the same for the same seed."""
        chance = random.Random(seed)  # noqa: S311 (chance in a test is not cryptography)
        places = sorted(chance.choices(range(len(self.operations) + 1), k=number))
        disk, at, marks = Disk(), 0, 0
        for count, place in enumerate(places):
            while at < place:
                disk.apply(self.operations[at])
                marks += isinstance(self.operations[at], Mark)
                at += 1
            files = {path.name: content for path, content in disk.cut(chance).items()}
            yield Cut(number=count, after=place, marks=marks, files=files)


def record(module: str, folder: Path, *arguments: str) -> Recording:
    """Run `python -m MODULE DISK MARKS ARGUMENTS...` and return what it did in the folder `DISK`.

    Raises:
        subprocess.CalledProcessError: It failed; its standard error was shown.
    """
    strace = require("strace", "power cuts on the SQLite library that is shipped")
    disk, marks, trace = folder / "disk", folder / "marks", folder / "trace"
    disk.mkdir(parents=True)
    subprocess.run(  # noqa: S603 (our own program)
        [
            *(strace, "-f", "-y", "-xx", "-s", str(LONGEST_DATA), "--seccomp-bpf"),
            *("-e", f"trace={CALLS}", "-e", "signal=none", "-o", str(trace)),
            *(sys.executable, "-m", module, str(disk), str(marks), *arguments),
        ],
        check=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        timeout=LONGEST_RUN_S,
    )
    operations = read_trace(trace, disk=disk, marks=marks)
    trace.unlink()
    said = [operation.text for operation in operations if isinstance(operation, Mark)]
    return Recording(operations=operations, marks=said)
