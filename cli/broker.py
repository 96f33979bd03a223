"""What an embedded broker is, and who may speak and hear where on it."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from domain.errors import InputError, Problem
from messaging.topics import PROBE, TESTERS

LOOPBACK = "127.0.0.1"
MQTT_PORT = 1883
PLAYER = "player"
"""User of the simulators at the simulated homes' broker."""
INGEST = "ingest"
SPEAKER = "speaker"
"""User that tells a gateway what the operator wants; in the password file while it does."""
TEST_PROBE = "selftest-probe"
"""User that hears and answers the testers, as ingest does real gateways."""


class Way(StrEnum):
    """What a client does with a topic."""

    WRITE = "write"
    READ = "read"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRules:
    """Who may do what: denied unless allowed, by the authenticated name."""

    mosquitto: str
    """The rules as a Mosquitto access list."""
    allows: Callable[[str, Way, str], bool]
    """The same rules: (user, way, topic or filter) -> allowed."""


class Broker(Protocol):
    """An embedded broker on the loopback."""

    @property
    def port(self) -> int:
        """TCP port on the loopback."""

    @property
    def is_running(self) -> bool:
        """Whether it lives."""

    async def start(self, passwords: Mapping[str, str]) -> None:
        """Start; returns when connections are accepted."""

    async def stop(self) -> None:
        """Stop cleanly."""


def require_free(port: int) -> None:
    """Refuse a port that is taken, before anything is prepared for it.

    Raises:
        InputError: SRV-003.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            raise InputError(
                Problem(
                    code="SRV-003",
                    where=f"port {port}",
                    found=error.strerror or "cannot be had",
                    allowed="a port that nobody else uses",
                    do="choose another with --port, or stop what uses it",
                )
            ) from error


def free_port() -> int:
    """Return a TCP port of the loopback that is free now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _city_allows(user: str, way: Way, topic: str) -> bool:
    if user in {TEST_PROBE, SPEAKER, *TESTERS}:
        return False  # for Mosquitto only
    if user == INGEST:
        is_down = topic.startswith("mimamori/v1/") and "/down/" in topic
        return topic.startswith("mimamori/") if way is Way.READ else is_down or topic == PROBE
    branch = "up" if way is Way.WRITE else "down"
    return topic.startswith(f"mimamori/v1/{user}/{branch}/")


def _homes_allow(user: str, way: Way, topic: str) -> bool:
    del way
    return topic.startswith("local/" if user == PLAYER else f"local/{user}/")


CITY = AccessRules(
    mosquitto="""\
user ingest
topic read mimamori/#
topic write mimamori/v1/+/down/+
topic write mimamori/v1/ingest/up/probe

user speaker
topic write mimamori/v1/+/down/command

user selftest-probe
topic read mimamori/v1/selftest-a/up/#
topic read mimamori/v1/selftest-b/up/#
topic write mimamori/v1/selftest-a/down/+
topic write mimamori/v1/selftest-b/down/+

pattern write mimamori/v1/%u/up/#
pattern read mimamori/v1/%u/down/#
""",
    allows=_city_allows,
)
"""The city's broker: a gateway reaches its own topics only."""
HOMES = AccessRules(
    mosquitto="""\
user player
topic readwrite local/#
pattern readwrite local/%u/#
""",
    allows=_homes_allow,
)
"""One broker that stands for those of many simulated homes: each gateway hears its own."""
