"""The door for homes: its certificate, what gateways must believe, and the Mosquitto it needs."""

from __future__ import annotations

import re
import ssl
import subprocess
from datetime import datetime
from pathlib import Path

from cli.broker import LOOPBACK
from cli.certificates import CertificateFiles, check, keep_own, own_files
from cli.installation import Installation
from cli.mosquitto import find_mosquitto
from cli.mosquitto_files import TlsListener
from cli.self_test import Door
from cli.settings import BrokerSettings
from domain.errors import InputError, Problem

OLDEST = (2, 0, 11)
"""Before 2.0.10 any signed-in client can crash it (CVE-2021-28166, CVE-2021-23980). 2.0.11 is what
Debian 12 has, with later fixes taken back into it, which its version does not tell."""
_VERSION = re.compile(r"mosquitto version (\d+)\.(\d+)\.(\d+)")
_ANSWER_S = 10.0


def files(installation: Installation, settings: BrokerSettings) -> CertificateFiles:
    """Return where the certificates are: the operator's own, else ours."""
    if settings.certificate and settings.key and settings.authority:
        return CertificateFiles(
            authority=settings.authority.absolute(),
            certificate=settings.certificate.absolute(),
            key=settings.key.absolute(),
        )
    return own_files(installation.certificates.absolute())


def keep(installation: Installation, settings: BrokerSettings, *, now: datetime) -> bool:
    """Make or renew our own certificates where there is a door; tells whether one is new.

    Raises:
        InputError: BRK-004 a certificate that cannot be used, ours or the operator's; SEC-001.
    """
    if not settings.public_host:
        return False
    is_new = settings.certificate is None and keep_own(
        installation.certificates, settings.public_host, now=now
    )
    check(files(installation, settings), settings.public_host, now=now)
    return is_new


def listener(installation: Installation, settings: BrokerSettings) -> TlsListener | None:
    """Return the listener for homes, None where nobody is to reach us."""
    if not settings.public_host:
        return None
    where = files(installation, settings)
    return TlsListener(
        port=settings.public_port,
        address=settings.public_address,
        certificate=where.certificate,
        key=where.key,
    )


def tls_door(installation: Installation, settings: BrokerSettings) -> Door | None:
    """Return the same listener as a gateway sees it, but from this machine."""
    if not settings.public_host:
        return None
    context = ssl.create_default_context(cafile=str(files(installation, settings).authority))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return Door(
        host=settings.public_address or LOOPBACK,
        port=settings.public_port,
        context=context,
        server_name=settings.public_host,
    )


def authority(installation: Installation, settings: BrokerSettings) -> str:
    """Return what is carried to homes: the certificate that gateways believe, as PEM."""
    path: Path = files(installation, settings).authority
    return path.read_text("ascii")


def version() -> tuple[int, int, int] | None:
    """Return the version of the installed Mosquitto, None where it is absent or does not say."""
    binary = find_mosquitto()
    if binary is None:
        return None
    try:
        told = subprocess.run(  # noqa: S603 (the server itself, asked for its help)
            [binary, "-h"], capture_output=True, check=False, text=True, timeout=_ANSWER_S
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = _VERSION.search(told)
    return None if found is None else (int(found[1]), int(found[2]), int(found[3]))


def require_version() -> None:
    """Refuse a Mosquitto with known holes.

    Raises:
        InputError: BRK-005.
    """
    found = version()
    if found is not None and found < OLDEST:
        raise InputError(
            Problem(
                code="BRK-005",
                where="mosquitto",
                found=f"version {dotted(found)}",
                allowed=f"{dotted(OLDEST)} or newer",
                do="update Mosquitto",
            )
        )


def dotted(version_: tuple[int, int, int]) -> str:
    """Return a version as people write it."""
    return ".".join(map(str, version_))
