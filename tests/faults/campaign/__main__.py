"""The release campaign: `python -m tests.faults.campaign [--seed N] [--readings N] ...`.

Ends with 1 unless every promise was kept. Writes the result as JSON and as a page of the
reference; what must hold of the numbers is in `verdict.py`, what is done in `kills.py` and
`power_cuts.py`.
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from domain.clock import RealClock
from tests.faults.campaign import ingest_cuts, outbox_cuts
from tests.faults.campaign.ingest_cuts import IngestCheck
from tests.faults.campaign.kills import KillCampaign, KillPlan, Kills, Progress
from tests.faults.campaign.machine import describe
from tests.faults.campaign.outbox_cuts import OutboxCheck
from tests.faults.campaign.page import write_page
from tests.faults.campaign.power_cuts import LESS_DURABLE, Check, Cuts, cut_often
from tests.faults.campaign.processes import RESEND_AFTER_S
from tests.faults.campaign.result import Result, write_json
from tests.support.power_cut.recording import ROOT
from tests.support.services import find

PAGE = ROOT / "docs/reference/campaign.md"
JSON = ROOT / "docs/reference/campaign.json"
CUTS_OF_A_RECORDING = 100
STEPS = 120
"""How long one recording is; more recordings show more than longer ones."""
CONTROL_CUTS = 50
INPUT_ERROR = 2
"""How all our programs end when they cannot begin."""


def main(arguments: list[str]) -> int:
    """Run all of it; returns how the program ends."""
    options = _options(arguments)
    missing = [program for program in ("mosquitto", "strace", "git") if find(program) is None]
    if missing:
        sys.stderr.write(f"a campaign needs {' and '.join(missing)}; see scripts/setup\n")
        return INPUT_ERROR
    result = Result(machine=describe(), seed=options.seed, began=RealClock().now())
    with _bars() as bars:
        for name, module, check in (
            ("gateway", outbox_cuts.MODULE, OutboxCheck),
            ("ingest", ingest_cuts.MODULE, IngestCheck),
        ):
            result.cuts[name] = _cut(bars, name, module, check, options)
            result.controls[name] = cut_often(
                module,
                check,
                seed=options.seed,
                cuts=CONTROL_CUTS,
                steps=STEPS,
                pragma=LESS_DURABLE,
            )
        result.kills = _kill(bars, options)
    result.ended = RealClock().now()
    write_json(result, options.json)
    write_page(result, options.page, homes=options.homes, resend_s=RESEND_AFTER_S)
    sys.stdout.write(options.json.read_text("utf-8"))
    return 0 if result.holds else 1


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make campaign", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--readings", type=int, default=1_000_000)
    parser.add_argument("--kills", type=int, default=1_000, help="of ingest, and of gateways")
    parser.add_argument("--cuts", type=int, default=1_000, help="of ingest, and of gateways")
    parser.add_argument("--broker-kills", type=int, default=100)
    parser.add_argument("--homes", type=int, default=16)
    parser.add_argument("--page", type=Path, default=PAGE)
    parser.add_argument("--json", type=Path, default=JSON)
    return parser.parse_args(arguments)


def _bars() -> Bars:
    columns = (TextColumn("{task.description:<26}"), BarColumn(), MofNCompleteColumn())
    return Bars(*columns, TimeElapsedColumn())


def _cut(
    bars: Bars, name: str, module: str, check: type[Check], options: argparse.Namespace
) -> Cuts:
    """Cut the power of one process, in recordings with seeds of their own."""
    task = bars.add_task(f"power cuts, {name}", total=options.cuts)
    total = Cuts()
    while total.cuts < options.cuts:
        part = cut_often(
            module,
            check,
            seed=options.seed * 1_000 + total.recordings,
            cuts=min(CUTS_OF_A_RECORDING, options.cuts - total.cuts),
            steps=STEPS,
            on_cut=lambda: bars.advance(task),
        )
        total.add(part)
    return total


def _kill(bars: Bars, options: argparse.Namespace) -> Kills:
    totals = {
        "ingest_kills": ("kills, ingest", options.kills),
        "gateway_kills": ("kills, gateways", options.kills),
        "broker_kills": ("kills, broker", options.broker_kills),
        "published": ("readings, published", options.readings),
        "receipted": ("readings, receipted", options.readings),
    }
    tasks = {field: bars.add_task(words, total=total) for field, (words, total) in totals.items()}

    def watch(progress: Progress) -> None:
        for field, task in tasks.items():
            bars.update(task, completed=getattr(progress, field))

    plan = KillPlan(
        seed=options.seed,
        readings=options.readings,
        homes=options.homes,
        kills=options.kills,
        broker_kills=options.broker_kills,
    )
    folder = Path(tempfile.mkdtemp(prefix="mimamori-kills-"))
    kills = KillCampaign(folder, plan, watch).run()
    if kills.verdict.holds:
        shutil.rmtree(folder)
    else:
        sys.stderr.write(f"logs and files are kept in {folder}\n")
    return kills


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
