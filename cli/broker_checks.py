"""Looking at the broker: the program, its files, and how long its certificate lasts."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from cli import door
from cli.certificates import check as check_certificate
from cli.certificates import ends_of
from cli.check import Check, Health, refused
from cli.installation import Installation
from cli.mosquitto import find_mosquitto
from cli.settings import BrokerSettings, read_settings
from domain.errors import InputError

NAME = "Door for homes"
SOON = timedelta(days=30)
"""An operator's own certificate is renewed by somebody, who may be on holiday."""
VERY_SOON = timedelta(days=3)
AUTHORITY_SOON = timedelta(days=365)
"""A new authority has to be carried to every home."""


def mosquitto() -> Check:
    """Look whether it is there, and new enough."""
    path, name = find_mosquitto(), "Mosquitto"
    if path is None:
        return Check(
            name=name,
            health=Health.WARNING,
            found="not installed: demo and replay use a slower stand-in, up does not start",
            do="apt-get install mosquitto (Debian, Ubuntu) or brew install mosquitto (macOS)",
        )
    found = door.version()
    told = path if found is None else f"{path}, {door.dotted(found)}"
    if found is not None and found < door.OLDEST:
        oldest = door.dotted(door.OLDEST)
        do = f"update to {oldest} or newer: anybody who has signed in can crash this one"
        return Check(name=name, health=Health.BAD, found=told, do=do)
    return Check(name=name, health=Health.GOOD, found=told)


def broker_files(folder: Path) -> list[Check]:
    """Look at who may read the broker's files: sessions and queued messages are among them."""
    if not folder.exists():
        return []
    files = (path for path in [folder, *folder.rglob("*")] if path.is_file() or path.is_dir())
    readable = [path for path in files if path.stat().st_mode & 0o077]
    name = "Broker's files"
    if not readable:
        return [Check(name=name, health=Health.GOOD, found="their owner's only")]
    do = f"chmod -R go= {folder}"
    found = f"others may look into {', '.join(str(path) for path in readable[:3])}"
    return [Check(name=name, health=Health.BAD, found=found, do=do)]


def certificate(installation: Installation, *, now: datetime) -> list[Check]:
    """Look whether gateways would come in, and for how long."""
    try:
        settings = read_settings(installation.folder).broker
    except (InputError, OSError):
        return []  # told already
    if not settings.public_host:
        found = "none: gateways on this machine only"
        return [Check(name=NAME, health=Health.GOOD, found=found)]
    files = door.files(installation, settings)
    if settings.certificate is None and not files.authority.exists():
        found = "its certificate is made at the first start"
        return [Check(name=NAME, health=Health.GOOD, found=found)]
    try:
        check_certificate(files, settings.public_host, now=now)
        return [_lasting(settings, ends_of(files.certificate), ends_of(files.authority), now)]
    except InputError as error:
        return [refused(NAME, error.problem)]
    except OSError as error:
        found = error.strerror or type(error).__name__
        return [Check(name=NAME, health=Health.BAD, found=found, do="make the files readable")]


def _lasting(
    settings: BrokerSettings, ends_at: datetime, authority_ends_at: datetime, now: datetime
) -> Check:
    where = f"{settings.public_host}:{settings.public_port}"
    found, left = f"{where}, certificate until {ends_at:%Y-%m-%d}", ends_at - now
    if left <= SOON:
        health = Health.BAD if left <= VERY_SOON else Health.WARNING
        own = "start `mimamori up`, which renews it"
        do = own if settings.certificate is None else "renew the files that [broker] names"
        return Check(name=NAME, health=health, found=f"{found}: {left.days} days", do=do)
    if authority_ends_at - now <= AUTHORITY_SOON:
        found = f"{where}, authority until {authority_ends_at:%Y-%m-%d}"
        do = "plan a visit to every home with a new file: gateways believe this authority only"
        return Check(name=NAME, health=Health.WARNING, found=found, do=do)
    return Check(name=NAME, health=Health.GOOD, found=found)
