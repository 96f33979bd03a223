"""Passwords: which are accepted, and how they are kept and checked."""

from __future__ import annotations

import asyncio

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from domain.errors import InputError, Problem

SHORTEST, LONGEST = 12, 128
"""Characters; no rule of composition, which only makes passwords guessable."""
AT_ONCE = 2
"""Each check takes 64 MiB and a quarter of a second of one core."""
_COMMON = frozenset(
    {
        "123456789012",
        "1234567890123",
        "12345678901234",
        "123456789abc",
        "abcdefghijkl",
        "adminadminadmin",
        "administrator",
        "changemeplease",
        "iloveyou1234",
        "mimamori1234",
        "mimamorimimamori",
        "passw0rd1234",
        "password1234",
        "password12345",
        "passwordpassword",
        "qwertyuiop12",
        "qwertyuiop123",
        "qwertyuiopasdf",
        "welcome12345",
    }
)
"""Long enough to pass, and among the first that anybody tries."""


class Passwords:
    """Argon2id with the library's parameters (64 MiB, t=3, p=4), at most `AT_ONCE` at a time."""

    def __init__(self, scheme: PasswordHash | None = None) -> None:
        """Take another scheme in tests, where a quarter of a second is long."""
        self._scheme = scheme or PasswordHash((Argon2Hasher(),))
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._nobodys = self._scheme.hash("nobody has this password")

    def hash(self, password: str) -> str:
        """Return what may be kept of a new password; takes a quarter of a second.

        Raises:
            InputError: PWD-001, the password is too short, too long or too common.
        """
        require_good(password)
        return self._scheme.hash(password)

    async def matches(self, password: str, kept: str | None) -> bool:
        """Check a password in a thread, which takes as long when there is nobody (None)."""
        async with self._gate:
            right = await asyncio.to_thread(
                self._scheme.verify, password[:LONGEST], kept or self._nobodys
            )
        return right and kept is not None


def require_good(password: str) -> None:
    """Refuse a password that is too easy.

    Raises:
        InputError: PWD-001.
    """
    found = None
    if not SHORTEST <= len(password) <= LONGEST:
        found = f"{len(password)} characters"
    elif password.lower() in _COMMON or len(set(password)) <= 3:  # noqa: PLR2004 (aaaabbbbcccc)
        found = "one of the first that anybody tries"
    if found is not None:
        raise InputError(
            Problem(
                code="PWD-001",
                where="password",
                found=found,
                allowed=f"{SHORTEST} to {LONGEST} characters that are not common",
                do="choose another, such as four words",
            )
        )
