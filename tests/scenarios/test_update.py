"""The morning of an update: what an earlier version had begun goes on under this one."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection

from alerting import morning, reply_links
from alerting.morning import MorningConfig
from alerting.notices import send_due
from alerting.replies import Result
from domain.channel import Channel
from domain.reply import Reply
from storage.signals import Log
from tests.scenarios.test_storm import codes_in, take_all
from tests.support.released import LINK_OF_K02, LINK_OF_K05
from tests.support.scenario_mail import Told
from tests.support.scenario_street import SYSTEM, Street, local
from tests.support.scenario_update import updated

pytestmark = pytest.mark.scenario
AFTERWARDS = "2026-03-10 09:04"
BOTH = ("aoki", "sakura")
LISTED_WITHIN = timedelta(seconds=6)
"""So long a message may wait for others, once a person has had many."""


async def test_cases_of_the_first_release_go_on(tmp_path: Path) -> None:
    """Their steps come when that version had planned them; an owner without a deadline is asked."""
    async with updated("0002", tmp_path, at=AFTERWARDS) as street:
        told = take_all(street.mail)
        assert _who_and_where(told) == {("aoki", "K-03"), ("aoki", "K-06"), ("aoki", "K-07")}
        assert "You took this on at 08:55" in _about("K-03", told).message.body
        _expect_same_message(street, "K-06", told)

        assert await _heard_at(street, "09:10") == _each(BOTH, "K-02")
        assert await _heard_at(street, "09:12") == _each(BOTH, "K-05")
        assert await _heard_at(street, "09:13") == _each(BOTH, "K-06")
        assert await _heard_at(street, "09:14") == _each(BOTH, "K-07")
        assert await _heard_at(street, "09:19") == _each(BOTH, "K-03")
        assert await _heard_at(street, "09:30") == {("kanri", "K-04")}
        await _close_all(street)


async def test_cases_keep_deadlines_and_plans_over_an_update(tmp_path: Path) -> None:
    """K-02 climbs as it began, not by the policy set later; K-03 has the deadline of its call."""
    async with updated("0008", tmp_path, at=AFTERWARDS) as street:
        told = take_all(street.mail)
        assert _who_and_where(told) == {("aoki", "K-06"), ("aoki", "K-07")}
        _expect_same_message(street, "K-06", told)

        assert await _heard_at(street, "09:10") == _each(BOTH, "K-02")
        assert await _heard_at(street, "09:12") == {("aoki", "K-05")}  # the resident was asked
        assert await _heard_at(street, "09:13") == _each(BOTH, "K-06")
        assert await _heard_at(street, "09:14") == _each(BOTH, "K-07")
        assert await _heard_at(street, "09:16") == {("aoki", "K-03")}
        assert await _heard_at(street, "09:22") == _each(BOTH, "K-05")
        assert await _heard_at(street, "09:30") == {("kanri", "K-04")}
        assert await _heard_at(street, "09:31") == _each(BOTH, "K-03")
        await _close_all(street)


async def test_links_sent_before_an_update_still_answer(tmp_path: Path) -> None:
    """The caseworker takes K-02 on by hers; the resident of K-05 says that she is well."""
    async with updated("0008", tmp_path, at=AFTERWARDS) as street:
        take_all(street.mail)
        for token, reply in ((LINK_OF_K02, Reply.CHECKING), (LINK_OF_K05, Reply.WELL)):
            answer = await street.register.write(partial(_answer, street, token, reply))
            assert answer is Result.DONE
        street.signals.notify(Log.CASE)

        assert await _heard_at(street, "09:12") == set()
        assert await _heard_at(street, "09:14") == _each(BOTH, "K-06") | _each(BOTH, "K-07")
        await _close_all(street)


async def test_a_digest_that_waited_is_sent_after_an_update(tmp_path: Path) -> None:
    """Once, to whom it was for; whoever has that of yesterday hears nothing of it again."""
    async with updated("0008", tmp_path, at=AFTERWARDS) as street:
        take_all(street.mail)
        settings = MorningConfig(base_url="https://mimamori.example")
        for _ in range(2):
            now = street.clock.now()
            await street.register.write(partial(morning.work, settings=settings, now=now))
            ways = {Channel.EMAIL: street.mail, Channel.WEBHOOK: street.hook}
            await send_due(street.register, street.clock, ways, morning.ACCESS)

        (digest,) = street.mail.sent[-1:]
        street.mail.take("sakura")
        assert digest.message.subject == "Digest of sakura"
        await _close_all(street)


def _answer(street: Street, token: str, reply: Reply, connection: Connection) -> Result | None:
    said = reply_links.answer(connection, SYSTEM, token, reply, now=street.clock.now())
    return None if said is None else said.result


async def _heard_at(street: Street, clock: str) -> set[tuple[str, str]]:
    """Let it become that time, and take what was told since: to whom, and about which home."""
    at = local(f"2026-03-10 {clock}") + LISTED_WITHIN
    await street.after(seconds=(at - street.clock.now()).total_seconds())
    return _who_and_where(take_all(street.mail) + take_all(street.hook))


async def _close_all(street: Street) -> None:
    """Let the cases be closed, whoever has them; news go to all who were told."""
    for code in ("K-02", "K-03", "K-05", "K-06", "K-07"):
        await street.resolve("aoki", code)
    take_all(street.mail)
    await street.acknowledge("mori", "K-04")


def _who_and_where(told: list[Told]) -> set[tuple[str, str]]:
    return {(one.login, code) for one in told for code in codes_in([one])}


def _each(people: tuple[str, ...], code: str) -> set[tuple[str, str]]:
    return {(login, code) for login in people}


def _about(code: str, told: list[Told]) -> Told:
    (found,) = [one for one in told if codes_in([one]) == {code}]
    return found


def _expect_same_message(street: Street, code: str, told: list[Told]) -> None:
    """What was under way goes out as itself: a copy can be recognised."""
    of_case = [row.id for row in street.outbox() if row.case_id == street.case_of(code)]
    assert of_case == [_about(code, told).message.id]
