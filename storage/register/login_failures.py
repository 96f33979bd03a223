"""Failed attempts to sign in, and how long the next one has to wait.

Attempts are counted three ways. From one address at one account the wait doubles up to 15 minutes.
An account as a whole waits at most `ACCOUNT_CAP`, so that an attacker gets few tries while its
owner still gets in. An address, which a whole office may share, waits only after many failures.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, func, select

from domain.access import Access
from storage.register.schema import login_failure as table

WINDOW = timedelta(hours=1)
"""Failures older than this count no more."""
CAP = timedelta(minutes=15)
ACCOUNT_CAP = timedelta(seconds=45)
"""With the free ones, at most 100 passwords an hour are tried on one account, from anywhere."""
_FREE_AT_PAIR = 3
_FREE_AT_ACCOUNT = 10
_FREE_AT_ADDRESS = 50
_MOST_DOUBLINGS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """Whom somebody tries to be, from where; only hashes, of unknown accounts as of known ones."""

    login_hash: bytes
    address_hash: bytes


def attempt_of(login: str, address: str) -> Attempt:
    """Return the attempt to sign in as `login` from a network address."""
    return Attempt(
        login_hash=_hash("login", login.strip().lower()), address_hash=_hash("address", address)
    )


def wait_of(failures: int, *, free: int, cap: timedelta) -> timedelta:
    """Return how long to wait after the last of so many failures: 0 for the first `free`."""
    if failures <= free:
        return timedelta()
    return min(cap, timedelta(seconds=2 ** min(failures - free, _MOST_DOUBLINGS)))


def wait_until(
    connection: Connection, access: Access, attempt: Attempt, *, now: datetime
) -> datetime | None:
    """Return when the next try may be evaluated; None when it may be now."""
    del access
    at_account = table.c.login_hash == attempt.login_hash
    from_address = table.c.address_hash == attempt.address_hash
    rules = (
        (at_account & from_address, _FREE_AT_PAIR, CAP),
        (at_account, _FREE_AT_ACCOUNT, ACCOUNT_CAP),
        (from_address, _FREE_AT_ADDRESS, CAP),
    )
    latest = now
    for condition, free, cap in rules:
        failures, last = _since(connection, condition, now - WINDOW)
        if last is not None:
            latest = max(latest, last + wait_of(failures, free=free, cap=cap))
    return latest if latest > now else None


def append(connection: Connection, access: Access, attempt: Attempt, *, now: datetime) -> None:
    """Book one failure; those that count no more are removed on the way."""
    connection.execute(table.delete().where(table.c.at <= now - WINDOW))
    connection.execute(
        table.insert().values(
            municipality_id=access.municipality,
            login_hash=attempt.login_hash,
            address_hash=attempt.address_hash,
            at=now,
        )
    )


def forgive(connection: Connection, access: Access, attempt: Attempt) -> None:
    """Forget the failures of this account from this address, after it signed in from there."""
    del access
    connection.execute(
        table.delete().where(
            table.c.login_hash == attempt.login_hash, table.c.address_hash == attempt.address_hash
        )
    )


def _since(
    connection: Connection, condition: ColumnElement[bool], since: datetime
) -> tuple[int, datetime | None]:
    query = select(func.count(), func.max(table.c.at)).where(condition, table.c.at > since)
    failures, last = connection.execute(query).one()
    return failures, last


def _hash(kind: str, text: str) -> bytes:
    return hashlib.sha256(f"{kind}|{text}".encode("utf-8", "replace")).digest()
