"""The life of a case as a state machine: findings, answers, time and restarts in any order."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import Connection, select

from alerting.asking import How, answered
from alerting.escalation import MAX_EXTENSIONS, OWNER_WAIT
from alerting.intake import climb_due, follow
from alerting.ownership import still_on_it
from alerting.replies import acknowledge, resolve
from alerting.service import ACCESS
from domain.case import CaseState, Outcome, ResolvedCause
from domain.finding import Cause, Kind, Phase, Reason
from domain.ids import CaseId
from storage.register import asking, case_events, cases, episodes, findings
from storage.register.asking import Asking
from storage.register.case_events import Word
from storage.register.cases import StoredCase
from storage.register.schema import case as case_table
from storage.register.schema import notification, user
from tests.support import town as towns
from tests.support.town import NOON, SYSTEM, a_finding

URL = "https://mimamori.example"
LOGINS = st.sampled_from(["sato", "ito"])
TURNS = 40
"""Most turns of the services at one instant: a report of an unreachable step is one more."""


class LifeOfACase(RuleBasedStateMachine):
    """Two caseworkers, a technician, an administrator, and the mailbox of the resident."""

    def __init__(self) -> None:
        """Begin with an empty register."""
        super().__init__()
        self.engine = towns.in_memory()
        self.connection: Connection = self.engine.connect()
        self.transaction = self.connection.begin()
        self.town = towns.build(self.connection)
        self.now = NOON
        self.closed_by_hand: set[CaseId] = set()

    def teardown(self) -> None:
        """Forget everything."""
        self.transaction.rollback()
        self.connection.close()
        self.engine.dispose()

    @initialize(minutes=st.sampled_from([0, 0, 5, 30]), has_mailbox=st.booleans())
    def begin(self, minutes: int, *, has_mailbox: bool) -> None:
        """Ask the resident first, or not."""
        contact = self.town.people["family"] if has_mailbox else None
        setting = Asking(minutes=minutes, contact=contact)
        asking.save(self.connection, SYSTEM, self.town.home, self.town.id, setting)

    @rule(minutes=st.integers(min_value=1, max_value=40))
    def time_passes(self, minutes: int) -> None:
        """Let minutes pass; the services do each thing at its instant."""
        end = self.now + timedelta(minutes=minutes)
        while self.now < end:
            due = episodes.next_step_at(self.connection, ACCESS)
            self.now = end if due is None else min(max(due, self.now), end)
            self._serve()

    @rule(minutes=st.integers(min_value=1, max_value=20))
    def nothing_runs(self, minutes: int) -> None:
        """Let minutes pass while everything is down; then a restart."""
        self.now += timedelta(minutes=minutes)
        self._serve()

    @rule(
        what=st.sampled_from(
            [
                (Cause.INACTIVITY, Phase.BEGUN, Reason.SILENCE_PAST_DEADLINE),
                (Cause.INACTIVITY, Phase.BEGUN, Reason.BLIND_PAST_HALF_WAY),
                (Cause.INACTIVITY, Phase.RECOVERED, Reason.ACTIVITY_SEEN),
                (Cause.HELP, Phase.BEGUN, Reason.BUTTON_PRESSED),
                (Cause.GATEWAY_SILENT, Phase.BEGUN, Reason.NOTHING_HEARD),
                (Cause.GATEWAY_SILENT, Phase.RECOVERED, Reason.HEARD_AGAIN),
                (Cause.GATEWAY_SILENT, Phase.CALL, Reason.BLIND_PAST_DEADLINE),
            ]
        )
    )
    def something_is_found(self, what: tuple[Cause, Phase, Reason]) -> None:
        """Let a detector say something now."""
        cause, phase, reason = what
        found = a_finding(
            self.town.home, cause=cause, phase=phase, reason=reason, began_at=self.now
        )
        findings.append(self.connection, SYSTEM, found)
        self._serve()

    @rule(login=LOGINS)
    def somebody_takes_it_on(self, login: str) -> None:
        """Acknowledge the newest case."""
        for case in self._cases()[-1:]:
            acknowledge(self.connection, self.town.access(login), case.id, self.now)

    @rule(login=LOGINS)
    def somebody_is_still_on_it(self, login: str) -> None:
        """Move the deadline of the newest case."""
        for case in self._cases()[-1:]:
            still_on_it(self.connection, self.town.access(login), case.id, now=self.now)

    @rule(how=st.sampled_from(How))
    def the_resident_answers(self, how: How) -> None:
        """Answer for the newest case, whether asked or not."""
        for case in self._cases()[-1:]:
            answered(self.connection, ACCESS, case.id, how, self.now)
        self._serve()

    @rule(login=LOGINS)
    def somebody_closes_it(self, login: str) -> None:
        """Resolve the newest case."""
        for case in self._cases()[-1:]:
            resolve(
                self.connection,
                self.town.access(login),
                case.id,
                outcome=Outcome.WELL,
                cause=ResolvedCause.OTHER,
                note=None,
                now=self.now,
            )
            self.closed_by_hand.add(case.id)

    @rule()
    def messages_fail(self) -> None:
        """Let no message ever get through that was written so far."""
        self.connection.execute(notification.update().values(state="given_up"))

    @rule(login=st.sampled_from(["sato", "ito", "kato"]), is_gone=st.booleans())
    def somebody_leaves_or_returns(self, login: str, *, is_gone: bool) -> None:
        """Let a person be out of reach, or within it again."""
        mine = user.update().where(user.c.id == self.town.people[login])
        self.connection.execute(mine.values(disabled_at=self.now if is_gone else None))

    @invariant()
    def only_a_person_resolves(self) -> None:
        """Nothing that runs by itself has closed a case."""
        for case in self._cases():
            if case.state is CaseState.RESOLVED:
                assert case.id in self.closed_by_hand
                assert case.resolved_by in self.town.people.values()

    @invariant()
    def whoever_has_it_has_a_deadline(self) -> None:
        """An acknowledgement has an owner and one deadline ahead, and is held for hours at most."""
        for case in self._cases():
            if case.state is not CaseState.ACKNOWLEDGED:
                continue
            assert case.acknowledged_by is not None
            assert case.acknowledged_at is not None
            assert case.extensions <= MAX_EXTENSIONS
            (deadline,) = self._waits(case)
            assert deadline > self.now
            if case.matter.kind is Kind.RESIDENT:
                longest = (MAX_EXTENSIONS + 2) * OWNER_WAIT + timedelta(minutes=45)
                assert self.now - case.acknowledged_at <= longest

    @invariant()
    def nobody_is_called_while_it_is_taken_on(self) -> None:
        """Between an acknowledgement and its end no step stands in the timeline."""
        for case in self._cases():
            is_taken = False
            for event in case_events.of_case(self.connection, ACCESS, case.id):
                if event.word in (Word.LAPSED, Word.NEW_EPISODE, Word.CALL_ASKED):
                    is_taken = False
                assert not (is_taken and event.word is Word.STEP_TAKEN)
                is_taken = is_taken or event.word is Word.ACKNOWLEDGED

    @invariant()
    def somebody_is_told_or_it_is_a_fault(self) -> None:
        """Each open case waits for something ahead, or everything was tried and that is known."""
        for case in self._cases():
            words = [e.word for e in case_events.of_case(self.connection, ACCESS, case.id)]
            waits = self._waits(case)
            assert all(at > self.now for at in waits)
            if case.state is CaseState.TRIGGERED:
                assert waits or Word.EXHAUSTED in words
            if case.state is CaseState.ASKING:
                assert waits
            if Word.STEP_SKIPPED in words and case.matter.cause is not Cause.SERVICE_FAILED:
                assert Reason.NOBODY_REACHABLE in self._reasons()

    @invariant()
    def nobody_hears_twice(self) -> None:
        """One message for each episode, step and person."""
        told = self.connection.execute(
            select(notification.c.episode_id, notification.c.step, notification.c.user_id)
        ).all()
        assert len(told) == len(set(told))

    def _serve(self) -> None:
        for _ in range(TURNS):
            read = follow(self.connection, ACCESS, base_url=URL, now=self.now)
            if climb_due(self.connection, ACCESS, base_url=URL, now=self.now) + read == 0:
                return
        msg = "the services do not come to rest"
        raise AssertionError(msg)

    def _cases(self) -> list[StoredCase]:
        ids = self.connection.execute(select(case_table.c.id).order_by(case_table.c.number))
        found = [cases.get(self.connection, ACCESS, CaseId(i), now=self.now) for i in ids.scalars()]
        return [one for one in found if one is not None]

    def _waits(self, case: StoredCase) -> list[datetime]:
        known = episodes.of_case(self.connection, ACCESS, case.id)
        return [one.next_step_at for one in known if one.next_step_at is not None]

    def _reasons(self) -> set[Reason]:
        return {one.finding.reason for one in findings.after(self.connection, ACCESS, 0)}


LifeOfACase.TestCase.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)
TestLifeOfACase = LifeOfACase.TestCase
