"""The commands of what residents agree that their families see: `mimamori consent`."""

# ruff: noqa: PLC0415 (a command loads only what it needs: it starts at once)

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.arguments import ask_name, data_dir_option
from domain.consent import Agreed, Form

consent_app = typer.Typer(no_args_is_help=True, help="What residents agree that families see.")

DataDir = Annotated[Path, data_dir_option()]
HomeCode = Annotated[str, typer.Argument(help="Code of the resident's home, such as K-07.")]
Login = Annotated[str, typer.Argument(help="Login of the member of the family.")]
RecordedBy = Annotated[str, typer.Option(help="Login of who took the resident's word down.")]


@consent_app.command("give")
def consent_give(
    code: HomeCode,
    login: Login,
    *,
    scope: Annotated[Agreed, typer.Option(help="How much is seen.")],
    form: Annotated[Form, typer.Option(help="How the resident agreed.")],
    recorded_by: RecordedBy,
    starts: Annotated[str | None, typer.Option("--from", help="Local time; else now.")] = None,
    ends: Annotated[str | None, typer.Option("--until", help="Else until it is ended.")] = None,
    data_dir: DataDir,
) -> None:
    """Record what a resident agrees that a member of the family sees; asks for the name."""
    from cli.consents import NewConsent
    from cli.requests import do

    new = NewConsent(
        code=code,
        login=login,
        scope=scope,
        form=form,
        recorded_by=recorded_by,
        starts=starts,
        ends=ends,
    )
    typer.echo(do(data_dir, "consent.give", new=new, ask=ask_name))


@consent_app.command("end")
def consent_end(
    code: HomeCode, login: Login, *, recorded_by: RecordedBy, data_dir: DataDir
) -> None:
    """End at once all that a resident agreed to for a member of the family."""
    from cli.requests import do

    told = do(data_dir, "consent.end", code=code, login=login, recorded_by=recorded_by)
    typer.echo(told)


@consent_app.command("list")
def consent_list(
    *,
    ended: Annotated[bool, typer.Option("--ended", help="Also what has ended.")] = False,
    data_dir: DataDir,
) -> None:
    """List who agreed to what, who recorded it, and until when it holds."""
    from cli.requests import do

    typer.echo(do(data_dir, "consent.list", with_ended=ended))
