"""Kills in small: real brokers, gateways and ingest, each killed while readings flow."""

from pathlib import Path

import pytest

from tests.faults.campaign.homes import DEVICES, messages
from tests.faults.campaign.kills import KillCampaign, KillPlan
from tests.faults.campaign.verdict import Verdict
from tests.support.services import require
from tests.support.wire import NOON

PLAN = KillPlan(seed=11, readings=6_000, homes=3, kills=20, broker_kills=3)


@pytest.mark.integration
@pytest.mark.slow
@pytest.mark.timeout(400)
def test_killed_again_and_again_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    """G01, I01, B01: 20 kills of gateways and of ingest, 3 of the broker; all is there, once."""
    require("mosquitto", "kills of gateways, ingest and broker")

    result = KillCampaign(tmp_path, PLAN).run()

    assert result.readings >= PLAN.readings
    assert sum(result.ingest.values()) == PLAN.kills
    assert sum(result.gateway.values()) == PLAN.kills
    assert result.broker == PLAN.broker_kills
    assert result.verdict.holds, result.verdict


def test_truth_has_no_reading_twice_and_every_device_speaks() -> None:
    """G01: what is compared in the end can tell a lost reading from a doubled one."""
    said = list(messages(3, 0, rounds=80, start=NOON))
    points = [point for message in said for point in message.readings]

    assert len(points) == len(set(points))
    assert {device for device, _, _, _ in points} == set(DEVICES)
    assert any(message.times == 2 for message in said)
    assert said == list(messages(3, 0, rounds=80, start=NOON))


def test_verdict_holds_only_when_all_is_zero() -> None:
    """G01: one reading too few or too many, and the campaign fails."""
    verdict = Verdict()
    assert verdict.holds
    for figure in verdict.figures():
        wrong = Verdict()
        wrong.count(figure, 1, "somewhere")
        assert not wrong.holds
        assert wrong.examples == [f"{figure} 1: somewhere"]
        verdict.add(wrong)
    assert set(verdict.figures().values()) == {1}
