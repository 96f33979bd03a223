"""The commands that say who is called: on-call schedules and escalation policies."""

# ruff: noqa: PLC0415 (a command loads only what it needs: it starts at once)

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from alerting.escalation import Ladder
from cli.arguments import data_dir_option

oncall_app = typer.Typer(no_args_is_help=True, help="Who is on call when.")
policy_app = typer.Typer(no_args_is_help=True, help="Who is called in which order.")

DataDir = Annotated[Path, data_dir_option()]
Name = Annotated[str, typer.Argument(help="Name of the schedule, such as night.")]
Municipality = Annotated[str | None, typer.Option(help="Whose; where there are several.")]


@oncall_app.command("list")
def oncall_list(*, municipality: Municipality = None, data_dir: DataDir) -> None:
    """List the schedules, with who is on call now."""
    from cli.requests import do

    typer.echo(do(data_dir, "oncall.list", municipality=municipality))


@oncall_app.command("show")
def oncall_show(name: Name, *, municipality: Municipality = None, data_dir: DataDir) -> None:
    """Show who is on call by a schedule, and the next hand-overs."""
    from cli.requests import do

    typer.echo(do(data_dir, "oncall.show", name=name, municipality=municipality))


@oncall_app.command("set")
def oncall_set(
    name: Name,
    *,
    person: Annotated[list[str], typer.Option(help="Login; in the order of their turns.")],
    starts_on: Annotated[str, typer.Option(help="First day of the first person: 2026-04-01.")],
    hand_over: Annotated[str, typer.Option(help="Local time at which turns change.")] = "09:00",
    days: Annotated[int, typer.Option(help="Length of a turn, 1 to 28 days.")] = 7,
    zone: Annotated[str, typer.Option(help="Time zone of days and hours.")] = "Asia/Tokyo",
    hours: Annotated[
        list[str] | None, typer.Option(help="Open only then: mon-fri=08:30-17:15.")
    ] = None,
    municipality: Municipality = None,
    data_dir: DataDir,
) -> None:
    """Set a schedule: who takes turns, when they change, and when it is open."""
    from cli.oncall import NewSchedule
    from cli.requests import do

    new = NewSchedule(
        name=name,
        people=person,
        starts_on=starts_on,
        hand_over=hand_over,
        days=days,
        zone=zone,
        hours=hours or [],
        municipality=municipality,
    )
    typer.echo(do(data_dir, "oncall.set", new=new))


@oncall_app.command("override")
def oncall_override(
    name: Name,
    login: Annotated[str, typer.Argument(help="Who takes over.")],
    *,
    starts: Annotated[str, typer.Option("--from", help="Local time: 2026-11-22T18:00.")],
    ends: Annotated[str, typer.Option("--until", help="When the rotation goes on.")],
    municipality: Municipality = None,
    data_dir: DataDir,
) -> None:
    """Let somebody take over for a while, also outside the office hours."""
    from cli.oncall import NewOverride
    from cli.requests import do

    new = NewOverride(name=name, login=login, starts=starts, ends=ends, municipality=municipality)
    typer.echo(do(data_dir, "oncall.override", new=new))


@policy_app.command("show")
def policy_show(*, municipality: Municipality = None, data_dir: DataDir) -> None:
    """Show who is called in which order, and how long whoever takes it on has for a word."""
    from cli.requests import do

    typer.echo(do(data_dir, "policy.show", municipality=municipality))


@policy_app.command("set")
def policy_set(
    ladder: Annotated[Ladder, typer.Argument(help="Which kind of case.")],
    *,
    step: Annotated[list[str], typer.Option(help="WHO=WAIT, such as on_call:night=10m.")],
    home: Annotated[str | None, typer.Option(help="Code of the only home it is for.")] = None,
    patience: Annotated[
        str | None, typer.Option(help="Time for the owner's next word, 5m to 24h.")
    ] = None,
    municipality: Municipality = None,
    data_dir: DataDir,
) -> None:
    """Set who is called in which order; cases that are running go on as they began."""
    from cli.policies import NewPolicy
    from cli.requests import do

    new = NewPolicy(
        ladder=ladder, steps=step, code=home, patience=patience, municipality=municipality
    )
    typer.echo(do(data_dir, "policy.set", new=new))


@policy_app.command("ask")
def policy_ask(
    code: Annotated[str, typer.Argument(help="Code of the home, such as K-07.")],
    *,
    minutes: Annotated[int, typer.Option(help="How long, 0 to 30; 0: never.")],
    contact: Annotated[str | None, typer.Option(help="Login: mailbox of the resident.")] = None,
    municipality: Municipality = None,
    data_dir: DataDir,
) -> None:
    """Let the resident be asked before people are called, where it is not urgent."""
    from cli.requests import do

    told = do(
        data_dir,
        "policy.ask",
        code=code,
        minutes=minutes,
        contact=contact,
        municipality=municipality,
    )
    typer.echo(told)
