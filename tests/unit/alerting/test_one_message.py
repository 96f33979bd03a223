"""One message for one fact for one person."""

from datetime import timedelta

import pytest

from alerting.one_message import AwayFact, Heard, has_to_hear
from domain.ids import HomeId, UserId
from tests.support.town import NOON

SATO, KATO, HANAKO = (UserId(login) for login in ("sato", "kato", "hanako"))
FACT = AwayFact(home=HomeId("k-07"), by="sato", at=NOON, until=NOON + timedelta(days=2))
OTHERS = [
    AwayFact(home=HomeId("k-08"), by=FACT.by, at=FACT.at, until=FACT.until),
    AwayFact(home=FACT.home, by="kato", at=FACT.at, until=FACT.until),
    AwayFact(home=FACT.home, by=FACT.by, at=FACT.at + timedelta(minutes=1), until=FACT.until),
    AwayFact(home=FACT.home, by=FACT.by, at=FACT.at, until=FACT.until + timedelta(days=1)),
]


def test_who_hears_of_it_already_is_not_told_again() -> None:
    """Nor is whoever did it; everybody else is."""
    heard = {Heard(user=KATO, fact=FACT)}

    told = [one for one in (HANAKO, SATO, KATO) if has_to_hear(one, FACT, heard)]
    assert told == [HANAKO]


@pytest.mark.parametrize("other", OTHERS)
def test_another_fact_is_told(other: AwayFact) -> None:
    """Of another home, by another person, at another time, until another day: it is news."""
    heard = {Heard(user=KATO, fact=other)}

    assert has_to_hear(KATO, FACT, heard)
