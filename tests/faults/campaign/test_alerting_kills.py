"""Alerting is killed while it sends: everybody is told, and copies have a kill each to blame."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.campaign.alerting_kills import campaign


@pytest.mark.slow
async def test_nobody_is_left_untold_and_each_copy_is_of_a_kill(tmp_path: Path) -> None:
    """A01, O08: 30 kills, 90 messages; the whole campaign has a thousand and three thousand."""
    outcome = await campaign(tmp_path, seed=7, kills=30, messages=90)

    assert outcome.kills == 30
    assert outcome.messages == 90
    assert outcome.cases == 90
    assert outcome.undelivered == 0
    assert outcome.too_many == []
    assert outcome.copies <= outcome.hits
