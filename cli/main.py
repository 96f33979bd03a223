"""The command line: what can be asked, in one place; each command imports what it needs."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from cli.arguments import RecordedFile, data_dir_option, parse_duration, parse_instant
from domain.access import Role
from domain.errors import InputError, MimamoriError

INPUT_IS_WRONG = 2
SOMETHING_FAILED = 1

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Mimamori (見守り): watches over people who live alone.",
)
users_app = typer.Typer(no_args_is_help=True, help="People who sign in.")
gateway_app = typer.Typer(no_args_is_help=True, help="Gateways in homes.")
app.add_typer(users_app, name="users")
app.add_typer(gateway_app, name="gateway")

DataDir = Annotated[Path, data_dir_option()]


@app.command()
def demo(
    *,
    homes: Annotated[int, typer.Option(min=2, max=50, help="How many homes.")] = 12,
    days: Annotated[int, typer.Option(min=7, max=60, help="Days of history.")] = 30,
    port: Annotated[int, typer.Option(help="Port of the page.")] = 8080,
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
    service: Annotated[str, typer.Argument(help="gateway, ingest, anomaly, alerting, dashboard")],
    *,
    config: Annotated[Path | None, typer.Option(help="The gateway's file.")] = None,
    data_dir: DataDir,
) -> None:
    """Run one service, as systemd and containers do."""
    from cli.up import run_one

    asyncio.run(run_one(service, data_dir=data_dir, gateway_file=config))


@app.command()
def simulate(
    *,
    file: Annotated[Path | None, typer.Option(help="Play this recorded home instead.")] = None,
    seed: Annotated[int, typer.Option(help="Which simulated resident.")] = 1,
    host: Annotated[str, typer.Option(help="The home's own broker.")] = "127.0.0.1",
    broker_port: Annotated[int, typer.Option(help="Its port.")] = 1883,
    username: Annotated[str | None, typer.Option()] = None,
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
def doctor(*, data_dir: DataDir) -> None:
    """Look at the set-up and say what is missing."""
    from cli.doctor import Health, examine
    from cli.installation import Installation
    from cli.report import print_checks

    checks = examine(Installation(data_dir))
    print_checks(checks)
    if any(check.health is Health.BAD for check in checks):
        raise typer.Exit(SOMETHING_FAILED)


@users_app.command("add")
def users_add(
    login: Annotated[str, typer.Argument(help="Name to sign in with.")],
    *,
    role: Annotated[Role, typer.Option(help="What the person is here for.")] = Role.CASEWORKER,
    name: Annotated[str, typer.Option(prompt=True, help="Name that colleagues see.")],
    email: Annotated[str | None, typer.Option(help="Where notifications go.")] = None,
    municipality: Annotated[
        str | None, typer.Option(help="Needed for the first user only; made if new.")
    ] = None,
    language: Annotated[str, typer.Option(help="ja or en.")] = "ja",
    assign_all_homes: Annotated[bool, typer.Option(help="Assign all present homes.")] = False,
    data_dir: DataDir,
) -> None:
    """Add a person; the password is asked for, never given on the command line."""
    from cli.people import NewUser, add_user

    password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    new = NewUser(
        login=login,
        role=role,
        name=name,
        email=email,
        municipality=municipality,
        language=language,
        password=password,
        assign_all_homes=assign_all_homes,
    )
    typer.echo(add_user(data_dir, new))


@gateway_app.command("add")
def gateway_add(
    code: Annotated[str, typer.Argument(help="Code of the home, such as K-07; made if new.")],
    *,
    sensors: Annotated[Path, typer.Option(help="CSV: name,room,kind,entrance; see the guide.")],
    broker_host: Annotated[str, typer.Option(help="Where the gateway finds the city's broker.")],
    broker_port: Annotated[int, typer.Option()] = 8883,
    ca_file: Annotated[Path | None, typer.Option(help="Certificate authority to carry.")] = None,
    output: Annotated[Path, typer.Option(help="File to carry to the home.")],
    data_dir: DataDir,
) -> None:
    """Register a gateway and write the file that is carried to the home."""
    from cli.people import NewGateway, add_gateway

    new = NewGateway(
        code=code,
        sensors=sensors,
        host=broker_host,
        port=broker_port,
        ca_file=ca_file,
        output=output,
    )
    typer.echo(add_gateway(data_dir, new))


def main() -> None:
    """Run the command line; a known error is one line, and its exit code says whose it is."""
    try:
        app()
    except InputError as error:
        print(error.problem, file=sys.stderr)  # noqa: T201 (the command line speaks)
        sys.exit(INPUT_IS_WRONG)
    except MimamoriError as error:
        print(error.problem, file=sys.stderr)  # noqa: T201 (the command line speaks)
        sys.exit(SOMETHING_FAILED)
    except KeyboardInterrupt:
        sys.exit(130)


def _instant(text: str | None) -> datetime | None:
    return None if text is None else parse_instant(text)


def _required_duration(text: str) -> timedelta:
    found = parse_duration(text)
    if found is None:
        raise typer.BadParameter("a duration such as 30m")
    return found
