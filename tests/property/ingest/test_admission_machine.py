"""Admission against a model: sent, resent, reused or cut off, nothing is lost or doubled."""

from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from domain.quantity import Lane
from ingest import admission
from ingest.admission import admit
from ingest.answers import Answers
from ingest.projection import project
from messaging.envelope import decode_header, decode_pack, split_body
from storage.journal.sqlite import Journal
from tests.support.wire import GATEWAY, NOON, arrived, envelope, gateway, keyring, motion

LONGEST = 12


class PulledPlugError(Exception):
    """Stands for the power that goes in the middle of a transaction."""


class AdmissionMachine(RuleBasedStateMachine):
    """One gateway, one lane; the model is a plain dict of what was first said under each number."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.path = Path(self.folder.name) / "journal.db"
        self.journal = Journal(self.path)
        self.said: dict[str, dict[int, bytes]] = {}
        self.closed: set[str] = set()
        self.epoch = "epoch-0"

    def teardown(self) -> None:
        """Close and remove the file."""
        self.journal.close()
        self.folder.cleanup()

    def records(self, first: int, length: int, *, other: bool = False) -> list[bytes]:
        """Return what the gateway says under these numbers of the present epoch."""
        number = int(self.epoch.removeprefix("epoch-"))
        shift = timedelta(hours=1 + number, milliseconds=1 if other else 0)
        return [
            motion(NOON - shift + timedelta(seconds=seq)) for seq in range(first, first + length)
        ]

    def send(self, epoch: str, first: int, records: list[bytes]) -> Answers:
        """Send one envelope and book it in the model."""
        payload = envelope(records, first=first, epoch=epoch)
        answers = admit(self.journal, keyring(), [arrived(payload)])
        known = self.said.setdefault(epoch, {})
        if epoch in self.closed:
            assert answers.receipts == {}
            assert answers.commands[GATEWAY].epoch == epoch
            return answers
        self.closed |= self.said.keys() - {epoch}
        for seq, record in enumerate(records, start=first):
            if known.get(seq, record) != record:
                self.closed.add(epoch)
                assert answers.receipts == {}
                assert answers.commands[GATEWAY].epoch == epoch
                return answers
        known.update(enumerate(records, start=first))
        receipt = answers.receipts[GATEWAY, Lane.NORMAL, epoch]
        assert receipt.seq == next(seq for seq in range(10**6) if seq + 1 not in known)
        return answers

    @rule(first=st.integers(1, 30), length=st.integers(0, LONGEST))
    def say_or_resend(self, first: int, length: int) -> None:
        """Any run of the present epoch: new, known, or both; an empty one is a heartbeat."""
        self.send(self.epoch, first, self.records(first, length))

    @rule(first=st.integers(1, 30), length=st.integers(1, LONGEST))
    def say_something_else(self, first: int, length: int) -> None:
        """The same numbers with other content, as a restored memory card does."""
        self.send(self.epoch, first, self.records(first, length, other=True))

    @rule()
    def begin_a_new_epoch(self) -> None:
        """The gateway counts anew, by itself or because it was told to."""
        self.epoch = f"epoch-{int(self.epoch.removeprefix('epoch-')) + 1}"

    @rule(first=st.integers(1, 30), length=st.integers(1, LONGEST))
    def pull_the_plug(self, first: int, length: int) -> None:
        """What was not committed was never said; the model does not change."""
        payload = envelope(self.records(first, length), first=first, epoch=self.epoch)
        with suppress(PulledPlugError), self.journal.admission() as transaction:
            admission._admit_one(transaction, keyring(), arrived(payload), Answers())
            raise PulledPlugError

    @rule()
    def open_again(self) -> None:
        """A restart: memory is gone, the file is not."""
        self.journal.close()
        self.journal = Journal(self.path)

    @invariant()
    def the_journal_holds_each_record_once(self) -> None:
        """Fresh records are exactly the model's, with the content that was said first."""
        held: list[tuple[str, int, bytes]] = []
        entries = self.journal.after(0, limit=10**6)
        for entry in entries:
            head, raw = split_body(entry.body, where="test")
            pack = decode_pack(decode_header(head, where="test"), raw, where="test")
            held += [
                (entry.epoch, record.first_seq, record.raw)
                for record in pack
                if entry.is_fresh(record.first_seq)
            ]

        said = [(epoch, seq, raw) for epoch, all_ in self.said.items() for seq, raw in all_.items()]
        assert sorted(held) == sorted(said)
        projected = project(entries, {GATEWAY: gateway()}, after=0).readings
        assert len(projected) == len(said)


AdmissionMachine.TestCase.settings = settings(max_examples=40, stateful_step_count=25)
TestAdmission = AdmissionMachine.TestCase
