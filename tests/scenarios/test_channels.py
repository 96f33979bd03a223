"""Days on which a way to tell people fails: somebody is told all the same, and it is seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from alerting.ports import Attempt, Outcome
from domain.finding import Cause, Reason
from storage.register.notifications import Channel, NotificationState
from tests.support.scenario_street import street_from

pytestmark = pytest.mark.scenario

BUSY = Attempt(outcome=Outcome.RETRY, error="450 busy")
NO_SUCH = Attempt(outcome=Outcome.REFUSED, error="550 5.1.1 unknown", is_address_bad=True)
POLICY = Attempt(outcome=Outcome.REFUSED, error="554 5.7.1 relay denied")
ACCEPTED = Attempt(outcome=Outcome.ACCEPTED)


async def test_a_busy_mail_server_delays_nobody_for_long(tmp_path: Path) -> None:
    """O01: 450, then yes: told once, nobody else is troubled, nothing is marked."""
    async with street_from(tmp_path, "2026-03-10 09:00") as street:
        street.mail.answers["caseworker"] = [BUSY, BUSY, ACCEPTED]
        await street.find(Cause.INACTIVITY, "K-001")

        (told,) = street.mail.take("caseworker")
        assert told.about == "inactivity"
        assert [row.attempts for row in street.outbox()] == [3]
        assert street.methods("caseworker")[0].failing_since is None
        await street.acknowledge("caseworker", "K-001")


async def test_an_address_that_is_gone_uses_the_persons_next_method_at_once(tmp_path: Path) -> None:
    """O01: 550: the method that was to wait ten minutes goes now; a technician hears of it."""
    async with street_from(tmp_path, "2026-03-10 09:00") as street:
        street.give("caseworker", Channel.WEBHOOK, after_min=9)
        street.mail.answers["caseworker"] = [NO_SUCH]
        await street.find(Cause.INACTIVITY, "K-001")

        (told,) = street.hook.take("caseworker")
        assert told.at == street.clock.now()
        (first, second) = street.outbox()[:2]
        assert (first.state, second.why) == (NotificationState.REFUSED, "previous_failed")
        (about_it,) = street.mail.take("technician")
        assert about_it.about == "address"
        text = about_it.message.subject + about_it.message.body
        assert "caseworker" not in text.replace("contact method", "")
        assert len(street.findings(Reason.ADDRESS_REFUSED)) == 1
        await street.acknowledge("caseworker", "K-001")


async def test_an_address_that_is_gone_and_no_other_asks_the_next_people_at_once(
    tmp_path: Path,
) -> None:
    """O01: 550 and no other method: the second step is taken now, not in ten minutes."""
    async with street_from(tmp_path, "2026-03-10 09:00") as street:
        street.mail.answers["caseworker"] = [NO_SUCH]
        await street.find(Cause.INACTIVITY, "K-001")

        told = street.mail.take("colleague", "technician")
        assert {one.login: one.about for one in told} == {
            "colleague": "inactivity",
            "technician": "address",
        }
        await street.acknowledge("colleague", "K-001")


async def test_a_relay_that_takes_nothing_marks_nobody(tmp_path: Path) -> None:
    """554 5.7.1 says nothing about a mailbox: no address is marked, the next people are asked."""
    async with street_from(tmp_path, "2026-03-10 09:00") as street:
        street.mail.answers["caseworker"] = [POLICY]
        await street.find(Cause.INACTIVITY, "K-001")

        street.mail.take("colleague")
        assert street.findings(Reason.ADDRESS_REFUSED) == []
        assert street.methods("caseworker")[0].failing_since is None
        await street.acknowledge("colleague", "K-001")


async def test_a_marked_address_is_still_tried_where_it_is_the_only_way(tmp_path: Path) -> None:
    """Marking never leaves a person unreachable; what is accepted takes the mark off."""
    async with street_from(tmp_path, "2026-03-10 09:00", homes=2) as street:
        street.mail.answers["caseworker"] = [NO_SUCH, NO_SUCH, ACCEPTED]
        await street.find(Cause.INACTIVITY, "K-001")
        street.mail.take("colleague", "technician")
        await street.acknowledge("colleague", "K-001")

        await street.find(Cause.INACTIVITY, "K-002")

        street.mail.take("caseworker")
        assert street.outbox()[-1].why == "last_way"
        assert street.methods("caseworker")[0].failing_since is None
        assert len(street.findings(Reason.ADDRESS_WORKS)) == 1
        await street.acknowledge("caseworker", "K-002")


async def test_temporary_failures_for_long_use_the_next_method_as_well(tmp_path: Path) -> None:
    """O01: the mail server is busy three times: the webhook does not wait for its turn."""
    async with street_from(tmp_path, "2026-03-10 09:00") as street:
        street.give("caseworker", Channel.WEBHOOK, after_min=9)
        street.mail.answers["caseworker"] = [BUSY, BUSY, BUSY, ACCEPTED]
        await street.find(Cause.INACTIVITY, "K-001")

        (told,) = street.hook.take("caseworker")
        assert told.at == street.clock.now()
        street.mail.take("caseworker")
        await street.acknowledge("caseworker", "K-001")


async def test_mail_that_is_swallowed_is_answered_by_nobody_and_escalates(tmp_path: Path) -> None:
    """O02: 250 is no answer: without one the next people are asked at their time."""
    async with street_from(tmp_path, "2026-03-10 09:00") as street:
        await street.find(Cause.INACTIVITY, "K-001")
        street.mail.take("caseworker")
        asked = street.clock.now()

        await street.after(minutes=11)

        told = street.mail.take("caseworker", "colleague")
        assert {(one.at - asked).total_seconds() for one in told} == {600.0}
        await street.acknowledge("colleague", "K-001")


async def test_a_later_method_is_not_used_once_somebody_has_answered(tmp_path: Path) -> None:
    """The webhook was for the case that nobody answers within five minutes."""
    async with street_from(tmp_path, "2026-03-10 09:00") as street:
        street.give("caseworker", Channel.WEBHOOK, after_min=5)
        await street.find(Cause.INACTIVITY, "K-001")
        street.mail.take("caseworker")
        await street.after(minutes=3)
        await street.acknowledge("caseworker", "K-001")

        await street.after(minutes=10)

        assert [row.state for row in street.outbox()] == [
            NotificationState.ACCEPTED,
            NotificationState.CANCELLED,
        ]


async def test_a_later_method_is_used_when_nobody_answers(tmp_path: Path) -> None:
    """Five minutes after the mail the webhook tells the same person."""
    async with street_from(tmp_path, "2026-03-10 09:00") as street:
        street.give("caseworker", Channel.WEBHOOK, after_min=5)
        await street.find(Cause.HELP, "K-001")
        asked = street.clock.now()
        street.mail.take("caseworker")

        await street.after(minutes=6)

        (told,) = street.hook.take("caseworker")
        assert (told.at - asked).total_seconds() == 300.0
        assert street.outbox()[-1].why == "after_wait"
        await street.acknowledge("caseworker", "K-001")


async def test_news_go_over_the_next_method_when_the_mail_is_refused(tmp_path: Path) -> None:
    """Who has taken it on is heard of over the webhook, and by nobody twice."""
    async with street_from(tmp_path, "2026-03-10 09:00") as street:
        street.give("colleague", Channel.WEBHOOK, after_min=9)
        await street.find(Cause.INACTIVITY, "K-001")
        await street.after(minutes=10)
        street.mail.take("caseworker", "caseworker", "colleague")
        street.mail.answers["colleague"] = [NO_SUCH]

        await street.acknowledge("caseworker", "K-001", deaf=frozenset({"colleague"}))

        (heard,) = street.hook.take("colleague")
        assert (heard.about, heard.at) == ("news", street.clock.now())
        (about_it,) = street.mail.take("technician")
        assert about_it.about == "address"
        await street.after(minutes=10)


async def test_mail_that_comes_back_asks_the_next_people_at_once(tmp_path: Path) -> None:
    """O11: accepted, then returned: marked, told of, and the second step is taken now."""
    async with street_from(tmp_path, "2026-03-10 09:00") as street:
        await street.find(Cause.INACTIVITY, "K-001")
        (told,) = street.mail.take("caseworker")
        await street.after(minutes=2)

        assert await street.bounce(told) == 1

        street.mail.take("caseworker", "colleague", "technician")
        assert street.methods("caseworker")[0].failing_reason == "bounced"
        assert await street.bounce(told) == 0  # a second report of the same mail has no effect
        await street.acknowledge("colleague", "K-001")


async def test_mail_that_comes_back_too_late_for_the_case_changes_no_ladder(tmp_path: Path) -> None:
    """O11: somebody has the case already: only the address is looked at."""
    async with street_from(tmp_path, "2026-03-10 09:00") as street:
        await street.find(Cause.INACTIVITY, "K-001")
        (told,) = street.mail.take("caseworker")
        await street.acknowledge("caseworker", "K-001")

        assert await street.bounce(told) == 1

        (about_it,) = street.mail.take("technician")
        assert about_it.about == "address"


async def test_a_full_mailbox_is_not_a_dead_one(tmp_path: Path) -> None:
    """O11: 4.2.2 after days of trying: the next people are asked, the address is not marked."""
    async with street_from(tmp_path, "2026-03-10 09:00") as street:
        await street.find(Cause.INACTIVITY, "K-001")
        (told,) = street.mail.take("caseworker")

        assert await street.bounce(told, status="4.2.2") == 1

        street.mail.take("caseworker", "colleague")
        assert street.methods("caseworker")[0].failing_since is None
        await street.acknowledge("colleague", "K-001")


async def test_a_person_without_a_proved_method_counts_as_not_reachable(tmp_path: Path) -> None:
    """An address that nobody has proved is not used: the step is skipped at once."""
    async with street_from(tmp_path, "2026-03-10 09:00") as street:
        street.forget_mail_of("caseworker")
        street.give("caseworker", Channel.WEBHOOK, is_proved=False)
        await street.find(Cause.INACTIVITY, "K-001")

        told = street.mail.take("colleague", "technician")
        assert {one.about for one in told} == {"inactivity", "setup"}
        await street.acknowledge("colleague", "K-001")


async def test_quiet_hours_hold_back_equipment_and_never_a_resident(tmp_path: Path) -> None:
    """O09: at three in the morning a silence is told now, a dark gateway at seven."""
    async with street_from(tmp_path, "2026-03-10 03:00", homes=2) as street:
        for login in ("caseworker", "technician"):
            street.be_quiet(login, "22:00", "07:00")
        await street.find(Cause.INACTIVITY, "K-001")
        (told,) = street.mail.take("caseworker")
        assert told.at == street.clock.now()
        await street.resolve("caseworker", "K-001")

        await street.find(Cause.GATEWAY_SILENT, "K-002")
        held = street.outbox()[-1]
        assert held.why == "quiet"
        assert (held.due_at - street.clock.now()).total_seconds() == 4 * 3600
        await street.acknowledge("technician", "K-002")
        await street.after(hours=5)
        street.mail.take("technician")
