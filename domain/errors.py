"""What went wrong, told so that a person can act: `CODE where: found; allowed; do`.

The tree::

    MimamoriError
    ├── InputError      the input is wrong; trying again with the same input cannot help (exit 2)
    ├── TransientError  something outside is away; try again later
    └── PermanentError  something outside refuses; do not try again
"""

from __future__ import annotations

from dataclasses import dataclass

SHOWN_CHARACTERS = 60
"""Longest piece of foreign text that is shown in a message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong, in one language; the code is the same in all."""

    code: str
    """Stable name, such as MQT-012; listed in docs/reference/errors.md."""
    where: str
    """File and line, topic, or setting."""
    found: str
    """What was found; foreign text goes through `shown` first."""
    allowed: str
    do: str

    def __str__(self) -> str:
        """Return the one-line form."""
        return f"{self.code} {self.where}: {self.found}; {self.allowed}; {self.do}"


class MimamoriError(Exception):
    """Base of every error that this system raises on purpose."""

    def __init__(self, problem: Problem) -> None:
        """Carry the problem; the text is its one-line form."""
        super().__init__(str(problem))
        self.problem = problem


class InputError(MimamoriError):
    """The input is wrong and has to be changed."""


class TransientError(MimamoriError):
    """Something outside is away; the same call may succeed later."""


class PermanentError(MimamoriError):
    """Something outside refuses; the same call cannot succeed."""


def shown(text: str) -> str:
    """Return foreign text fit for a message: escaped, quoted, cut at `SHOWN_CHARACTERS`."""
    escaped = text.encode("unicode_escape").decode("ascii") if not text.isprintable() else text
    cut = escaped if len(escaped) <= SHOWN_CHARACTERS else escaped[: SHOWN_CHARACTERS - 1] + "…"
    return f'"{cut}"'
