"""What must hold of journal, readings and register after a power cut (S02; V1, V2 of FAULTS.md)."""

from collections import Counter
from datetime import timedelta
from functools import lru_cache
from pathlib import Path

from sqlalchemy import Connection

from domain.quantity import Lane
from domain.reading import Reading
from messaging.envelope import decode_header, decode_pack, split_body
from storage.journal.entry import Entry
from storage.journal.sqlite import Journal
from storage.register import findings
from storage.register.findings import StoredFinding
from storage.stores import Stores
from tests.faults.campaign.ingest_workload import (
    ACCESS,
    EPOCH,
    FILES,
    HOMES,
    START,
    Home,
    Server,
    Span,
    arrived,
    reading,
)
from tests.faults.campaign.verdict import Verdict
from tests.support.power_cut.recording import Cut
from tests.support.power_cut.workload import Said, fingerprint, is_sound, read_marks

MODULE = "tests.faults.campaign.ingest_workload"
PAGE = 500
_ALL_TIME = (START - timedelta(days=365), START + timedelta(days=3650))

Key = tuple[int, Lane, int]
"""Number of the gateway, lane, number of the record."""


class IngestCheck:
    """Checks one cut after the other, in order of time."""

    def __init__(self, marks: list[str]) -> None:
        """Take all that the program said, also after the cut."""
        self._said = read_marks(marks)
        self._at = 0
        self._states: dict[str, str] = {}
        self._writing: set[str] = set()
        """Files that a call has begun to write."""
        self._begun: list[Span] = []
        self._acknowledged: set[Key] = set()
        self._receipts: dict[tuple[int, Lane], int] = {}

    def check(self, cut: Cut, folder: Path) -> Verdict:
        """Open what the cut left with the product's own code, compare, and go on from there."""
        while self._at < cut.marks:
            self._heed(self._said[self._at])
            self._at += 1
        verdict = Verdict()
        where = f"cut {cut.number} after {cut.after} operations, {cut.marks} marks"
        for name, content in cut.files.items():
            (folder / name).write_bytes(content)
        with Stores.open(folder) as stores:
            for name in FILES:
                verdict.count("damaged", not is_sound(folder / name), f"{where}: {name}")
            server = Server(stores)
            if self._states:
                self._compare_states(verdict, folder, where)
                self._compare(verdict, server, where)
        return verdict

    def _heed(self, said: Said) -> None:
        if "begin" in said:
            self._begun += [_span(span) for span in said.get("spans", ())]
            self._writing |= set(said["begin"])
            return
        self._states |= said["states"]
        self._writing -= said["states"].keys()
        for gateway, lane, first, end in map(_span, said.get("spans", ())):
            self._acknowledged |= {(gateway, lane, seq) for seq in range(first, end + 1)}
        for gateway, lane, seq in said.get("receipts", ()):
            self._receipts[gateway, Lane(lane)] = seq

    def _compare_states(self, verdict: Verdict, folder: Path, where: str) -> None:
        """Each file is as before or as after the call that had begun."""
        for name in FILES:
            allowed = {self._states[name]}
            if name in self._writing:
                allowed.add(self._following(name))
            verdict.count("torn", fingerprint(folder / name) not in allowed, f"{where}: {name}")

    def _following(self, name: str) -> str:
        """Return the state of a file after the call that has begun."""
        later = (said["states"].get(name) for said in self._said[self._at :] if "done" in said)
        return str(next((state for state in later if state is not None), self._states[name]))

    def _compare(self, verdict: Verdict, server: Server, where: str) -> None:
        homes = server.homes()
        if len(homes) < HOMES:
            verdict.count("lost", HOMES - len(homes), f"{where}: homes that were commissioned")
            return
        entries = [
            (entry.position, _fresh(entry, homes, verdict))
            for entry in _entries(server.stores.journal)
        ]
        journalled = Counter(key for _, keys in entries for key in keys)
        begun = _keys(self._begun)
        receipted = {
            (gateway, lane, number)
            for (gateway, lane), seq in self._receipts.items()
            for number in range(1, seq + 1)
        }
        verdict.count("lost", len((self._acknowledged | receipted) - journalled.keys()), where)
        verdict.count("unexpected", len(journalled.keys() - begun), where)
        verdict.count("duplicated", sum(count > 1 for count in journalled.values()), where)
        _compare_counters(verdict, server, homes, journalled, self._receipts, where=where)
        _compare_cursor(verdict, server, homes, entries, where)
        _go_on(verdict, server, homes, self._begun, where)


def _compare_counters(
    verdict: Verdict,
    server: Server,
    homes: list[Home],
    journalled: Counter[Key],
    receipts: dict[tuple[int, Lane], int],
    *,
    where: str,
) -> None:
    """The counters of receipts: never behind one that was sent, never ahead of the entries."""
    with server.stores.journal.admission() as transaction:
        for number, home in enumerate(homes):
            for lane in Lane:
                stream = transaction.streams(home.gateway, lane).get(EPOCH)
                contiguous = 0 if stream is None else stream.coverage.contiguous
                verdict.count("lost", contiguous < receipts.get((number, lane), 0), where)
                ahead = [
                    seq for seq in range(1, contiguous + 1) if (number, lane, seq) not in journalled
                ]
                verdict.count("early", len(ahead), f"{where}: counted and not there")


def _compare_cursor(
    verdict: Verdict,
    server: Server,
    homes: list[Home],
    entries: list[tuple[int, list[Key]]],
    where: str,
) -> None:
    """The projector's cursor is never ahead of the journal or of the readings it stands for."""
    position = server.position()
    head = entries[-1][0] if entries else 0
    verdict.count("early", position > head, f"{where}: cursor {position}, journal {head}")
    stored = _stored(server, homes)
    done = {key for at, keys in entries if at <= position for key in keys}
    known = {key for _, keys in entries for key in keys}
    verdict.count("early", len(done - stored.keys()), f"{where}: projected and not stored")
    verdict.count("unexpected", len(stored.keys() - known), f"{where}: stored, not journalled")
    verdict.count("duplicated", sum(count > 1 for count in stored.values()), where)


def _go_on(
    verdict: Verdict, server: Server, homes: list[Home], begun: list[Span], where: str
) -> None:
    """The gateways send everything again: afterwards each reading is stored, and once."""
    server.admit(arrived(homes, begun))
    server.find()
    while server.project(limit=PAGE):
        pass
    stored, produced = _stored(server, homes), _keys(begun)
    verdict.count("missing", len(produced - stored.keys()), f"{where}: after sending again")
    verdict.count("unexpected", len(stored.keys() - produced), f"{where}: after sending again")
    verdict.count("duplicated", sum(count > 1 for count in stored.values()), where)
    presses = sum(lane is Lane.URGENT for _, lane, _ in produced)
    found = len(server.stores.register.read_now(_findings))
    verdict.count("lost", max(0, presses - found), f"{where}: findings of presses")
    verdict.count("duplicated", max(0, found - presses), f"{where}: findings of presses")


def _findings(connection: Connection) -> list[StoredFinding]:
    return findings.after(connection, ACCESS, 0, limit=10_000)


def _entries(journal: Journal) -> list[Entry]:
    entries: list[Entry] = []
    while page := journal.after(entries[-1].position if entries else 0, limit=PAGE):
        entries += page
    return entries


def _fresh(entry: Entry, homes: list[Home], verdict: Verdict) -> list[Key]:
    """Return which records an entry brought first; each must say what was sent."""
    number = next(at for at, home in enumerate(homes) if home.gateway == entry.gateway)
    keys = []
    for seq, found in _contents(entry.body):
        if entry.is_fresh(seq):
            is_other = found != reading(homes[number], entry.lane, seq)
            verdict.count("duplicated", is_other, f"{entry.lane} {seq} with another content")
            keys.append((number, entry.lane, seq))
    return keys


@lru_cache(maxsize=10_000)
def _contents(body: bytes) -> tuple[tuple[int, object], ...]:
    """Read an entry; the same ones are there after most cuts."""
    head, pack = split_body(body, where="journal")
    records = decode_pack(decode_header(head, where="journal"), pack, where="journal")
    return tuple((record.first_seq, record.content) for record in records)


def _stored(server: Server, homes: list[Home]) -> Counter[Key]:
    """Count what the store of readings holds; a wrong content counts as another record."""
    found: Counter[Key] = Counter()
    for number, home in enumerate(homes):
        for placed in server.stores.readings.of_home(home.home, *_ALL_TIME):
            lane, seq = placed.id.lane, placed.id.seq
            found[number, lane, seq if _is(placed.reading, home, lane, seq) else -seq] += 1
    return found


def _is(found: Reading, home: Home, lane: Lane, seq: int) -> bool:
    return found == reading(home, lane, seq)


def _keys(spans: list[Span]) -> set[Key]:
    return {
        (gateway, lane, seq) for gateway, lane, first, end in spans for seq in range(first, end + 1)
    }


def _span(said: list[int | str]) -> Span:
    gateway, lane, first, end = said
    return int(gateway), Lane(str(lane)), int(first), int(end)
