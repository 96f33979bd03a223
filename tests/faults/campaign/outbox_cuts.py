"""What must hold of a gateway's outbox after a power cut, whatever it was doing (G02)."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from domain.ids import SensorId
from domain.quantity import Lane, Quantity
from domain.reading import Reading
from gateway.outbox import Outbox
from tests.faults.campaign.outbox_workload import FILE, START, held
from tests.faults.campaign.verdict import Verdict
from tests.support.power_cut.recording import Cut
from tests.support.power_cut.workload import Said, fingerprint, is_sound, read_marks

MODULE = "tests.faults.campaign.outbox_workload"
_LATER = START + timedelta(days=3650)


@dataclass(slots=True)
class Known:
    """What the world may rely on at one instant, from what the program said."""

    states: set[str] = field(default_factory=set)
    """The state after the last call that returned, and after the one that had begun."""
    kept: dict[str, tuple[str, str, int]] = field(default_factory=dict)
    """Contents whose append has returned, with their numbers."""
    begun: set[str] = field(default_factory=set)
    """Contents whose append has begun."""
    forgettable: set[str] = field(default_factory=set)
    """Contents that had a receipt when a pruning began."""
    epochs: set[str] = field(default_factory=set)
    """The present epoch, and the next one when it has begun."""


class OutboxCheck:
    """Checks one cut after the other, in order of time."""

    def __init__(self, marks: list[str]) -> None:
        """Take all that the program said, also after the cut."""
        self._said = read_marks(marks)
        self._known = Known()
        self._receipted: dict[str, int] = {}
        self._at = 0

    def check(self, cut: Cut, folder: Path) -> Verdict:
        """Open what the cut left with the product's own code, and compare."""
        self._go_on(cut.marks)
        verdict, known = Verdict(), self._expected()
        where = f"cut {cut.number} after {cut.after} operations, {cut.marks} marks"
        path = folder / FILE
        for name, content in cut.files.items():
            (folder / name).write_bytes(content)
        outbox = Outbox.open(path, now=START)
        try:
            verdict.count("damaged", len(list(folder.glob("*damaged*"))), where)
            verdict.count("damaged", not is_sound(path), where)
            if known.states:
                verdict.count("torn", fingerprint(path) not in known.states, where)
            _compare(verdict, known, held(path), where)
            _goes_on(verdict, outbox, known, where)
        finally:
            outbox.close()
        return verdict

    def _go_on(self, marks: int) -> None:
        while self._at < marks:
            said = self._said[self._at]
            self._at += 1
            if "begin" in said:
                self._begun(said)
            else:
                self._done(said)

    def _begun(self, said: Said) -> None:
        self._known.begun.update(said.get("contents", ()))
        if said["begin"] == "prune":
            self._known.forgettable |= {
                word
                for word, (lane, epoch, seq) in self._known.kept.items()
                if epoch not in self._known.epochs or seq <= self._receipted[lane]
            }

    def _done(self, said: Said) -> None:
        known = self._known
        known.states = {said["state"]}
        if said["epoch"] not in known.epochs:
            self._renumber(said["epoch"])
        known.epochs = {said["epoch"]}
        self._receipted = said["receipted"]
        numbers = (tuple(number) for number in said.get("numbers", ()))
        known.kept.update(zip(said.get("contents", ()), numbers, strict=True))

    def _renumber(self, epoch: str) -> None:
        """A new epoch began: what had no receipt counts anew."""
        known = self._known
        for word, (lane, old, seq) in known.kept.items():
            if old in known.epochs and seq > self._receipted[lane]:
                known.kept[word] = (lane, epoch, seq - self._receipted[lane])

    def _expected(self) -> Known:
        """Return what is known, with the state after a call that has begun as a possible one."""
        known = self._known
        begun = self._at and "begin" in self._said[self._at - 1]
        if not begun or self._at >= len(self._said) or not known.states:
            return known
        following = self._said[self._at]
        return Known(
            states=known.states | {following["state"]},
            kept=known.kept,
            begun=known.begun,
            forgettable=known.forgettable,
            epochs=known.epochs | {following["epoch"]},
        )


def _compare(
    verdict: Verdict, known: Known, found: dict[str, tuple[str, str, int]], where: str
) -> None:
    """Compare contents and numbers with the ledger, which knows nothing of the file's tables."""
    lost = known.kept.keys() - found.keys() - known.forgettable
    verdict.count("lost", len(lost), where)
    verdict.count("unexpected", len(found.keys() - known.begun), where)
    if len(known.epochs) == 1:  # else it is being counted anew, and the state tells
        moved = [
            word for word in known.kept.keys() & found.keys() if known.kept[word] != found[word]
        ]
        verdict.count("duplicated", len(moved), f"{where}: another number")


def _goes_on(verdict: Verdict, outbox: Outbox, known: Known, where: str) -> None:
    """Append one more: it must get a number that nobody was ever told for another content."""
    used = {number for number in known.kept.values() if number[1] == outbox.epoch}
    reading = Reading(
        sensor=SensorId("s-one"), quantity=Quantity.MOTION, value=1.0, observed_at=_LATER
    )
    outbox.append([reading], now=_LATER)
    number = (Lane.NORMAL.value, outbox.epoch, outbox.position(Lane.NORMAL).last_seq)
    is_reused = number in used and len(known.epochs) == 1
    verdict.count("duplicated", is_reused, f"{where}: {number} given again")
