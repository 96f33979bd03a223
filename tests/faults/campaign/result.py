"""The result of a whole campaign, and its JSON."""

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from tests.faults.campaign.crash_points import GATEWAY_POINTS, INGEST_POINTS
from tests.faults.campaign.kills import Kills
from tests.faults.campaign.machine import Machine
from tests.faults.campaign.power_cuts import Cuts
from tests.faults.campaign.verdict import Verdict

ENOUGH_KILLS = 200
"""From here on each crash point must have been reached."""
RULE_OF_THREE = 3
"""After n trials without one loss the probability of a loss is below 3/n, with 95 % confidence."""


@dataclass(slots=True, kw_only=True)
class Result:
    """Everything that was counted."""

    machine: Machine
    seed: int
    began: datetime
    ended: datetime | None = None
    kills: Kills = field(default_factory=Kills)
    cuts: dict[str, Cuts] = field(default_factory=dict)
    """By process."""
    controls: dict[str, Cuts] = field(default_factory=dict)
    """The same with a less durable database: must lose, or the method proves nothing."""

    @property
    def verdict(self) -> Verdict:
        """All figures together."""
        total = Verdict()
        for part in (self.kills.verdict, *(cuts.verdict for cuts in self.cuts.values())):
            total.add(part)
        return total

    @property
    def holds(self) -> bool:
        """Whether every promise was kept, each control lost something, each place was reached."""
        seen = all(one.verdict.lost for one in self.controls.values())
        return self.verdict.holds and seen and not self.unreached

    @property
    def unreached(self) -> list[str]:
        """Return the crash points at which nothing died: their names may not be true any more.

        None for a campaign that is too small to reach all.
        """
        if min(sum(self.kills.ingest.values()), sum(self.kills.gateway.values())) < ENOUGH_KILLS:
            return []
        points = {*INGEST_POINTS, *GATEWAY_POINTS}
        return sorted(points - self.kills.ingest.keys() - self.kills.gateway.keys())

    def bounds(self) -> dict[str, float]:
        """Return the upper bound of the probability of a loss per kill or cut, by what was done."""
        trials = {
            "kill of ingest": sum(self.kills.ingest.values()),
            "kill of a gateway": sum(self.kills.gateway.values()),
            "kill of the broker": self.kills.broker,
            **{f"power cut of {name}": cuts.cuts for name, cuts in self.cuts.items()},
        }
        return {name: RULE_OF_THREE / number for name, number in trials.items() if number}


def write_json(result: Result, path: Path) -> None:
    """Write all figures."""
    figures = {
        "holds": result.holds,
        "verdict": result.verdict.figures(),
        "bounds_95_percent": result.bounds(),
        **asdict(result),
    }
    path.write_text(json.dumps(figures, indent=2, default=str) + "\n", "utf-8")
