"""Settings of the dashboard, each with unit, default and reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from domain.errors import InputError, Problem, shown

PREFIX = "MIMAMORI_DASHBOARD_"
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
LANGUAGES = ("ja", "en")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How the dashboard is reached and what it says of itself."""

    host: str = "127.0.0.1"
    """Address to listen on; loopback, because a proxy with TLS stands before it in a city."""
    port: int = 8080
    """TCP port to listen on; 0 takes a free one."""
    public_url: str = ""
    """How browsers reach it, such as `https://mimamori.example.jp`; empty: loopback over http."""
    trusted_proxies: str = "127.0.0.1"
    """Comma-separated addresses whose X-Forwarded-For is believed."""
    default_language: str = "ja"
    """For browsers that ask for neither Japanese nor English."""
    time_zone: str = "Asia/Tokyo"
    """Zone of times that belong to no home, such as "as of 14:03"."""
    time_note: str = ""
    """Said on every page when time is not real, such as "60 times as fast as life"."""
    watched_services: tuple[str, ...] = ("projector", "anomaly")
    """Services without whose progress a page knows nothing new and says so."""

    def __post_init__(self) -> None:
        """Refuse what would send a session in the clear."""
        url = urlsplit(self.public_url)
        if self.public_url and (url.scheme not in {"http", "https"} or not url.hostname):
            raise _wrong("PUBLIC_URL", self.public_url, "a URL such as https://mimamori.example.jp")
        if url.scheme == "http" and url.hostname not in {"127.0.0.1", "localhost", "::1"}:
            raise _wrong("PUBLIC_URL", self.public_url, "https, except on this machine itself")
        if self.default_language not in LANGUAGES:
            raise _wrong("DEFAULT_LANGUAGE", self.default_language, " or ".join(LANGUAGES))
        if self.time_zone not in available_timezones():
            raise _wrong("TIME_ZONE", self.time_zone, "an IANA zone such as Asia/Tokyo")

    @property
    def is_https(self) -> bool:
        """Whether browsers come by https; then cookies are `Secure` and named `__Host-`."""
        return urlsplit(self.public_url).scheme == "https"

    @property
    def hosts(self) -> frozenset[str]:
        """Host names that are answered, in lower case without port."""
        named = urlsplit(self.public_url).hostname
        return frozenset({named} if named and self.is_https else LOOPBACK)


def read(environment: Mapping[str, str]) -> Settings:
    """Read the settings from `MIMAMORI_DASHBOARD_…`.

    Raises:
        InputError: CFG-020, a value is not of its form; CFG-003, a name is not known.
    """
    given = {
        name.removeprefix(PREFIX): value
        for name, value in environment.items()
        if name.startswith(PREFIX)
    }
    names = ("HOST", "PORT", "PUBLIC_URL", "TRUSTED_PROXIES", "DEFAULT_LANGUAGE", "TIME_ZONE")
    unknown = sorted(set(given) - set(names))
    if unknown:
        raise InputError(
            Problem(
                code="CFG-003",
                where=PREFIX + unknown[0],
                found="there is no such setting",
                allowed=", ".join(PREFIX + name for name in names),
                do="correct the name or remove it",
            )
        )
    plain = Settings()
    port = given.get("PORT", str(plain.port))
    if not (port.isascii() and port.isdigit() and int(port) < 2**16):
        raise _wrong("PORT", port, "a number from 0 to 65535")
    return Settings(
        host=given.get("HOST", plain.host),
        port=int(port),
        public_url=given.get("PUBLIC_URL", plain.public_url),
        trusted_proxies=given.get("TRUSTED_PROXIES", plain.trusted_proxies),
        default_language=given.get("DEFAULT_LANGUAGE", plain.default_language),
        time_zone=given.get("TIME_ZONE", plain.time_zone),
    )


def _wrong(name: str, value: str, allowed: str) -> InputError:
    return InputError(
        Problem(
            code="CFG-020",
            where=PREFIX + name,
            found=shown(value),
            allowed=f"it is {allowed}",
            do="correct the setting and start again",
        )
    )
