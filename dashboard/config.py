"""Settings of the dashboard, each with unit, default and reason."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from domain.errors import InputError, Problem, shown
from domain.zones import zone_named

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
    has_switch: bool = True
    """Whether a switch outside is set; where not, pages say so."""
    watched_services: tuple[str, ...] = ("ingest", "projector", "anomaly", "alerting")
    """Services without whose progress a page knows nothing new and says so."""

    def __post_init__(self) -> None:
        """Refuse what would send a session in the clear, and what is not of its form.

        Raises:
            InputError: CFG-020.
        """
        url = urlsplit(self.public_url)
        if self.public_url and (url.scheme not in {"http", "https"} or not url.hostname):
            raise _wrong("public_url", self.public_url, "a URL such as https://mimamori.example.jp")
        if url.scheme == "http" and url.hostname not in {"127.0.0.1", "localhost", "::1"}:
            raise _wrong("public_url", self.public_url, "https, except on this machine itself")
        if self.default_language not in LANGUAGES:
            raise _wrong("default_language", self.default_language, " or ".join(LANGUAGES))
        if zone_named(self.time_zone) is None:
            raise _wrong("time_zone", self.time_zone, "an IANA zone such as Asia/Tokyo")

    @property
    def is_https(self) -> bool:
        """Whether browsers come by https; then cookies are `Secure` and named `__Host-`."""
        return urlsplit(self.public_url).scheme == "https"

    @property
    def hosts(self) -> frozenset[str]:
        """Host names that are answered, in lower case without port."""
        named = urlsplit(self.public_url).hostname
        return frozenset({named} if named and self.is_https else LOOPBACK)


def _wrong(name: str, value: str, allowed: str) -> InputError:
    return InputError(
        Problem(
            code="CFG-020",
            where=f"dashboard {name}",
            found=shown(value),
            allowed=f"it is {allowed}",
            do="correct the setting and start again",
        )
    )
