"""Looking at the set-up: what is there, what is missing, and what does not work without it."""

from __future__ import annotations

import os
import sqlite3
import stat
import sys
from pathlib import Path

from alerting.config import AlertingConfig
from cli.broker_checks import broker_files, certificate, mosquitto
from cli.check import Check, Health, refused
from cli.disk import check as check_disk
from cli.installation import Installation
from cli.reserve import look
from cli.secrets import check_mode
from cli.settings import FILE, MailSettings, OperatorSettings, read_settings
from cli.watching import check as watching
from domain.clock import RealClock
from domain.errors import InputError

MIN_PYTHON = (3, 11)
ASSETS = Path(__file__).parent.parent / "dashboard" / "static" / "manifest.json"
CATALOGUE = Path(__file__).parent.parent / "dashboard" / "locales" / "ja"


def examine(installation: Installation) -> list[Check]:
    """Look at this machine and this installation; changes nothing."""
    folder = installation.folder
    checks = [
        _python(),
        _sqlite(),
        mosquitto(),
        _assets(),
        _catalogue(),
        _disk(installation.stores),
        _folder(folder),
    ]
    if folder.exists() and not _is_mine(folder):
        return checks  # nothing in it can be looked at
    checks += [*_settings(folder), *_secrets(folder / "secrets")]
    checks += broker_files(installation.city_broker)
    return [*checks, *certificate(installation, now=RealClock().now())]


def _python() -> Check:
    version = ".".join(str(part) for part in sys.version_info[:3])
    good = sys.version_info[:2] >= MIN_PYTHON
    return Check(
        name="Python",
        health=Health.GOOD if good else Health.BAD,
        found=version,
        do="" if good else "install Python 3.11 or newer",
    )


def _sqlite() -> Check:
    """Several writers can corrupt a write-ahead log before 3.51.3; we use one writer."""
    return Check(name="SQLite", health=Health.GOOD, found=f"{sqlite3.sqlite_version}, one writer")


def _assets() -> Check:
    if ASSETS.exists():
        return Check(name="Front end", health=Health.GOOD, found=str(ASSETS.parent))
    return Check(
        name="Front end",
        health=Health.WARNING,
        found="not built: pages have no style and do not update by themselves",
        do="run scripts/setup again with the npm registry in reach",
    )


def _catalogue() -> Check:
    if any(CATALOGUE.glob("LC_MESSAGES/*.mo")):
        return Check(name="Japanese", health=Health.GOOD, found="catalogue compiled")
    return Check(
        name="Japanese",
        health=Health.WARNING,
        found="catalogue not compiled: pages speak English only",
        do="run scripts/setup again",
    )


def _disk(folder: Path) -> Check:
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    return check_disk(look(there), str(there))


def _folder(folder: Path) -> Check:
    """Look at who may enter the data folder; what lies in it says who lives alone, and where."""
    name = "Data folder"
    if not folder.exists():
        found = f"{folder}: not there yet; made at the first start"
        return Check(name=name, health=Health.GOOD, found=found)
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & 0o077:
        return Check(
            name=name,
            health=Health.BAD,
            found=f"{folder}: mode {mode:04o}, others may look in",
            do=f"chmod 700 {folder}",
        )
    if not _is_mine(folder):
        found = f"{folder}: you may not read and write it"
        return Check(name=name, health=Health.BAD, found=found, do="run as the service's user")
    return Check(name=name, health=Health.GOOD, found=f"{folder}: its owner's only")


def _is_mine(folder: Path) -> bool:
    return os.access(folder, os.R_OK | os.W_OK | os.X_OK)


def _settings(folder: Path) -> list[Check]:
    """Read `mimamori.toml` as the services do at their start."""
    path = folder / FILE
    try:
        settings = read_settings(folder)
        settings.page.settings()
        AlertingConfig(base_url=settings.page.base_url)
        found = str(path) if path.exists() else "no mimamori.toml: all defaults"
    except InputError as error:
        return [refused("Settings", error.problem)]
    except OSError as error:
        return [_unreadable("Settings", path, error)]
    good = Check(name="Settings", health=Health.GOOD, found=found)
    return [good, _mail(settings), *watching(settings)]


def _mail(settings: OperatorSettings) -> Check:
    mail = settings.mail
    if mail is None:
        return Check(
            name="Mail",
            health=Health.WARNING,
            found="no mail server is set: cases open, and nobody is told by mail",
            do=f"write a table 'mail' into {FILE}: see docs/reference/settings.md",
        )
    try:
        if not _has_password(mail):
            return Check(
                name="Mail",
                health=Health.BAD,
                found=f"{mail.password_file}: no password in its first line",
                do="write the password there",
            )
        mail.config()
    except InputError as error:
        return refused("Mail", error.problem)
    except (OSError, UnicodeDecodeError) as error:
        return _unreadable("Mail", mail.password_file or Path(), error)
    return Check(name="Mail", health=Health.GOOD, found=f"through {mail.host}:{mail.port}")


def _has_password(mail: MailSettings) -> bool:
    """Tell whether the password file, where one is named, has a first line."""
    if mail.password_file is None:
        return True
    return mail.password_file.read_text(encoding="utf-8").partition("\n")[0].strip() != ""


def _unreadable(name: str, path: Path, error: OSError | UnicodeDecodeError) -> Check:
    why = error.strerror if isinstance(error, OSError) else "not UTF-8"
    return Check(
        name=name,
        health=Health.BAD,
        found=f"{path}: {why or type(error).__name__}",
        do="make it readable for the service's user, and for nobody else",
    )


def _secrets(folder: Path) -> list[Check]:
    if not folder.exists():
        return [
            Check(name="Secrets", health=Health.GOOD, found="none yet; made at the first start")
        ]
    bad = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        try:
            check_mode(path)
        except InputError as error:
            bad.append(
                Check(
                    name="Secrets",
                    health=Health.BAD,
                    found=f"{error.problem.where}: {error.problem.found}",
                    do=error.problem.do,
                )
            )
    owner = "root" if os.geteuid() == 0 else "you"
    return bad or [Check(name="Secrets", health=Health.GOOD, found=f"readable by {owner} only")]
