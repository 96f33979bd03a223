"""The commands of daily administration: users, residents, absences, gateways, quarantine.

Each is done by the running system, or here when none runs, and writes to the audit log as
`operator`. Passwords and what is known of residents are asked for: arguments stay in the process
list and shell history.
"""

# ruff: noqa: PLC0415 (a command loads only what it needs: it starts at once)

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.arguments import ask_name, data_dir_option
from cli.consent_commands import consent_app
from cli.escalation_commands import oncall_app, policy_app
from cli.languages import MailLanguage
from cli.pause_commands import test_mode_app, visit_app
from cli.telling_people import contacts_app, mail_app
from domain.access import Role
from domain.quantity import Lane

if TYPE_CHECKING:
    from storage.register.residents import Person

users_app = typer.Typer(no_args_is_help=True, help="People who sign in.")
residents_app = typer.Typer(no_args_is_help=True, help="People who live in homes.")
absence_app = typer.Typer(no_args_is_help=True, help="When nobody is expected at home.")
gateway_app = typer.Typer(no_args_is_help=True, help="Gateways in homes.")
quarantine_app = typer.Typer(no_args_is_help=True, help="What could not be used, and why.")
broker_app = typer.Typer(no_args_is_help=True, help="The city's broker.")
GROUPS = {
    "broker": broker_app,
    "contacts": contacts_app,
    "mail": mail_app,
    "users": users_app,
    "residents": residents_app,
    "consent": consent_app,
    "absence": absence_app,
    "test-mode": test_mode_app,
    "visit": visit_app,
    "gateway": gateway_app,
    "quarantine": quarantine_app,
    "oncall": oncall_app,
    "policy": policy_app,
}
"""What `mimamori` takes up, by name."""

BROKER_HOST_HELP = "Another name of the broker than the settings'."
CA_FILE_HELP = "Another authority than the settings', as a file beside the gateway's."

DataDir = Annotated[Path, data_dir_option()]
Login = Annotated[str, typer.Argument(help="Name to sign in with.")]
HomeCode = Annotated[str, typer.Argument(help="Code of the home, such as K-07.")]
Code = Annotated[str | None, typer.Option(help="Only of this code, such as MQT-018.")]
Gateway = Annotated[str, typer.Argument(help="Id of the gateway, as `gateway list` shows it.")]
Municipality = Annotated[str | None, typer.Option(help="Whose home; where there are several.")]


@users_app.command("add")
def users_add(
    login: Login,
    *,
    role: Annotated[Role, typer.Option(help="What the person is here for.")] = Role.CASEWORKER,
    name: Annotated[str, typer.Option(prompt=True, help="Name that colleagues see.")],
    email: Annotated[str | None, typer.Option(help="Notified, once proved.")] = None,
    municipality: Annotated[
        str | None, typer.Option(help="Needed for the first user; made if new.")
    ] = None,
    language: Annotated[MailLanguage, typer.Option(help="Of mails.")] = MailLanguage.JAPANESE,
    assign_all_homes: Annotated[bool, typer.Option(help="Assign all present homes.")] = False,
    data_dir: DataDir,
) -> None:
    """Add a person; the password is asked for, never given on the command line."""
    from cli.people import NewUser
    from cli.requests import do

    new = NewUser(
        login=login,
        role=role,
        name=name,
        email=email,
        municipality=municipality,
        language=language,
        assign_all_homes=assign_all_homes,
    )
    typer.echo(do(data_dir, "users.add", new=new, ask=_ask_password))


@users_app.command("assign")
def users_assign(
    login: Login,
    code: Annotated[list[str] | None, typer.Argument(help="Codes of homes.")] = None,
    *,
    all_homes: Annotated[bool, typer.Option("--all-homes", help="All that are there.")] = False,
    data_dir: DataDir,
) -> None:
    """Assign homes to a person who is there already; all of them or, if one is wrong, none."""
    from cli.requests import do

    typer.echo(do(data_dir, "users.assign", login=login, codes=code or [], every=all_homes))


@users_app.command("password")
def users_password(login: Login, *, data_dir: DataDir) -> None:
    """Give a person a new password, which is asked for, and end all sessions."""
    from cli.requests import do

    typer.echo(do(data_dir, "users.password", login=login, ask=_ask_password))


@users_app.command("disable")
def users_disable(login: Login, *, data_dir: DataDir) -> None:
    """Let a person sign in no more, and end all sessions."""
    from cli.requests import do

    typer.echo(do(data_dir, "users.disable", login=login))


@users_app.command("list")
def users_list(*, data_dir: DataDir) -> None:
    """List who may sign in, with role and homes, and homes that no caseworker has."""
    from cli.requests import do

    typer.echo(do(data_dir, "users.list"))


@residents_app.command("add")
def residents_add(code: HomeCode, *, municipality: Municipality = None, data_dir: DataDir) -> None:
    """Add who lives in a home from now on; everything is asked for. Who lived there moves out."""
    from cli.requests import do

    told = do(data_dir, "residents.add", code=code, municipality=municipality, ask=_ask_person)
    typer.echo(told)


@residents_app.command("erase")
def residents_erase(
    code: HomeCode, *, municipality: Municipality = None, data_dir: DataDir
) -> None:
    """Erase somebody who lives or lived in a home, for good; the name is asked for."""
    from cli.requests import do

    told = do(data_dir, "residents.erase", code=code, municipality=municipality, ask=_ask_erasing)
    typer.echo(told)


@absence_app.command("add")
def absence_add(
    code: HomeCode,
    *,
    starts: Annotated[str, typer.Option("--from", help="Local time: 2026-11-22T10:00.")],
    ends: Annotated[str, typer.Option("--until", help="At most 14 days later.")],
    owner: Annotated[str, typer.Option(help="Login of the person who answers for it.")],
    data_dir: DataDir,
) -> None:
    """Enter when nobody is expected at home; asks for the name of who lives there."""
    from cli.requests import do
    from cli.residents import NewAbsence

    new = NewAbsence(code=code, starts=starts, ends=ends, owner=owner)
    typer.echo(do(data_dir, "absence.add", new=new, ask=ask_name))


@absence_app.command("list")
def absence_list(*, data_dir: DataDir) -> None:
    """List all absences that hold or are to come, and all pauses and modes that hold."""
    from cli.requests import do

    typer.echo(do(data_dir, "absence.list"))


@absence_app.command("end")
def absence_end(
    absence: Annotated[str, typer.Argument(help="Id, as `absence list` shows it.")],
    *,
    wrong_home: Annotated[
        bool, typer.Option("--wrong-home", help="It counts as never entered.")
    ] = False,
    data_dir: DataDir,
) -> None:
    """End an absence now, or take back one that was entered for the wrong home."""
    from cli.requests import do

    typer.echo(do(data_dir, "absence.end", absence_id=absence, wrong_home=wrong_home))


@gateway_app.command("add")
def gateway_add(
    code: Annotated[str, typer.Argument(help="Code of the home, such as K-07; made if new.")],
    *,
    sensors: Annotated[Path, typer.Option(help="CSV: name,room,kind,entrance; see the guide.")],
    broker_host: Annotated[str | None, typer.Option(help=BROKER_HOST_HELP)] = None,
    broker_port: Annotated[int, typer.Option(min=1, max=65535)] = 8883,
    ca_file: Annotated[Path | None, typer.Option(help=CA_FILE_HELP)] = None,
    output: Annotated[Path, typer.Option(help="File to carry to the home; made new.")],
    replace: Annotated[bool, typer.Option("--replace", help="Revoke the one there.")] = False,
    municipality: Municipality = None,
    data_dir: DataDir,
) -> None:
    """Register a gateway and write the file that is carried to the home."""
    from cli.commission import NewGateway
    from cli.requests import do

    new = NewGateway(
        code=code,
        municipality=municipality,
        sensors=sensors,
        host=broker_host,
        port=broker_port,
        ca_file=ca_file,
        output=output,
        replaces=replace,
    )
    typer.echo(do(data_dir, "gateway.add", new=new))


@gateway_app.command("revoke")
def gateway_revoke(gateway: Gateway, *, data_dir: DataDir) -> None:
    """Take a gateway out: it is heard no more, and its connection is ended."""
    from cli.requests import do

    typer.echo(do(data_dir, "gateway.revoke", gateway=gateway))


@gateway_app.command("rotate")
def gateway_rotate(
    gateway: Gateway,
    *,
    output: Annotated[Path, typer.Option(help="File to carry to the home; made new.")],
    data_dir: DataDir,
) -> None:
    """Give a gateway a new key and password; the old ones work until the new are heard."""
    from cli.requests import do

    typer.echo(do(data_dir, "gateway.rotate", gateway=gateway, output=output))


@gateway_app.command("resend")
def gateway_resend(
    gateway: Gateway,
    *,
    lane: Annotated[Lane, typer.Option(help="Which lane.")] = Lane.NORMAL,
    first: Annotated[int, typer.Option("--from", min=1, help="From this number on.")] = 1,
    epoch: Annotated[str | None, typer.Option(help="Not the one that began last.")] = None,
    data_dir: DataDir,
) -> None:
    """Ask a gateway to send again what it keeps: seven days beyond its receipts."""
    from cli.requests import do

    told = do(data_dir, "gateway.resend", gateway=gateway, lane=lane, first_seq=first, epoch=epoch)
    typer.echo(told)


@gateway_app.command("list")
def gateway_list(*, data_dir: DataDir) -> None:
    """List gateways with their homes, since when, and when they were last heard."""
    from cli.requests import do

    typer.echo(do(data_dir, "gateway.list"))


@broker_app.command("export")
def broker_export(
    folder: Annotated[Path | None, typer.Argument(help="Made if new.")] = None, *, data_dir: DataDir
) -> None:
    """Write what Mosquitto reads, for one that systemd or compose runs."""
    from cli.requests import do

    typer.echo(do(data_dir, "broker.export", output=folder))


@broker_app.command("test")
def broker_test(*, data_dir: DataDir) -> None:
    """Prove on the running broker that each gateway reaches its own topics only."""
    from cli.requests import do

    typer.echo(do(data_dir, "broker.test"))


@quarantine_app.command("list")
def quarantine_list(
    *,
    code: Code = None,
    gateway: Annotated[str | None, typer.Option(help="Only of this gateway, by its id.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Most items.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    data_dir: DataDir,
) -> None:
    """Count what could not be used, by code, and list the newest."""
    from cli.quarantine import Filter
    from cli.requests import do

    wanted = Filter(code=code, gateway=gateway, limit=limit)
    typer.echo(do(data_dir, "quarantine.list", wanted=wanted, as_json=as_json))


@quarantine_app.command("show")
def quarantine_show(
    item: Annotated[int, typer.Argument(metavar="ID", help="As the list shows it.")],
    *,
    data_dir: DataDir,
) -> None:
    """Show one item whole: the problem, the payload as text and as bytes."""
    from cli.requests import do

    typer.echo(do(data_dir, "quarantine.show", number=item))


@quarantine_app.command("retry")
def quarantine_retry(
    items: Annotated[list[int] | None, typer.Argument(metavar="ID", help="Which items.")] = None,
    *,
    code: Code = None,
    gateway: Annotated[str | None, typer.Option(help="All of this gateway, by its id.")] = None,
    data_dir: DataDir,
) -> None:
    """Give items back after their cause was mended, and say what came of each."""
    from cli.quarantine import RETRY_S, Filter
    from cli.requests import do

    wanted = Filter(code=code, gateway=gateway)
    numbers = items or []
    told = do(data_dir, "quarantine.retry", numbers=numbers, wanted=wanted, longest_s=RETRY_S)
    typer.echo(told)


def _ask_erasing() -> str:
    name = str(typer.prompt("Name of who is to be erased"))
    typer.confirm("Name, address, notes and consents are gone for good. Erase?", abort=True)
    return name


def _ask_password() -> str:
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))


def _ask_person() -> Person:
    from storage.register.residents import Person

    typer.echo("Empty: not known. What is typed is sealed before it is stored.")
    return Person(
        name=typer.prompt("Name"),
        kana=_ask_or_skip("Kana"),
        address=_ask_or_skip("Address"),
        phone=_ask_or_skip("Phone"),
    )


def _ask_or_skip(what: str) -> str:
    return str(typer.prompt(what, default="", show_default=False))
