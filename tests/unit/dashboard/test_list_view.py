"""The list of homes: order by need, counts, search."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dashboard.pages.homes.list_view import board
from dashboard.web.languages import Language
from domain.case import CaseState
from domain.finding import Cause
from domain.ids import CaseId, HomeId
from domain.verdict import HomeView, Verdict, judge
from storage.register.homes import HomeSummary, OpenMatter
from storage.register.residents import Person

NOW = datetime(2026, 11, 22, 1, 10, tzinfo=UTC)
ENGLISH = Language(code="en")


def a_home(
    code: str,
    *,
    active: timedelta = timedelta(minutes=10),
    heard: timedelta = timedelta(seconds=30),
    absent: bool = False,
    cause: Cause | None = None,
    state: CaseState = CaseState.TRIGGERED,
    opened: timedelta = timedelta(minutes=5),
    person: Person | None = None,
) -> HomeSummary:
    """Return a home that is well unless told otherwise."""
    matter = None
    if cause is not None:
        matter = OpenMatter(
            id=CaseId(f"case-{code}"), cause=cause, state=state, opened_at=NOW - opened
        )
    view = HomeView(
        has_open_resident_case=matter is not None,
        last_heard_at=NOW - heard,
        watermark=NOW - heard,
        last_activity_at=NOW - active,
        absent_until=NOW + timedelta(days=1) if absent else None,
    )
    return HomeSummary(
        id=HomeId(code),
        code=code,
        time_zone="Asia/Tokyo",
        person=person,
        view=view,
        judgement=judge(view, now=NOW),
        sees_activity=True,
        matter=matter,
        technical_cases=0,
        last_activity_room="kitchen",
        due_at=None,
        usual_silence=None,
        observed_since=NOW - timedelta(days=40),
    )


def codes(*homes: HomeSummary, query: str = "", shown: Verdict | None = None) -> list[str]:
    """Return the ids of the rows in their order."""
    view = board(homes, query=query, shown=shown, now=NOW, language=ENGLISH)
    return [row.id for row in view.rows]


def test_homes_stand_in_the_order_of_need() -> None:
    """Alert, cannot see, away, well, whatever order they come in."""
    well, away = a_home("a"), a_home("b", absent=True)
    dark, alert = a_home("c", heard=timedelta(hours=1)), a_home("d", cause=Cause.INACTIVITY)

    assert codes(well, away, dark, alert) == ["d", "c", "b", "a"]


def test_within_alert_the_most_urgent_is_first() -> None:
    """Not taken on before taken on, help before silence, then the oldest."""
    taken = a_home("a", cause=Cause.HELP, state=CaseState.ACKNOWLEDGED)
    new = a_home("b", cause=Cause.INACTIVITY, opened=timedelta(minutes=1))
    old = a_home("c", cause=Cause.INACTIVITY, opened=timedelta(minutes=60))
    cry = a_home("d", cause=Cause.HELP, opened=timedelta(minutes=1))

    assert codes(taken, new, old, cry) == ["d", "c", "b", "a"]


def test_the_longest_dark_home_is_first_among_the_dark() -> None:
    """Of two homes that cannot be seen, the one dark for longer is first."""
    late, early = a_home("a", heard=timedelta(hours=1)), a_home("b", heard=timedelta(hours=5))

    assert codes(late, early) == ["b", "a"]


def test_the_sentence_counts_all_four() -> None:
    """Each verdict is counted, those without any home as well."""
    homes = (a_home("a"), a_home("b"), a_home("c", cause=Cause.HELP))

    sentence = board(homes, now=NOW, language=ENGLISH).sentence

    assert sentence == "3 homes: 1 alert, 0 cannot see, 0 away, 2 well"


def test_a_filter_hides_rows_and_never_counts() -> None:
    """Who looks at the away ones still reads that there is an alert."""
    homes = (a_home("a"), a_home("b", absent=True), a_home("c", cause=Cause.HELP))

    view = board(homes, shown=Verdict.AWAY, now=NOW, language=ENGLISH)

    assert [row.id for row in view.rows] == ["b"]
    assert [tile.number for tile in view.tiles] == [1, 0, 1, 1]


@pytest.mark.parametrize("query", ["山田", "ヤマダ", "やまだ", "ﾔﾏﾀﾞ", "K-01", "ｋ－０１", "ダ ハ"])
def test_a_person_is_found_however_the_name_is_typed(query: str) -> None:
    """Kanji, katakana, hiragana, half width, full width, with or without space."""
    hana = a_home("K-01", person=Person(name="山田 ハナ", kana="ヤマダ ハナ"))
    other = a_home("K-02", person=Person(name="鈴木 一郎", kana="スズキ イチロウ"))

    assert codes(hana, other, query=query) == ["K-01"]


def test_without_a_name_the_code_is_the_title() -> None:
    """Who may not see people reads the code, once."""
    (row,) = board([a_home("K-01")], now=NOW, language=ENGLISH).rows

    assert (row.title, row.code) == ("K-01", "")


def test_the_age_is_computed_here() -> None:
    """The browser's clock plays no part in how long ago something was."""
    home = a_home("a", active=timedelta(hours=2, minutes=10, seconds=59))

    (row,) = board([home], now=NOW, language=ENGLISH).rows

    assert row.age == "2 h 10 min ago"
    assert row.at == "07:59 · kitchen"


def test_who_sees_no_activity_reads_the_verdict_alone() -> None:
    """Without activity in the summary an alert has its word, and neither cause nor link."""
    home = replace(a_home("a", cause=Cause.HELP), sees_activity=False, matter=None)

    (row,) = board([home], now=NOW, language=ENGLISH).rows

    assert (row.verdict, row.word, row.case_url) == (Verdict.ALERT, "Alert", "")
    assert row.reason == "A matter of the resident, which caseworkers look after."


@pytest.mark.parametrize("active", [timedelta(minutes=1), timedelta(days=3)])
def test_who_sees_no_activity_reads_no_reason_from_it(active: timedelta) -> None:
    """That nobody moved for two days is no reason that a technician is told."""
    home = replace(a_home("a", active=active), sees_activity=False)

    (row,) = board([home], now=NOW, language=ENGLISH).rows

    assert row.reason == ""


def test_the_row_of_a_well_home_never_says_so_when_it_is_dark() -> None:
    """Recent activity does not make a dark home well."""
    (row,) = board([a_home("a", heard=timedelta(minutes=6))], now=NOW, language=ENGLISH).rows

    assert row.verdict is Verdict.CANNOT_SEE
