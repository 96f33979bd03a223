"""Small things of a benchmark's own machine: passwords of its brokers, the limit of open files."""

from __future__ import annotations

import resource


def password_of(user: str) -> str:
    """Return a user's password at a benchmark's brokers, which live for minutes on loopback."""
    return f"word-of-{user}"


def raise_file_limit() -> None:
    """Allow as many connections as the machine lets us."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
