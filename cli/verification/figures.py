"""What the checker counted: each promise as a number that has to be 0."""

from __future__ import annotations

from dataclasses import dataclass, field

MOST_EXAMPLES = 20

COUNTED = ("produced", "stored", "waiting", "in_flight", "gapped", "emergencies")
"""Shown, and judged by nobody."""
HAVE_TO_BE_0 = (
    "lost",
    "missing",
    "duplicated",
    "unexpected",
    "missed",
    "repeated",
    "unmailed",
    "unprojected",
    "unsafe_receipts",
    "unsynced_files",
    "reused_numbers",
    "replayed",
    "judged_unseen",
    "personal",
    "gaps_unshown",
)
FIGURES = (*COUNTED, *HAVE_TO_BE_0, "most_copies", "kills")


@dataclass(slots=True, kw_only=True)
class Verification:
    """What the checker counted; what each figure means in full: docs/reference/verify.md."""

    produced: int = 0
    """Readings that must be stored exactly once."""
    stored: int = 0
    waiting: int = 0
    """Not stored yet, but safe in an outbox without a receipt."""
    in_flight: int = 0
    """Written into the ledger, not yet settled: the player sends them again."""
    gapped: int = 0
    """Not stored, and a gap marker stands for them."""
    emergencies: int = 0
    lost: int = 0
    """Receipted, and not in the store."""
    missing: int = 0
    """Produced and settled, in no outbox, not stored, and no gap marker stands for them."""
    duplicated: int = 0
    """Stored more than once."""
    unexpected: int = 0
    """Stored, but never produced; or a mail that no notification explains."""
    missed: int = 0
    """Emergencies without a resident case."""
    repeated: int = 0
    """Further resident cases of one emergency and cause."""
    unmailed: int = 0
    """Notifications that count as accepted, but no mail is there."""
    unprojected: int = 0
    """Journal entries that the projector has not dealt with."""
    unsafe_receipts: int = 0
    """V1: sequence numbers that an outbox was receipted and the journal does not cover."""
    unsynced_files: int = 0
    """V1: stores that are not opened with `synchronous=FULL`."""
    reused_numbers: int = 0
    """V2: sequence numbers stored twice, fresh twice, or not accounted for by the journal."""
    replayed: int = 0
    """V2: readings that projecting the journal once more would add."""
    judged_unseen: int = 0
    """V6: findings of inactivity about a time that had not arrived yet."""
    personal: int = 0
    """V9: names, addresses or telephone numbers in logs, topics, journal or quarantine."""
    gaps_unshown: int = 0
    """V10: sequence numbers in gap markers for which nothing that happened is absent."""
    most_copies: int = 0
    """Copies of one mail beyond the first."""
    kills: int = 0
    """How often the process was killed: each may copy the mail in hand once."""
    examples: list[str] = field(default_factory=list)
    """The first of what is wrong."""

    @property
    def holds(self) -> bool:
        """Whether every promise was kept."""
        wrong = any(getattr(self, name) for name in HAVE_TO_BE_0)
        return not wrong and self.most_copies <= self.kills

    def example(self, what: str, *where: object) -> None:
        """Keep an example of what is wrong, if there are not enough."""
        if len(self.examples) < MOST_EXAMPLES:
            self.examples.append(f"{what}: {' '.join(str(part) for part in where)}")
