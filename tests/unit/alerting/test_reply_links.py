"""One-time links: who may answer what, once, for half an hour, and who hears of it."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, select

from alerting import reply_links
from alerting.intake import follow
from alerting.replies import Result, acknowledge, resolve
from alerting.reply_links import LinkState, Shown, look
from alerting.service import ACCESS
from alerting.statements import say
from domain.access import service
from domain.case import CaseState, Outcome, ResolvedCause
from domain.errors import InputError
from domain.finding import Finding
from domain.ids import CaseId, new_id
from domain.reply import Reply
from storage.register import audit, cases, findings, leases, users
from storage.register import reply_links as stored_links
from storage.register.leases import Lease
from storage.register.notifications import NotificationState
from storage.register.reply_links import KEPT, LASTS
from storage.register.schema import absence, consent, notification, reply_link, user
from storage.register.schema import audit as audit_table
from storage.register.schema import case as case_table
from tests.support.casework import a_press, find, told
from tests.support.town import LONG_AGO, NOON, SYSTEM, Town, a_finding

DOOR = service("dashboard")
SOON = NOON + timedelta(minutes=5)
URL = "https://mimamori.example"


def open_case(connection: Connection, finding: Finding) -> CaseId:
    """Let a case be opened at noon; the assigned caseworker is told."""
    findings.append(connection, SYSTEM, finding)
    follow(connection, ACCESS, base_url=URL, now=NOON)
    newest = select(case_table.c.id).order_by(case_table.c.number.desc()).limit(1)
    return CaseId(connection.execute(newest).scalar_one())


def a_link(connection: Connection, town: Town, case: CaseId, login: str = "sato") -> str:
    """Make a link for a user at noon."""
    return stored_links.make(connection, ACCESS, case, town.people[login], now=NOON)


def be_told(connection: Connection, town: Town, case: CaseId, login: str) -> None:
    """Copy a message of the case to one more person, as a step with families would."""
    row = connection.execute(select(notification).where(notification.c.case_id == case)).first()
    assert row is not None
    copy = row._asdict() | {
        "id": new_id(),
        "user_id": town.people[login],
        "dedupe_key": f"copy|{login}",
        "state": NotificationState.ACCEPTED,
    }
    connection.execute(notification.insert().values(**copy))


def agree(connection: Connection, town: Town, *, scope: str = "summary") -> None:
    """Let the resident agree that the family sees how it goes."""
    connection.execute(
        consent.insert().values(
            id=new_id(),
            municipality_id=town.id,
            resident_id=town.resident,
            user_id=town.people["family"],
            scope=scope,
            valid_from=LONG_AGO,
        )
    )


def news(connection: Connection) -> dict[str, str]:
    """Return the news that were written, by login."""
    query = select(user.c.login, notification.c.body).join(
        notification, notification.c.user_id == user.c.id
    )
    return {row.login: row.body for row in connection.execute(query.where(IS_NEWS))}


IS_NEWS = notification.c.news_of.is_not(None)


def state(connection: Connection, token: str, *, at: datetime = SOON) -> LinkState:
    """Return the state of a link."""
    return look(connection, DOOR, token, now=at).state


def test_only_the_hash_of_a_token_is_stored(connection: Connection, town: Town) -> None:
    """A stolen row answers nothing; a token has at least 128 random bits, and no two are alike."""
    case = open_case(connection, a_finding(town.home))
    tokens = {a_link(connection, town, case) for _ in range(100)}

    rows = connection.execute(select(reply_link)).all()
    assert len(tokens) == len(rows) == 100
    assert all(len(token) >= 128 / 6 for token in tokens)
    assert {row.token_hash for row in rows} == {stored_links.hash_of(token) for token in tokens}
    assert not [row for row in rows for token in tokens if token in map(str, row)]


def test_a_link_shows_the_least(connection: Connection, town: Town) -> None:
    """Case number, home code, since when: no field could hold a name or an address."""
    case = open_case(connection, a_finding(town.home, last_activity_at=NOON - timedelta(hours=6)))
    shown = look(connection, DOOR, a_link(connection, town, case), now=SOON)

    assert (shown.state, shown.home_code) == (LinkState.OPEN, "K-07")
    assert shown.since == NOON - timedelta(hours=6)
    assert "sato" not in repr(shown).lower()


def test_looking_changes_nothing(connection: Connection, town: Town) -> None:
    """A mail scanner opens every link as often as it likes."""
    case = open_case(connection, a_finding(town.home))
    token = a_link(connection, town, case)
    before = [connection.execute(select(table)).all() for table in (case_table, reply_link)]
    for _ in range(5):
        assert state(connection, token) is LinkState.OPEN
    after = [connection.execute(select(table)).all() for table in (case_table, reply_link)]
    assert before == after


def test_a_link_ends_after_half_an_hour(connection: Connection, town: Town) -> None:
    """At thirty minutes sharp it is over, and says so; a week later it is forgotten."""
    case = open_case(connection, a_finding(town.home))
    token = a_link(connection, town, case)
    assert timedelta(minutes=30) == LASTS
    assert state(connection, token, at=NOON + LASTS - timedelta(seconds=1)) is LinkState.OPEN
    assert state(connection, token, at=NOON + LASTS) is LinkState.EXPIRED
    late = NOON + LASTS
    assert reply_links.answer(connection, DOOR, token, Reply.CHECKING, now=late) is None
    assert stored(connection, case).state is CaseState.TRIGGERED

    much_later = NOON + LASTS + KEPT + timedelta(minutes=1)
    stored_links.make(connection, ACCESS, case, town.people["ito"], now=much_later)
    assert state(connection, token, at=much_later) is LinkState.UNKNOWN


def test_a_link_is_used_once(connection: Connection, town: Town) -> None:
    """The second answer by the same link changes nothing, whatever it says."""
    case = open_case(connection, a_finding(town.home))
    token = a_link(connection, town, case)
    first = reply_links.answer(connection, DOOR, token, Reply.CHECKING, now=SOON)
    assert first is not None
    assert first.result is Result.DONE
    assert stored(connection, case).acknowledged_by == town.people["sato"]

    assert reply_links.answer(connection, DOOR, token, Reply.VISIT, now=SOON) is None
    shown = look(connection, DOOR, token, now=SOON)
    assert (shown.state, shown.reply) == (LinkState.USED, Reply.CHECKING)
    assert "refused" in results(connection)


def test_a_link_of_a_closed_case_or_an_older_episode_answers_nothing(
    connection: Connection, town: Town
) -> None:
    """What it would answer is over: a newer cry for help is never acknowledged by an old link."""
    case = open_case(connection, a_press(town.home))
    token = a_link(connection, town, case)
    find(connection, a_press(town.home, minutes=4))
    assert state(connection, token) is LinkState.HAPPENED_AGAIN
    assert reply_links.answer(connection, DOOR, token, Reply.CHECKING, now=SOON) is None
    assert stored(connection, case).state is CaseState.TRIGGERED

    fresh = stored_links.make(connection, ACCESS, case, town.people["sato"], now=SOON)
    close(connection, town, "sato", case)
    assert state(connection, fresh) is LinkState.CLOSED
    assert reply_links.answer(connection, DOOR, fresh, Reply.SPOKE, now=SOON) is None


@pytest.mark.parametrize("token", ["", "x", "a" * 32, "a" * 5_000, "\udcff", "../r/x"])
def test_what_is_no_token_of_ours_shows_nothing(connection: Connection, token: str) -> None:
    """An unknown link is told apart from an ended one only by its owner."""
    assert look(connection, DOOR, token, now=NOON) == Shown(state=LinkState.UNKNOWN)


def test_a_link_ends_with_the_right_to_sign_in(connection: Connection, town: Town) -> None:
    """Whoever left the office answers nothing any more."""
    case = open_case(connection, a_finding(town.home))
    token = a_link(connection, town, case)
    users.disable(connection, SYSTEM, town.people["sato"], now=SOON)
    assert state(connection, token) is LinkState.NOT_ALLOWED
    assert reply_links.answer(connection, DOOR, token, Reply.CHECKING, now=SOON) is None


def test_a_familys_link_ends_with_the_consent(connection: Connection, town: Town) -> None:
    """The resident agrees no longer: what the family was told before gives it no right."""
    case = open_case(connection, a_finding(town.home))
    be_told(connection, town, case, "family")
    token = a_link(connection, town, case, "family")
    assert state(connection, token) is LinkState.NOT_ALLOWED
    agree(connection, town)
    assert state(connection, token) is LinkState.OPEN


def test_all_well_by_a_caseworker_takes_the_case_on_and_closes_nothing(
    connection: Connection, town: Town
) -> None:
    """Evidence, an owner, and a case that waits to be closed with outcome and cause."""
    case = open_case(connection, a_finding(town.home))
    token = a_link(connection, town, case)
    reply_links.answer(connection, DOOR, token, Reply.SPOKE, now=SOON)
    now = stored(connection, case)
    assert (now.state, now.acknowledged_by) == (CaseState.ACKNOWLEDGED, town.people["sato"])


def test_a_familys_word_is_told_and_stops_nothing(connection: Connection, town: Town) -> None:
    """All well, says the family: the caseworkers hear it, and one of them still has to close."""
    case = open_case(connection, a_finding(town.home))
    be_told(connection, town, case, "family")
    agree(connection, town)
    for reply in (Reply.CHECKING, Reply.SPOKE):
        token = a_link(connection, town, case, "family")
        answer = reply_links.answer(connection, DOOR, token, reply, now=SOON)
        assert answer is not None
        assert answer.result is Result.DONE
    assert stored(connection, case).state is CaseState.TRIGGERED
    assert news(connection).keys() == {"sato"}
    assert "ご家族が" in news(connection)["sato"]


def test_away_is_entered_by_a_caseworker_and_asked_for_by_a_family(
    connection: Connection, town: Town
) -> None:
    """An absence silences: who enters it has the right to, and its end is bounded."""
    case = open_case(connection, a_finding(town.home))
    be_told(connection, town, case, "family")
    agree(connection, town)
    until = SOON + timedelta(days=3)
    family = a_link(connection, town, case, "family")
    reply_links.answer(connection, DOOR, family, Reply.AWAY, now=SOON, until=until)
    assert connection.execute(select(absence)).all() == []
    assert "まだ登録していません" in news(connection)["sato"]

    worker = a_link(connection, town, case)
    too_long = SOON + timedelta(days=15)
    with pytest.raises(InputError, match="ABS-001"):
        reply_links.answer(connection, DOOR, worker, Reply.AWAY, now=SOON, until=too_long)
    reply_links.answer(connection, DOOR, worker, Reply.AWAY, now=SOON, until=until)
    (row,) = connection.execute(select(absence)).all()
    assert (row.owner, row.starts_at, row.ends_at) == (town.people["sato"], SOON, until)


def test_a_wish_for_a_visit_asks_the_caseworkers_and_voids_nothing(
    connection: Connection, town: Town
) -> None:
    """Asked by the only caseworker of the home, it goes to all others; nobody has the case."""
    case = open_case(connection, a_finding(town.home))
    reply_links.answer(connection, DOOR, a_link(connection, town, case), Reply.VISIT, now=SOON)
    assert stored(connection, case).state is CaseState.TRIGGERED
    assert news(connection).keys() == {"ito"}


def test_a_technician_answers_for_equipment_only(connection: Connection, town: Town) -> None:
    """No link lets anybody say what the role may not decide."""
    case = open_case(connection, a_finding(town.home))
    for login in ("kato", "admin", "audit"):
        be_told(connection, town, case, login)
        for reply in Reply:
            answer = say(connection, town.access(login), case, reply, now=SOON)
            assert answer.result is Result.NOT_ALLOWED
    assert news(connection) == {}


def test_those_who_were_told_hear_it_once_and_nobody_else(
    connection: Connection, town: Town
) -> None:
    """Facts first: number, home code, since when; each event once, and never a note's text."""
    case = open_case(connection, a_finding(town.home, last_activity_at=NOON - timedelta(hours=6)))
    be_told(connection, town, case, "ito")
    before = set(told(connection))
    acknowledge(connection, town.access("sato"), case, SOON)
    acknowledge(connection, town.access("sato"), case, SOON)
    assert before == {"sato", "ito"}
    assert news(connection).keys() == {"ito"}
    body = news(connection)["ito"]
    assert all(fact in body for fact in ("K-07", "案件1", "6:00"))

    close(connection, town, "sato", case)
    bodies = connection.execute(select(notification.c.body).where(IS_NEWS)).scalars().all()
    assert len(bodies) == 2
    assert "ご本人の無事を確認した" in bodies[-1]
    assert "眠っていた" in bodies[-1]
    assert "鍵は隣の家" not in "".join(bodies)


@pytest.mark.parametrize(
    ("scope", "outcome", "says", "hides"),
    [
        ("summary", Outcome.WELL, "ご本人の無事を確認した", "鍵"),
        ("status", Outcome.WELL, "案件を終了しました", "無事を確認"),
        ("full", Outcome.DIED, "電話してください", "亡くな"),
    ],
)
def test_a_family_hears_as_much_as_was_agreed_to(  # noqa: PLR0917 (fixtures and cases)
    connection: Connection, town: Town, scope: str, outcome: Outcome, says: str, hides: str
) -> None:
    """How it ended only with a summary; a death is told by a person, never by a message."""
    case = open_case(connection, a_finding(town.home))
    be_told(connection, town, case, "family")
    agree(connection, town, scope=scope)
    close(connection, town, "sato", case, outcome=outcome)
    assert says in news(connection)["family"]
    assert hides not in news(connection)["family"]


def test_without_consent_a_family_hears_nothing(connection: Connection, town: Town) -> None:
    """It was told once; the resident does not agree any more."""
    case = open_case(connection, a_finding(town.home))
    be_told(connection, town, case, "family")
    close(connection, town, "sato", case)
    assert news(connection) == {}


@pytest.mark.parametrize("still_agrees", [True, False])
def test_news_that_wait_leave_only_while_the_resident_agrees(
    connection: Connection, town: Town, *, still_agrees: bool
) -> None:
    """Ending takes effect at once: also on what was written before and has not left yet."""
    case = open_case(connection, a_finding(town.home))
    be_told(connection, town, case, "family")
    agree(connection, town)
    close(connection, town, "sato", case)
    if not still_agrees:
        connection.execute(consent.update().values(valid_to=SOON))

    lease = Lease(owner="test", now_s=0.0, length_s=30.0)
    claimed = leases.claim(connection, SYSTEM, lease, now=SOON + timedelta(minutes=1), limit=100)

    may_know = {one.user: one.may_know for one in claimed if one.is_news}
    assert may_know == {town.people["family"]: still_agrees}


def test_every_answer_is_in_the_books(connection: Connection, town: Town) -> None:
    """The audit log names the person whose link it was, and its chain holds."""
    case = open_case(connection, a_finding(town.home))
    reply_links.answer(connection, DOOR, a_link(connection, town, case), Reply.SPOKE, now=SOON)
    query = select(audit_table).where(audit_table.c.action == "case.reply.spoke")
    row = connection.execute(query).one()
    assert (row.actor, row.object, row.result) == (town.people["sato"], f"case:{case}", "done")
    assert audit.verify(connection, SYSTEM).broken_at is None


def close(
    connection: Connection,
    town: Town,
    login: str,
    case: CaseId,
    *,
    outcome: Outcome = Outcome.WELL,
) -> None:
    """Close a case with a note."""
    answer = resolve(
        connection,
        town.access(login),
        case,
        outcome=outcome,
        cause=ResolvedCause.ASLEEP,
        note="鍵は隣の家にある。",
        now=SOON,
    )
    assert answer.result is Result.DONE


def stored(connection: Connection, case: CaseId) -> cases.StoredCase:
    """Return a case."""
    found = cases.get(connection, ACCESS, case, now=SOON)
    assert found is not None
    return found


def results(connection: Connection) -> list[str]:
    """Return the results in the audit log."""
    return list(connection.execute(select(audit_table.c.result)).scalars())
