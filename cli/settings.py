"""The operator's settings: one TOML file in the data folder; every key is known and checked."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import msgspec

from alerting.config import MailConfig, SmtpSecurity, WebhookConfig
from cli.secrets import first_line
from cli.watching_settings import WatchingSettings
from dashboard.config import Settings as DashboardSettings
from domain.errors import InputError, Problem
from storage.journal.retention import KEPT

FILE = "mimamori.toml"
MOST_PORT = 65_535


class MailSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where notifications go by mail."""

    host: str
    port: int = 587
    sender: str
    security: SmtpSecurity = SmtpSecurity.STARTTLS
    username: str | None = None
    password_file: Path | None = None
    """Mode 0600; the password is its first line."""
    bounces: Path | None = None
    """A maildir to which the mail server writes what comes back; None: it is handed over."""

    def config(self) -> MailConfig:
        """Return what alerting takes.

        Raises:
            InputError: SEC-001, SEC-003, CFG-023, CFG-021.
        """
        password = None
        if self.password_file is not None:
            password = first_line(self.password_file)
        return MailConfig(
            host=self.host,
            port=self.port,
            sender=self.sender,
            security=self.security,
            username=self.username,
            password=password,
        )


class WebhookSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How notifications go to programs of the city's."""

    secret_file: Path
    """Mode 0600; the secret is its first line."""
    allowed_hosts: tuple[str, ...] = ()
    """Hosts in our own networks that may be told, also by http."""

    def config(self) -> WebhookConfig:
        """Return what alerting takes.

        Raises:
            InputError: SEC-001, SEC-003, CFG-025.
        """
        secret = first_line(self.secret_file)
        return WebhookConfig(secret=secret, allowed_hosts=self.allowed_hosts)


class AppriseSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ways that the library Apprise knows, as an extra."""

    enabled: bool = False


class PageSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where people reach the pages."""

    port: int = 8080
    public_url: str = ""
    """Empty: this machine only, over http."""
    language: str = "ja"

    @property
    def base_url(self) -> str:
        """What links in mails begin with."""
        return self.public_url or f"http://127.0.0.1:{self.port}"

    def settings(self, *, has_switch: bool = True) -> DashboardSettings:
        """Return what the dashboard takes."""
        return DashboardSettings(
            port=self.port,
            public_url=self.public_url,
            default_language=self.language,
            has_switch=has_switch,
        )


class BrokerSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The city's broker, and the door through which homes reach it."""

    port: int = 1883
    """On 127.0.0.1, in clear: for ingest."""
    public_host: str = ""
    """Name under which gateways in homes find the broker; empty: no door for them."""
    public_port: int = 8883
    public_address: str = ""
    """Address that the door listens on; empty: all of this machine."""
    embedded: bool = True
    """False: somebody else runs Mosquitto from the files in the data folder."""
    certificate: Path | None = None
    """An operator's own, with the chain; None: ours."""
    key: Path | None = None
    authority: Path | None = None
    """What gateways believe instead of our own authority."""

    def __post_init__(self) -> None:
        """Refuse what could never work: the error names the setting."""
        own = (self.certificate, self.key, self.authority)
        if any(own) and not all(own):
            raise ValueError("broker.certificate, broker.key and broker.authority go together")
        if len(self.public_host.split()) > 1 or "/" in self.public_host:
            raise ValueError("broker.public_host is a host name or an address")
        for port in (self.port, self.public_port):
            if not 1 <= port <= MOST_PORT:
                raise ValueError(f"a port is 1 to {MOST_PORT}, not {port}")


class JournalSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The journal, from which everything else can be built anew."""

    kept_days: Annotated[int, msgspec.Meta(ge=8, le=3650)] = KEPT.days
    """Gateways keep seven days themselves: what they may send again has to be known here."""

    @property
    def kept(self) -> timedelta:
        """How long envelopes stay."""
        return timedelta(days=self.kept_days)


class DiskSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The disk of the stores."""

    reserve_mb: Annotated[int, msgspec.Meta(ge=0, le=65_536)] = 64
    """MiB kept for the day on which it is full; 0: none."""

    @property
    def reserve_bytes(self) -> int:
        """The same in bytes."""
        return self.reserve_mb << 20


class OperatorSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that an operator may set."""

    mail: MailSettings | None = None
    """None: cases open and messages wait; `mimamori doctor` says so."""
    webhook: WebhookSettings | None = None
    apprise: AppriseSettings = AppriseSettings()
    page: PageSettings = PageSettings()
    broker: BrokerSettings = BrokerSettings()
    journal: JournalSettings = JournalSettings()
    disk: DiskSettings = DiskSettings()
    watching: WatchingSettings = WatchingSettings()


def _path(wanted: type, value: object) -> Path:
    """Read a path, the one type that TOML does not have."""
    if wanted is Path and isinstance(value, str):
        return Path(value)
    msg = f"expected {wanted.__name__}, got {type(value).__name__}"
    raise msgspec.ValidationError(msg)


def read_settings(folder: Path) -> OperatorSettings:
    """Read `mimamori.toml` of a data folder; without the file everything has its default.

    Raises:
        InputError: CFG-010 not TOML, an unknown key, or a value of a wrong form; CFG-020 a
            language or address of the pages that could never work; CFG-034 a switch.
    """
    path = folder / FILE
    if not path.exists():
        return OperatorSettings()
    try:
        tree = tomllib.loads(path.read_text(encoding="utf-8"))
        settings = msgspec.convert(tree, OperatorSettings, dec_hook=_path)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise InputError(
            Problem(
                code="CFG-010",
                where=str(path),
                found=str(error),
                allowed="the keys of docs/reference/settings.md",
                do="correct the file and start again; what runs goes on with the old one",
            )
        ) from error
    settings.page.settings()
    return settings
