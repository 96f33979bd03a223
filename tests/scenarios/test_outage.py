"""Days on which nothing gets out, or alerting dies: what was missed is told, and labelled."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import update

from alerting.messages import phrases as phrase_files
from alerting.ports import Attempt, Message
from domain.finding import Cause, Reason
from storage.register.notifications import Channel
from storage.register.schema import episode
from tests.scenarios.test_storm import codes_in, take_all
from tests.support.scenario_mail import Mail
from tests.support.scenario_street import street_from

pytestmark = pytest.mark.scenario


async def test_a_kill_after_acceptance_sends_the_same_message_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """O08: the copy has the same Message-ID and case number; nothing is undelivered."""
    async with street_from(tmp_path, "2026-03-10 09:00") as street:
        taken: list[Message] = []
        usual = Mail.send

        async def take_and_die(self: Mail, message: Message) -> Attempt:
            attempt = await usual(self, message)
            if not taken:
                taken.append(message)
                street.die()
                await asyncio.Event().wait()  # the kill comes before the answer, always
            return attempt

        monkeypatch.setattr(Mail, "send", take_and_die)
        await street.find(Cause.HELP, "K-001")
        await street.stop()
        street.start()
        await street.settle()

        first, again = street.mail.take("caseworker", "caseworker")
        assert first.message.id == again.message.id
        assert first.message.subject == again.message.subject
        assert "case 1" in again.message.subject
        await street.acknowledge("caseworker", "K-001")


async def test_a_case_that_an_earlier_version_left_without_a_deadline_gets_one(
    tmp_path: Path,
) -> None:
    """Taken on before deadlines were kept: at the start its owner is asked, later the others."""
    async with street_from(tmp_path, "2026-03-10 09:00") as street:
        await street.find(Cause.INACTIVITY, "K-001")
        street.mail.take("caseworker")
        await street.acknowledge("caseworker", "K-001")
        await street.stop()
        street.register.write_now(
            lambda c: c.execute(update(episode).values(next_step_at=None)).rowcount
        )
        await street.after(hours=1)
        street.start()
        await street.settle()

        (asked,) = street.mail.take("caseworker")
        assert "You took this on at 09:00" in asked.message.body
        await street.after(minutes=15)
        street.mail.take("caseworker", "colleague")
        await street.acknowledge("colleague", "K-001")


async def test_a_text_that_fails_is_sent_plainly_and_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """O10: a phrase with a word that nobody knows: code, number and link go out all the same."""
    async with street_from(tmp_path, "2026-03-10 09:00") as street:
        broken = {**phrase_files.phrases("en")["what"], "inactivity": "{nobody_knows}"}
        monkeypatch.setitem(phrase_files.phrases("en"), "what", broken)
        await street.find(Cause.INACTIVITY, "K-001")

        plain, about_it = street.mail.take("caseworker", "technician")
        assert (plain.about, about_it.about) == ("plain", "text")
        assert "K-001" in plain.message.body
        assert "https://mimamori.example/cases/" in plain.message.body
        assert len(street.findings(Reason.TEXT_FAILED)) == 1
        await street.acknowledge("caseworker", "K-001")


async def test_when_no_mail_gets_out_whoever_has_another_way_is_told(tmp_path: Path) -> None:
    """O12: after five minutes in vain a technical case is told over the webhook."""
    async with street_from(tmp_path, "2026-03-10 09:00", homes=2) as street:
        street.give("technician", Channel.WEBHOOK, after_min=5)
        street.mail.is_away = True
        await street.find(Cause.INACTIVITY, "K-001")
        await street.after(minutes=7)

        assert len(street.findings(Reason.CHANNEL_DOWN)) == 1
        (told,) = street.hook.take("technician")
        assert told.about == "channel"

        street.mail.is_away = False
        await street.after(minutes=2)
        assert len(street.findings(Reason.CHANNEL_WORKS)) == 1
        take_all(street.mail)
        await street.acknowledge("caseworker", "K-001")


async def test_when_no_way_works_the_cases_say_so(tmp_path: Path) -> None:
    """O12: nobody can be told; the finding is there for the banner and the switch outside."""
    async with street_from(tmp_path, "2026-03-10 09:00") as street:
        street.give("technician", Channel.WEBHOOK)
        street.mail.is_away = street.hook.is_away = True
        await street.find(Cause.GATEWAY_SILENT, "K-001")
        await street.after(minutes=7)

        down = {one.service for one in street.findings(Reason.CHANNEL_DOWN)}
        assert down == {"email", "webhook"}


async def test_after_six_hours_what_was_missed_comes_as_one_labelled_list(tmp_path: Path) -> None:
    """O14: the mail server was away: one list for each person, with what happened when."""
    async with street_from(tmp_path, "2026-03-10 01:00", homes=4, seconds_per_retry=0.2) as street:
        street.mail.is_away = True
        for code in street.homes:
            await street.find(Cause.INACTIVITY, code)
            await street.after(minutes=30)
        await street.after(hours=4)
        street.mail.is_away = False
        await street.after(minutes=2)

        told = [one for one in take_all(street.mail) if one.about in ("inactivity", "list")]
        to_first = [one for one in told if one.login == "caseworker"]
        (listed,) = to_first
        assert listed.message.subject.startswith("[DELAYED] ")
        assert "DELAYED" in listed.message.body
        assert "happened at 01:00" in listed.message.body
        assert codes_in(to_first) == set(street.homes)
        late = [one for one in told if "DELAYED" not in one.message.subject]
        assert late == []


async def test_findings_that_alerting_reads_six_hours_late_are_labelled(tmp_path: Path) -> None:
    """O14: alerting itself was down: no message about something old goes without a label."""
    async with street_from(tmp_path, "2026-03-10 07:00", homes=9) as street:
        await street.find(Cause.INACTIVITY, *street.homes, minutes_ago=360)
        await street.after(minutes=1)

        told = take_all(street.mail)
        assert Counter(one.about for one in told) == {"inactivity": 4, "list": 1}
        assert all("DELAYED" in one.message.subject + one.message.body for one in told)
        assert codes_in(told) == set(street.homes)
