"""The commands of administration: done here, or by the running system that holds the folder.

A command is a function whose first argument is the data folder. Its other arguments travel as
JSON in the form that its annotations say; `ask` is called when it wants what a person types.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec

from cli import (
    absences,
    broker_files,
    commission,
    consents,
    contacts,
    gateway_commands,
    gateway_keys,
    mail_bounce,
    oncall,
    people,
    policies,
    quarantine,
    residents,
)
from cli.control import REQUEST_S, Request, ask_running

COMMANDS: dict[str, Callable[..., str]] = {
    "users.add": people.add_user,
    "users.assign": people.assign_homes,
    "users.password": people.set_password,
    "users.disable": people.disable_user,
    "users.list": people.list_users,
    "contacts.add": contacts.add_contact,
    "contacts.code": contacts.send_code,
    "contacts.prove": contacts.prove_contact,
    "contacts.remove": contacts.remove_contact,
    "contacts.disable": contacts.disable_contact,
    "contacts.enable": contacts.enable_contact,
    "contacts.quiet": contacts.set_quiet,
    "contacts.list": contacts.list_contacts,
    "mail.bounce": mail_bounce.take_bounce,
    "residents.add": residents.add_resident,
    "residents.erase": residents.erase_resident,
    "consent.give": consents.give_consent,
    "consent.end": consents.end_consent,
    "consent.list": consents.list_consents,
    "absence.add": residents.add_absence,
    "absence.list": absences.list_absences,
    "absence.end": absences.end_absence,
    "mode.begin": absences.begin_mode,
    "mode.end": absences.end_mode,
    "visit.leave": absences.leave_visit,
    "oncall.list": oncall.list_schedules,
    "oncall.show": oncall.show_schedule,
    "oncall.set": oncall.set_schedule,
    "oncall.override": oncall.override,
    "policy.show": policies.show_policies,
    "policy.set": policies.set_policy,
    "policy.ask": policies.ask_first,
    "gateway.add": commission.add_gateway,
    "gateway.revoke": gateway_keys.revoke_gateway,
    "gateway.rotate": gateway_keys.rotate_gateway,
    "gateway.resend": gateway_commands.resend_gateway,
    "broker.export": broker_files.export_files,
    "broker.test": broker_files.try_broker,
    "gateway.list": commission.list_gateways,
    "quarantine.list": quarantine.list_folder,
    "quarantine.show": quarantine.show_folder,
    "quarantine.retry": quarantine.retry_folder,
}
"""What can be asked for, by name; a new command of administration is a line here."""


def do(
    folder: Path,
    command: str,
    *,
    ask: Callable[[], Any] | None = None,
    longest_s: float = REQUEST_S,
    **arguments: Any,
) -> str:
    """Do a command, in the running system where one holds the folder; returns what to print.

    Args:
        folder: The data folder.
        command: A name of `COMMANDS`.
        ask: Gives what only a person can, where the command wants that.
        longest_s: Longest wait for the running system's work, in seconds.
        **arguments: What the command takes besides.

    Raises:
        MimamoriError: What the command raises; CTL-… the running system does not do it.
    """
    given = {
        name: msgspec.to_builtins(value, enc_hook=_written) for name, value in arguments.items()
    }
    printed = ask_running(folder, Request(command, given), ask, longest_s=longest_s)
    if printed is not None:
        return printed
    asking = {} if ask is None else {"ask": ask}
    return COMMANDS[command](folder, **arguments, **asking)


def perform(folder: Path, request: Request, ask: Callable[[], Any]) -> str:
    """Do what came over the control channel.

    Raises:
        msgspec.ValidationError: No such command, or arguments of another form.
        MimamoriError: What the command raises.
    """
    function = COMMANDS.get(request.command)
    if function is None:
        raise msgspec.ValidationError("no such command")
    hints = get_type_hints(function)
    asked = hints.pop("ask", None)
    wanted = hints.keys() - {"folder", "return"}
    if wanted != request.arguments.keys():
        raise msgspec.ValidationError("not the arguments of the command")
    arguments = {
        name: msgspec.convert(value, hints[name], dec_hook=_read)
        for name, value in request.arguments.items()
    }
    if asked is not None:
        kind = get_args(asked)[1]
        arguments["ask"] = lambda: msgspec.convert(ask(), kind)
    return function(folder, **arguments)


def _written(value: object) -> object:
    """Write a path; that of the person who asks, whose folder is not ours."""
    if isinstance(value, Path):
        return str(value.absolute())
    raise NotImplementedError


def _read(wanted: type, value: object) -> Path:
    if issubclass(wanted, Path) and isinstance(value, str):
        return Path(value)
    msg = f"expected {wanted.__name__}"
    raise msgspec.ValidationError(msg)
