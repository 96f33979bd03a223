"""Secrets in files that only their owner may read: made once, refused when others could read."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from domain.errors import InputError, Problem

PASSWORD_BYTES = 24
"""192 random bits."""


def random_password() -> str:
    """Return a random password that is safe in files, URLs and shells."""
    return secrets.token_urlsafe(PASSWORD_BYTES)


def read_or_make(path: Path, length: int) -> bytes:
    """Return the secret at `path`, making `length` random bytes on first use.

    Raises:
        InputError: SEC-001 when others may read the file, SEC-002 when it has another length.
    """
    if not path.exists():
        write(path, secrets.token_bytes(length))
    check_mode(path)
    secret = path.read_bytes()
    if len(secret) != length:
        raise InputError(
            Problem(
                code="SEC-002",
                where=str(path),
                found=f"{len(secret)} bytes",
                allowed=f"{length} bytes",
                do="restore the file from your backup; without it old data cannot be opened",
            )
        )
    return secret


def write(path: Path, content: bytes) -> None:
    """Write a secret durably; the file is owner-only from its first moment."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f".{path.name}.new")
    temporary.unlink(missing_ok=True)
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def check_mode(path: Path) -> None:
    """Refuse a file that others than its owner may read or write.

    Raises:
        InputError: SEC-001.
    """
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise InputError(
            Problem(
                code="SEC-001",
                where=str(path),
                found=f"mode {mode:04o}: others may read it",
                allowed="0600",
                do=f"chmod 600 {path}; then change the secret if others use this machine",
            )
        )


def first_line(path: Path) -> str:
    """Return the first line of a secret file; it is never empty.

    Raises:
        InputError: SEC-001 when others may read it, SEC-003 when there is no such line.
    """
    try:
        check_mode(path)
        line = path.read_text(encoding="utf-8").partition("\n")[0].strip()
    except (OSError, UnicodeDecodeError) as error:
        line, found = "", str(error)
    else:
        found = "an empty first line"
    if line:
        return line
    raise InputError(
        Problem(
            code="SEC-003",
            where=str(path),
            found=found,
            allowed="a file with the password in its first line",
            do="write the password into it, mode 0600",
        )
    )
