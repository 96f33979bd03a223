"""The command line: what can be asked, in one place; each command imports what it needs."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from cli.administration import GROUPS
from cli.arguments import RecordedFile, data_dir_option, parse_duration, parse_instant
from domain.errors import InputError, MimamoriError

INPUT_IS_WRONG = 2
SOMETHING_FAILED = 1
INTERRUPTED = 130


class _OneLineErrors(TyperGroup):
    """A known error is one line, and its exit code says whose it is."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was named."""
        try:
            return super().invoke(ctx)
        except MimamoriError as error:
            typer.echo(error.problem, err=True)
            is_input = isinstance(error, InputError)
            raise typer.Exit(INPUT_IS_WRONG if is_input else SOMETHING_FAILED) from error
        except KeyboardInterrupt:
            raise typer.Exit(INTERRUPTED) from None


app = typer.Typer(
    cls=_OneLineErrors,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Mimamori (見守り): watches over people who live alone.",
)
for name, group in GROUPS.items():
    app.add_typer(group, name=name)

DataDir = Annotated[Path, data_dir_option()]


@app.command()
def demo(
    *,
    homes: Annotated[int, typer.Option(min=2, max=50, help="How many homes.")] = 12,
    days: Annotated[int, typer.Option(min=7, max=60, help="Days of history.")] = 30,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the page.")] = 8080,
    data_dir: Annotated[Path | None, typer.Option(help="Keep the data here.")] = None,
) -> None:
    """Show the whole with simulated homes: history, then a resident who does not get up."""
    from cli.demo import run_demo

    asyncio.run(run_demo(homes=homes, days=days, port=port, folder=data_dir))


@app.command()
def up(*, data_dir: DataDir) -> None:
    """Run all services in this process, over SQLite and an embedded broker."""
    from cli.up import run_up

    asyncio.run(run_up(data_dir))


@app.command()
def run(
    service: Annotated[
        str, typer.Argument(help="gateway, ingest, anomaly, alerting, digest, dashboard")
    ],
    *,
    config: Annotated[Path | None, typer.Option(help="The gateway's file.")] = None,
    data_dir: DataDir,
) -> None:
    """Run one service: the gateway in a home; of the others one at a time works on the data."""
    from cli.up import run_one

    asyncio.run(run_one(service, data_dir=data_dir, gateway_file=config))


@app.command()
def simulate(
    *,
    file: Annotated[Path | None, typer.Option(help="Play this recorded home instead.")] = None,
    seed: Annotated[int, typer.Option(help="Which simulated resident.")] = 1,
    host: Annotated[str, typer.Option(help="The home's own broker.")] = "127.0.0.1",
    broker_port: Annotated[int, typer.Option(help="Its port.")] = 1883,
    username: Annotated[str | None, typer.Option(help="Its user.")] = None,
    password_file: Annotated[Path | None, typer.Option(help="Its password, mode 0600.")] = None,
    base_topic: Annotated[str, typer.Option(help="Zigbee2MQTT's.")] = "zigbee2mqtt",
    speed: Annotated[float, typer.Option(min=0.1, max=3600, help="Times life.")] = 1.0,
    incapacitated_after: Annotated[
        str | None, typer.Option(help="From this long after the start on nobody moves: 2h.")
    ] = None,
    ledger: Annotated[Path, typer.Option(help="The truth ledger.")] = Path("truth.db"),
) -> None:
    """Play a home to a gateway through its own broker, for trying out an installation."""
    from cli.simulate import Simulation, run_simulation

    asyncio.run(
        run_simulation(
            Simulation(
                file=file,
                seed=seed,
                host=host,
                port=broker_port,
                username=username,
                password_file=password_file,
                base_topic=base_topic,
                speed=speed,
                incapacitated_after=parse_duration(incapacitated_after),
                ledger=ledger,
            )
        )
    )


@app.command()
def replay(
    file: RecordedFile,
    *,
    incapacitated_from: Annotated[
        str | None, typer.Option(help="Local time from which on nobody moves: 2011-07-01T10:00.")
    ] = None,
    resolve_after: Annotated[
        str, typer.Option(help="When the scripted caseworker resolves a case.")
    ] = "30m",
    entrance: Annotated[
        list[str] | None, typer.Option(help="Name of the entrance sensor, if not recognised.")
    ] = None,
    data_dir: Annotated[
        Path | None, typer.Option(help="Keep the data here; a killed replay goes on from it.")
    ] = None,
) -> None:
    """Replay a recorded home through everything, as fast as it goes, and count the cases."""
    from cli.replay import ReplayRequest, run_replay

    request = ReplayRequest(
        file=file,
        incapacitated_from=_instant(incapacitated_from),
        resolve_after=_required_duration(resolve_after),
        entrances=tuple(entrance or ()),
        folder=data_dir,
    )
    asyncio.run(run_replay(request))


@app.command()
def evaluate(
    folder: Annotated[Path, typer.Argument(help="Folder of recorded homes.")],
    *,
    only: Annotated[list[str] | None, typer.Option(help="This home; again for more.")] = None,
    budget: Annotated[
        list[str] | None, typer.Option(help="False alarms allowed: 1/30d; again for more.")
    ] = None,
    detector: Annotated[
        list[str] | None, typer.Option(help="module:callable beside the controls; again for more.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Which emergencies.")] = 20_240_601,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Processes.")] = 1,
    out: Annotated[
        Path | None, typer.Option(help="Write evaluation.json and report.html into this folder.")
    ] = None,
) -> None:
    """Judge detectors on recorded homes: false alarms against the time to an alarm."""
    from cli.evaluate import EvaluationRequest, run_evaluation

    run_evaluation(
        EvaluationRequest(
            folder=folder,
            only=tuple(only or ()),
            budgets=tuple(budget or ("1/7d", "1/30d", "1/90d")),
            detectors=tuple(detector or ()),
            seed=seed,
            jobs=jobs,
            out=out,
        )
    )


@app.command()
def verify(
    *,
    data_dir: DataDir,
    kills: Annotated[int, typer.Option(help="How often it was killed: copies allowed.")] = 0,
) -> None:
    """Compare a simulation's truth ledger with outbox, journal, store, cases and mailbox."""
    from cli.verify import print_verification, verify_folder

    verification = verify_folder(data_dir, kills=kills)
    print_verification(verification)
    if not verification.holds:
        raise typer.Exit(SOMETHING_FAILED)


@app.command()
def reproject(
    *,
    replace: Annotated[
        bool, typer.Option("--replace", help="Also where the content differs or cannot be read.")
    ] = False,
    data_dir: DataDir,
) -> None:
    """Build the store of readings anew from the journal, compare, and swap it in."""
    from cli.report import progress
    from cli.reproject import reproject_folder, told

    with progress() as bar:
        result = reproject_folder(data_dir, replace=replace, bar=bar)
    typer.echo(told(result))


@app.command()
def doctor(*, data_dir: DataDir) -> None:
    """Look at the set-up and say what is missing."""
    from cli.check import Health
    from cli.doctor import examine
    from cli.installation import Installation
    from cli.report import print_checks

    checks = examine(Installation(data_dir))
    print_checks(checks)
    if any(check.health is Health.BAD for check in checks):
        raise typer.Exit(SOMETHING_FAILED)


def main() -> None:
    """Run the command line; ends the process."""
    app()


def _instant(text: str | None) -> datetime | None:
    return None if text is None else parse_instant(text)


def _required_duration(text: str) -> timedelta:
    found = parse_duration(text)
    if found is None:
        raise typer.BadParameter("a duration such as 30m")
    return found
