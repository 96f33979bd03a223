"""One case as a view: why it was opened, what may be done, what the timeline says."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from alerting.replies import Result
from dashboard.pages.cases.story import Axes, Telling
from dashboard.pages.cases.technical import LEGS, leg
from dashboard.pages.cases.telling import told
from dashboard.pages.cases.timeline import Tone, lines
from dashboard.pages.cases.view import Story, case_page, what, why
from dashboard.web import words
from dashboard.web.languages import Language, language
from domain.access import Role
from domain.case import CaseState, Outcome
from domain.channel import Channel
from domain.finding import Cause, Reason
from domain.ids import CaseId, HomeId, UserId
from storage.register.case_events import Word
from storage.register.case_pages import (
    CaseSummary,
    EpisodeSummary,
    NotificationSummary,
    TimelineEvent,
)
from storage.register.notifications import NotificationState

NOW = datetime(2026, 11, 22, 1, 10, tzinfo=UTC)
TOKYO = ZoneInfo("Asia/Tokyo")
ENGLISH = Language(code="en")
EPISODE = EpisodeSummary(
    number=1,
    reason=Reason.SILENCE_PAST_DEADLINE,
    began_at=NOW - timedelta(hours=12, minutes=30),
    found_at=NOW - timedelta(minutes=42),
    recovered_at=None,
    last_activity_at=NOW - timedelta(hours=12, minutes=30),
    due_at=NOW - timedelta(minutes=42),
    blind_since=None,
)
CASE = CaseSummary(
    id=CaseId("case"),
    number=7,
    kind=Cause.INACTIVITY.kind,
    cause=Cause.INACTIVITY,
    state=CaseState.TRIGGERED,
    is_review=False,
    home=HomeId("home"),
    home_code="K-03",
    time_zone="Asia/Tokyo",
    person=None,
    opened_at=NOW - timedelta(minutes=42),
    acknowledged_at=None,
    acknowledged_by=None,
    resolved_at=None,
    resolved_by=None,
    outcome=None,
    resolved_cause=None,
    note=None,
    episode=EPISODE,
)

STORY = Story(
    lines=(),
    axes=Axes(condition="", condition_name="", owner="", deadline=""),
    telling=Telling(told=(), silent=()),
)


def reasons(cause: Cause = Cause.INACTIVITY, **changes: object) -> str:
    """Return the sentences for a case whose episode is changed."""
    case = replace(CASE, cause=cause, kind=cause.kind, episode=replace(EPISODE, **changes))  # type: ignore[arg-type]
    return " ".join(why(case, fallback=TOKYO, now=NOW, language=ENGLISH))


@pytest.mark.parametrize("cause", Cause)
def test_every_cause_says_since_when(cause: Cause) -> None:
    """Whatever was seen, the first sentence says since when."""
    assert "yesterday 21:40" in reasons(cause)


def test_silence_is_compared_with_the_routine() -> None:
    """A learned deadline is called the home's routine, a fixed one is not."""
    assert "Going by this home's routine, movement was due by 09:28." in reasons()
    capped = reasons(reason=Reason.SILENCE_PAST_CAP)
    assert "not known yet; the fixed limit was 09:28" in capped
    assert "Going by" not in capped


def test_a_late_press_asks_what_happened() -> None:
    """A button that was pressed hours ago is a question about the past."""
    late = reasons(Cause.HELP, reason=Reason.BUTTON_ARRIVED_LATE)

    assert "was there an emergency?" in late


def test_a_blind_case_says_since_when_it_is_blind() -> None:
    """Silence that ends in darkness names both."""
    assert "cannot be seen since 03:10" in reasons(blind_since=NOW - timedelta(hours=7))


def test_a_full_disk_is_called_so() -> None:
    """It is no service that stands still yet, and nothing is heard again when it has room."""
    said = reasons(
        Cause.SERVICE_FAILED,
        reason=Reason.DISK_NEARLY_FULL,
        recovered_at=NOW - timedelta(minutes=5),
    )

    assert "tenth of the server's disk is free since yesterday 21:40" in said
    assert "room again since 10:05" in said
    assert "stands still" not in said


def test_a_certificate_that_ends_is_called_so() -> None:
    """Nothing stands still yet; what comes then is said."""
    said = reasons(
        Cause.SERVICE_FAILED,
        reason=Reason.CERTIFICATE_ENDS,
        recovered_at=NOW - timedelta(minutes=5),
    )

    assert "no home gets in" in said
    assert "renewed: 10:05" in said
    assert "stands still" not in said


def test_recovery_is_no_proof_that_the_resident_is_well() -> None:
    """Movement afterwards is said, and that nobody has verified it."""
    said = reasons(recovered_at=NOW - timedelta(minutes=5))

    assert "Movement again: 10:05." in said
    assert "Nobody has verified yet" in said


@pytest.mark.parametrize(
    ("role", "cause", "state", "take", "close"),
    [
        (Role.CASEWORKER, Cause.HELP, CaseState.TRIGGERED, True, True),
        (Role.CASEWORKER, Cause.HELP, CaseState.ACKNOWLEDGED, False, True),
        (Role.CASEWORKER, Cause.HELP, CaseState.RESOLVED, False, False),
        (Role.TECHNICIAN, Cause.GATEWAY_SILENT, CaseState.TRIGGERED, True, True),
        (Role.TECHNICIAN, Cause.HELP, CaseState.TRIGGERED, False, False),
        (Role.AUDITOR, Cause.HELP, CaseState.TRIGGERED, False, False),
    ],
)
def test_only_what_can_be_done_is_offered(
    *, role: Role, cause: Cause, state: CaseState, take: bool, close: bool
) -> None:
    """A button that would be refused is not shown."""
    case = replace(CASE, cause=cause, kind=cause.kind, state=state)

    page = case_page(case, STORY, role=role, fallback=TOKYO, now=NOW, language=ENGLISH)

    assert (page.may_acknowledge, page.may_resolve) == (take, close)


def test_repaired_equipment_ends_no_alarm_for_a_person() -> None:
    """The outcome of equipment is not offered for a resident's case."""
    page = case_page(CASE, STORY, role=Role.CASEWORKER, fallback=TOKYO, now=NOW, language=ENGLISH)

    assert Outcome.REPAIRED not in {choice.value for choice in page.outcomes}


@pytest.mark.parametrize("result", Result)
def test_the_page_says_only_what_is_so(result: Result) -> None:
    """Of a case that waits, no result makes the page say that somebody has it.

    The result stands in the address, where anybody can write it.
    """
    page = case_page(CASE, STORY, role=Role.CASEWORKER, fallback=TOKYO, now=NOW, language=ENGLISH)

    said = told(result, page, ENGLISH)

    assert said == ""


@pytest.mark.parametrize("state", [CaseState.TRIGGERED, CaseState.ACKNOWLEDGED])
def test_who_answered_an_old_page_reads_so(state: CaseState) -> None:
    """It happened again: the page says that the answer was not saved, whoever has the case."""
    case = replace(CASE, state=state, episode=replace(EPISODE, number=2))
    page = case_page(case, STORY, role=Role.CASEWORKER, fallback=TOKYO, now=NOW, language=ENGLISH)

    said = told(Result.HAPPENED_AGAIN, page, ENGLISH)

    assert page.episode == 2
    assert "was not saved" in said
    assert told(Result.DONE, page, ENGLISH) != said


@pytest.mark.parametrize("word", Word)
def test_every_event_has_its_line(word: Word) -> None:
    """Nothing that happened is passed over, except what each message says itself."""
    event = TimelineEvent(
        at=NOW, word=word, actor=None, detail={"step": 1, "people": ["a", "b"]}, room=None
    )

    found = lines([event], [], zone=TOKYO, now=NOW, language=ENGLISH)

    assert len(found) == (word is not Word.NOT_DELIVERED)
    assert all(line.text and line.at == "10:10" for line in found)


def test_late_evidence_says_both_times() -> None:
    """Evidence says when it happened, when it was known here, and where."""
    event = TimelineEvent(
        at=NOW,
        word=Word.RECOVERED,
        actor=None,
        detail={"happened_at": "2026-11-22T00:12:00+00:00", "arrived_at": NOW.isoformat()},
        room="kitchen",
    )

    (line,) = lines([event], [], zone=TOKYO, now=NOW, language=ENGLISH)

    assert line.note == "happened: 09:12 · arrived: 10:10 · kitchen"


@pytest.mark.parametrize(
    ("code", "note"),
    [
        ("en", "movement was due by 07:59; last: 03:50, bedroom"),
        ("ja", "07:59までに動きがあるはずでした（最後の動き：03:50、寝室）"),
    ],
)
def test_a_silence_names_its_limit_and_its_last_movement(code: str, note: str) -> None:
    """Nothing happened at the deadline, least of all in the room of the last movement."""
    due = datetime(2026, 11, 21, 22, 59, tzinfo=UTC)
    event = TimelineEvent(
        at=NOW,
        word=Word.OPENED,
        actor=None,
        detail={"happened_at": due.isoformat(), "arrived_at": NOW.isoformat()},
        room="bedroom",
        due_at=due,
        last_activity_at=datetime(2026, 11, 21, 18, 50, tzinfo=UTC),
    )

    (line,) = lines([event], [], zone=TOKYO, now=NOW, language=language(code))
    (bare,) = lines(
        [replace(event, last_activity_at=None)], [], zone=TOKYO, now=NOW, language=ENGLISH
    )

    assert line.note == note
    assert bare.note == "movement was due by 07:59"


def test_a_learned_limit_is_explained() -> None:
    """It is later than what is usual, on purpose; of a fixed one that is not said."""
    assert "about once a month" in reasons()
    assert "about once a month" not in reasons(reason=Reason.SILENCE_PAST_CAP)


def test_an_untaken_case_is_not_listed_as_being_dealt_with() -> None:
    """In Japanese the heading of open cases is another word than that of a case taken on."""
    japanese = language("ja")

    assert japanese.gettext("Open cases") == "未終了の案件"
    assert japanese.gettext("No case is open.") == "未終了の案件はありません。"
    taken = words.state(CaseState.ACKNOWLEDGED, japanese)
    assert taken not in japanese.gettext("Open cases") + japanese.gettext("Open")


@pytest.mark.parametrize("state", NotificationState)
def test_every_message_says_whether_it_got_through(state: NotificationState) -> None:
    """A message that failed is marked; "sent" is never said of one that was not accepted."""
    message = NotificationSummary(
        created_at=NOW,
        step=1,
        user=UserId("aoki"),
        to="青木 恵",
        channel=Channel.EMAIL,
        state=state,
        due_at=NOW,
        attempts=2,
        accepted_at=None,
    )

    (line,) = lines([], [message], zone=TOKYO, now=NOW, language=ENGLISH)

    failures = (
        NotificationState.REFUSED,
        NotificationState.BOUNCED,
        NotificationState.GIVEN_UP,
    )
    has_failed = state in failures
    assert (line.tone is Tone.FAILED) == has_failed
    assert line.text.endswith(": sent") == (state is NotificationState.ACCEPTED)
    assert line.note.endswith("2 attempts")


def test_the_timeline_is_in_the_order_of_time() -> None:
    """Events and messages are one story."""
    events = [
        TimelineEvent(
            at=NOW + timedelta(minutes=m), word=Word.EVIDENCE, actor=None, detail={}, room=None
        )
        for m in (0, 2)
    ]
    message = NotificationSummary(
        created_at=NOW + timedelta(minutes=1),
        step=1,
        user=UserId("aoki"),
        to="x",
        channel=Channel.EMAIL,
        state=NotificationState.ACCEPTED,
        due_at=NOW,
        attempts=1,
        accepted_at=NOW,
    )

    found = lines(events, [message], zone=TOKYO, now=NOW, language=ENGLISH)

    assert [line.at for line in found] == ["10:10", "10:11", "10:12"]


@pytest.mark.parametrize("code", ["ja", "en"])
def test_matters_of_the_system_have_titles_of_their_own(code: str) -> None:
    """A full disk, a certificate and a check that does not arrive are no stopped service."""
    failed = replace(CASE, cause=Cause.SERVICE_FAILED, kind=Cause.SERVICE_FAILED.kind)
    titles = {
        reason: what(replace(failed, episode=replace(EPISODE, reason=reason)), language(code))
        for reason in (
            Reason.SERVICE_STOPPED,
            Reason.DISK_NEARLY_FULL,
            Reason.CERTIFICATE_ENDS,
            Reason.CHECK_STOPPED_AT_MAIL,
            Reason.CLOCK_STEPPED,
            Reason.NOBODY_REACHABLE,
        )
    }

    assert len(set(titles.values())) == len(titles)
    assert titles[Reason.SERVICE_STOPPED] == words.cause(Cause.SERVICE_FAILED, language(code))


@pytest.mark.parametrize("reason", LEGS)
def test_a_check_that_does_not_arrive_says_where_it_stopped(reason: Reason) -> None:
    """Each leg has words of its own, on the page and when it is over."""
    told = reasons(Cause.SERVICE_FAILED, reason=reason, recovered_at=NOW)

    assert leg(reason, ENGLISH) in told
    assert "It arrives again since 10:10." in told
    assert len({leg(each, ENGLISH) for each in LEGS}) == len(LEGS)
