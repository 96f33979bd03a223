"""The commands about how people are told: contact methods, and mail that came back."""

# ruff: noqa: PLC0415 (a command loads only what it needs: it starts at once)

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.arguments import data_dir_option
from domain.channel import Channel

contacts_app = typer.Typer(no_args_is_help=True, help="How people are reached.")
mail_app = typer.Typer(no_args_is_help=True, help="Mail that came back.")

DataDir = Annotated[Path, data_dir_option()]
Login = Annotated[str, typer.Argument(help="Name to sign in with.")]
Contact = Annotated[str, typer.Argument(help="Id of the method, as `contacts list` shows it.")]


@contacts_app.command("add")
def contacts_add(
    login: Login,
    *,
    channel: Annotated[Channel, typer.Option(help="Which way.")] = Channel.EMAIL,
    address: Annotated[str, typer.Option(prompt=True, help="Mail address, or URL.")],
    after: Annotated[str, typer.Option(help="So long without an answer; 0m: at once.")] = "0m",
    data_dir: DataDir,
) -> None:
    """Add a contact method of a person and send the code that proves it."""
    from cli.requests import do

    told = do(data_dir, "contacts.add", login=login, channel=channel, address=address, after=after)
    typer.echo(told)


@contacts_app.command("code")
def contacts_code(contact: Contact, *, data_dir: DataDir) -> None:
    """Send a new code over a contact method; earlier ones are void."""
    from cli.requests import do

    typer.echo(do(data_dir, "contacts.code", contact=contact))


@contacts_app.command("prove")
def contacts_prove(
    contact: Contact,
    *,
    code: Annotated[str, typer.Option(prompt=True, help="What came over the method.")],
    data_dir: DataDir,
) -> None:
    """Take the code that came over a contact method: from now on it is used."""
    from cli.requests import do

    typer.echo(do(data_dir, "contacts.prove", contact=contact, code=code))


@contacts_app.command("remove")
def contacts_remove(contact: Contact, *, data_dir: DataDir) -> None:
    """Remove a contact method."""
    from cli.requests import do

    typer.echo(do(data_dir, "contacts.remove", contact=contact))


@contacts_app.command("disable")
def contacts_disable(contact: Contact, *, data_dir: DataDir) -> None:
    """Switch a contact method off; it is kept, and not used until it is switched on again."""
    from cli.requests import do

    typer.echo(do(data_dir, "contacts.disable", contact=contact))


@contacts_app.command("enable")
def contacts_enable(contact: Contact, *, data_dir: DataDir) -> None:
    """Switch a contact method on again; its proof stands."""
    from cli.requests import do

    typer.echo(do(data_dir, "contacts.enable", contact=contact))


@contacts_app.command("quiet")
def contacts_quiet(
    login: Login,
    *,
    starts: Annotated[str | None, typer.Option("--from", help="Time of day: 22:00.")] = None,
    ends: Annotated[str | None, typer.Option("--until", help="Time of day: 07:00.")] = None,
    data_dir: DataDir,
) -> None:
    """Set when a person is left alone with what can wait; without times: never."""
    from cli.requests import do

    typer.echo(do(data_dir, "contacts.quiet", login=login, starts=starts, ends=ends))


@contacts_app.command("list")
def contacts_list(*, data_dir: DataDir) -> None:
    """List contact methods with their state, without addresses."""
    from cli.requests import do

    typer.echo(do(data_dir, "contacts.list"))


@mail_app.command("bounce")
def mail_bounce(*, data_dir: DataDir) -> None:
    """Read one returned mail on standard input, as the mail server hands it over."""
    from alerting.bounces import MAX_BYTES, read
    from cli.requests import do

    bounce = read(sys.stdin.buffer.read(MAX_BYTES))
    if bounce is None:
        typer.echo("not a report of a failure of ours; nothing is to be done")
        return
    told = do(
        data_dir,
        "mail.bounce",
        message=bounce.message,
        status=bounce.status,
        is_permanent=bounce.is_permanent,
    )
    typer.echo(told)
