"""What comes of messages, whichever half of ingest judges them: admission, then projection."""

from __future__ import annotations

from dataclasses import dataclass

from domain.gateway import KnownGateway
from ingest.admission import admit
from ingest.answers import Answers
from ingest.opening import Arrived, Keyring
from ingest.projection import Projection, project
from storage.journal.sqlite import Journal
from tests.support.wire import MASTER, gateway


@dataclass(frozen=True, slots=True)
class Taken:
    """What admission answered, and what the whole journal means then."""

    answers: Answers
    projection: Projection


def take_in(journal: Journal, *messages: Arrived, known: tuple[KnownGateway, ...] = ()) -> Taken:
    """Admit messages, project the whole journal, keep what is bad; for `gateway()` by default."""
    gateways = {each.id: each for each in known or (gateway(),)}
    answers = admit(journal, Keyring(MASTER, gateways), messages)
    projection = project(journal.after(0, limit=10_000), gateways, after=0)
    journal.keep_aside(projection.bad)
    return Taken(answers, projection)


def outcome_of(journal: Journal, message: Arrived) -> list[str]:
    """Take a message in and return the codes that are in the journal's counts then, sorted."""
    take_in(journal, message)
    return sorted(journal.quarantine_counts())
