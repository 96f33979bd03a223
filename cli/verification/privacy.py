"""V9: what is known of residents stands in no log, topic, journal, quarantine or outbox."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from cli.installation import Installation
from cli.verification.figures import Verification
from domain.access import service
from storage.register import residents
from storage.register.residents import Person
from storage.stores import Stores

ACCESS = service("verify")
CHUNK = 1 << 20
FEWEST_CHARACTERS = 3
"""Shorter text, such as a one-letter name of a test, stands everywhere by chance."""
SEARCHED = ("broker", "home-broker", "gateways")
"""Folders of which every file is searched: logs, persistence, outboxes."""
STORES = ("journal.db", "journal.db-wal", "readings.db", "readings.db-wal")


def check_privacy(verification: Verification, installation: Installation, stores: Stores) -> None:
    """Search every file that may hold nothing personal for all that is known of residents."""
    if not (installation.folder / "secrets" / "vault.keys").exists():
        return
    vault = installation.vault()
    people = stores.register.read_now(lambda c: residents.everybody(c, ACCESS, vault))
    wanted = terms(people)
    if not wanted:
        return
    pattern = re.compile(b"|".join(re.escape(term) for term in sorted(wanted)))
    overlap = max(len(term) for term in wanted)
    for path in _files(installation):
        count = occurrences(path, pattern, overlap=overlap)
        if count:
            verification.personal += count
            verification.example("personal data in", path.relative_to(installation.folder))


def terms(people: list[Person]) -> set[bytes]:
    """Return what to look for: each field as it is, without spaces, and digits alone."""
    found: set[str] = set()
    for person in people:
        for text in (person.name, person.kana, person.address, person.phone):
            if text is None:
                continue
            found |= {text.strip(), "".join(text.split())}
        if person.phone is not None:
            found.add(re.sub(r"\D", "", person.phone))
    return {text.encode() for text in found if len(text) >= FEWEST_CHARACTERS}


def occurrences(path: Path, pattern: re.Pattern[bytes], *, overlap: int) -> int:
    """Count matches in a file of any size; one that lies across two pieces counts once."""
    count, rest, base = 0, b"", 0
    seen: set[int] = set()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            text = rest + chunk
            starts = {base + match.start() for match in pattern.finditer(text)}
            count += len(starts - seen)
            seen = starts
            rest = text[-overlap:]
            base += len(text) - len(rest)
    return count


def _files(installation: Installation) -> Iterator[Path]:
    folder = installation.folder
    yield from sorted(folder.glob("*.log*"))
    yield from (path for name in STORES if (path := installation.stores / name).exists())
    for name in SEARCHED:
        yield from sorted(path for path in (folder / name).rglob("*") if path.is_file())
