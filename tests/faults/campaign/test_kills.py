"""Kills in small: real brokers, gateways and ingest, each killed while readings flow."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults.campaign.homes import DEVICES, messages
from tests.faults.campaign.kills import KillCampaign, KillPlan
from tests.faults.campaign.machine import describe
from tests.faults.campaign.page import write_page
from tests.faults.campaign.power_cuts import Cuts
from tests.faults.campaign.result import Result
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


def test_result_tells_on_which_tree_and_how_sure_it_is(tmp_path: Path) -> None:
    """G01: the page names commit and bound, says that a tree was changed, and fails by name."""
    result = Result(machine=replace(describe(), is_dirty=True), seed=7, began=NOON, ended=NOON)
    result.kills.ingest = {"at a random instant": 1_500}
    result.cuts["gateway"] = Cuts(cuts=1_000)
    result.controls["gateway"] = Cuts(cuts=50, verdict=Verdict(lost=5))
    page = tmp_path / "campaign.md"

    write_page(result, page, homes=3, resend_s=1.0)
    assert "Every promise was kept." in page.read_text()
    assert "not a result of a release" in page.read_text()
    assert "| per kill of ingest | 0.20% (3/n) |" in page.read_text()
    assert "| per power cut of gateway | 0.30% (3/n) |" in page.read_text()

    result.kills.verdict.count("missing", 2, "home-1")
    write_page(result, page, homes=3, resend_s=1.0)
    assert not result.holds
    assert "**Not every promise was kept.**" in page.read_text()
    assert "* missing 2: home-1" in page.read_text()


def test_control_that_loses_nothing_fails_the_campaign() -> None:
    """G02: a method that cannot see a loss proves nothing."""
    result = Result(machine=describe(), seed=7, began=NOON)
    result.controls["ingest"] = Cuts(cuts=50)

    assert not result.holds
