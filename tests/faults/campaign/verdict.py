"""What a campaign counts."""

from dataclasses import asdict, dataclass, field

MOST_EXAMPLES = 20


@dataclass(slots=True)
class Verdict:
    """What must be 0, over all kills or cuts of one kind; and the first examples of what is not."""

    lost: int = 0
    """Acknowledged or receipted, and not there."""
    missing: int = 0
    """Produced, and nowhere to be found."""
    duplicated: int = 0
    """There twice, or one number for two contents."""
    unexpected: int = 0
    """There, but never produced."""
    damaged: int = 0
    """A file that SQLite or we ourselves do not find whole."""
    torn: int = 0
    """A state that is neither the one before nor the one after an operation."""
    early: int = 0
    """A receipt or a cursor ahead of what is durable."""
    examples: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether every promise was kept."""
        return not any(self.figures().values())

    def figures(self) -> dict[str, int]:
        """Return the figures by name."""
        return {name: value for name, value in asdict(self).items() if isinstance(value, int)}

    def count(self, figure: str, number: int, where: str) -> None:
        """Add to a figure; nothing when `number` is 0."""
        if number:
            setattr(self, figure, getattr(self, figure) + number)
            if len(self.examples) < MOST_EXAMPLES:
                self.examples.append(f"{figure} {int(number)}: {where}")

    def add(self, other: "Verdict") -> None:
        """Add all figures of another verdict."""
        for name, value in other.figures().items():
            setattr(self, name, getattr(self, name) + value)
        self.examples = [*self.examples, *other.examples][:MOST_EXAMPLES]
