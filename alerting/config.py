"""Settings of alerting."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from domain.errors import InputError, Problem, shown


class SmtpSecurity(StrEnum):
    """How the way to the mail server is protected."""

    NONE = "none"
    """In clear: for a server on this machine only."""
    STARTTLS = "starttls"
    """Begun in clear, then encrypted; refused where the server does not offer it."""
    TLS = "tls"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailConfig:
    """Where mail goes."""

    host: str
    port: int
    sender: str
    """Address in From; what is behind its @ also names our messages."""
    security: SmtpSecurity = SmtpSecurity.STARTTLS
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    """Own CA of the mail server; None: the machine's."""
    limit_s: float = 10.0
    """Hard limit of one message from connecting to the answer, in real seconds."""

    def __post_init__(self) -> None:
        """Refuse what could never send."""
        if self.sender.count("@") != 1 or not self.sender.isprintable() or " " in self.sender:
            raise InputError(
                Problem(
                    code="CFG-023",
                    where="mail sender",
                    found=shown(self.sender),
                    allowed="one plain address, such as mimamori@city.example",
                    do="set the address that mail shall come from",
                )
            )
        if (self.username is None) != (self.password is None):
            raise InputError(
                Problem(
                    code="CFG-021",
                    where="mail username and password",
                    found="one without the other",
                    allowed="both, or neither",
                    do="set the missing one",
                )
            )


SECRET_CHARACTERS = 32
"""Shortest secret of webhooks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookConfig:
    """How signed requests go out."""

    secret: str = field(repr=False)
    """What receivers check signatures with; at least `SECRET_CHARACTERS` long."""
    allowed_hosts: tuple[str, ...] = ()
    """Hosts in our own networks that requests may go to, and by http."""
    limit_s: float = 5.0
    """Hard limit of one request from the look-up to the end of the answer, in real seconds."""

    def __post_init__(self) -> None:
        """Refuse a secret that can be guessed."""
        if len(self.secret) < SECRET_CHARACTERS:
            raise InputError(
                Problem(
                    code="CFG-025",
                    where="webhook secret",
                    found=f"{len(self.secret)} characters",
                    allowed=f"at least {SECRET_CHARACTERS}",
                    do="write a random one into the file, such as by `openssl rand -hex 32`",
                )
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertingConfig:
    """How alerting tells people."""

    base_url: str
    """Where people reach the pages, such as https://mimamori.city.example; links begin with it."""

    def __post_init__(self) -> None:
        """Refuse what is not the beginning of a link."""
        parts = urlsplit(self.base_url)
        is_plain = not (parts.query or parts.fragment or parts.username)
        if parts.scheme not in ("http", "https") or not parts.hostname or not is_plain:
            raise InputError(
                Problem(
                    code="CFG-022",
                    where="base URL",
                    found=shown(self.base_url),
                    allowed="http(s)://host[:port][/path]",
                    do="set the address under which people open the pages",
                )
            )
