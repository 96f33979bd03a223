"""Absences and modes from the command line."""

from datetime import timedelta

import pytest

from domain.clock import RealClock
from storage.register import schema
from tests.unit.cli.conftest import Office
from tests.unit.cli.test_residents import TYPED

OWNED = ("--owner", "sato")


def soon(hours: float) -> str:
    """Return an instant from now on."""
    return (RealClock().now() + timedelta(hours=hours)).isoformat()


def away(office: Office, *, typed: str = "") -> str:
    """Enter an absence that holds now; returns its id."""
    stay = ("--from", soon(-1), "--until", soon(20), *OWNED)
    office.did("absence", "add", "K-01", *stay, typed=typed)
    return str(office.rows(schema.absence)[-1].id)


@pytest.mark.parametrize("name", ["髙橋　きよ", "髙橋 きよ", "髙橋きよ"])
def test_code_and_name_together_say_which_home(office: Office, name: str) -> None:
    """P01: however the name is spaced; it is asked for, and stays in no argument."""
    office.did("residents", "add", "K-01", typed=TYPED)
    away(office, typed=f"{name}\n")
    assert len(office.rows(schema.absence)) == 1


@pytest.mark.parametrize("name", ["髙橋", "山田 ハナ", "K-01", ""])
def test_another_name_enters_nothing(office: Office, name: str) -> None:
    """P01: the right code with the wrong name is perhaps the wrong home."""
    office.did("residents", "add", "K-01", typed=TYPED)
    stay = ("--from", soon(-1), "--until", soon(20), *OWNED)
    result = office.run("absence", "add", "K-01", *stay, typed=f"{name}\n")
    assert "ABS-003" in result.output
    assert "髙橋　きよ" not in result.output
    assert office.rows(schema.absence) == []


def test_absences_are_listed_and_ended(office: Office) -> None:
    """The list names home, owner and end; an end is booked, and a second one refused."""
    away_id = away(office)
    told = office.did("absence", "list")
    assert "K-01" in told
    assert "ends soon" in told
    assert away_id in told
    office.did("absence", "end", away_id)
    assert office.booked()[-1] == "absence.end"
    office.refused("ABS-004", "absence", "end", away_id)
    assert "nobody is noted as away" in office.did("absence", "list")


def test_an_absence_of_the_wrong_home_is_taken_back(office: Office) -> None:
    """It counts as never entered; the books say that it was."""
    office.did("absence", "end", away(office), "--wrong-home")
    assert office.rows(schema.absence) == []
    assert office.booked()[-1] == "absence.cancel"


@pytest.mark.parametrize(("group", "word"), [("test-mode", "test"), ("visit", "visit")])
def test_modes_begin_and_end(office: Office, group: str, word: str) -> None:
    """Each has an owner and an end of its own, is listed, booked, and ended once."""
    told = office.did(group, "begin", "K-01", *OWNED, "--minutes", "20")
    assert "until" in told
    assert word in office.did("absence", "list")
    office.did(group, "end", "K-01")
    assert office.booked()[-1] == f"{word}.ended"
    office.refused("ABS-004", group, "end", "K-01")


def test_a_visitor_leaves_once(office: Office) -> None:
    """The visit goes on until somebody moves, or its time is over."""
    office.did("visit", "begin", "K-01", *OWNED)
    assert "next movement" in office.did("visit", "leave", "K-01")
    assert "visitor left" in office.did("absence", "list")
    office.refused("ABS-004", "visit", "leave", "K-01")


@pytest.mark.parametrize(("group", "minutes"), [("test-mode", "31"), ("visit", "61")])
def test_no_mode_lasts_longer_than_it_may(office: Office, group: str, minutes: str) -> None:
    """P03, P08: refused before anything is stored."""
    result = office.run(group, "begin", "K-01", *OWNED, "--minutes", minutes)
    assert result.exit_code != 0
    assert office.rows(schema.pause) == []
