"""The MQTT topics: built and read in one place, never holding anything personal.

The forms::

    mimamori/v1/{gateway}/up/{normal|urgent|status}
    mimamori/v1/{gateway}/down/{receipt|command}
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from domain.errors import InputError, Problem, shown
from domain.ids import GatewayId, is_id
from domain.quantity import Lane

ROOT = "mimamori"
VERSION = "v1"
TESTERS = (GatewayId("selftest-a"), GatewayId("selftest-b"))
"""Who tries the broker's access list out; what they say is for the test only."""
_LEVELS = 5
MOST_TOPICS = 30_000
"""Topics whose meaning is remembered: three for each of 10,000 gateways."""
PROBE = f"{ROOT}/{VERSION}/ingest/up/probe"
"""What ingest says to itself through the broker, to know that it hears; no gateway has this id."""
UP_FILTER = f"{ROOT}/+/+/up/#"
"""What ingest subscribes to: also versions and endings it does not know, to refuse them by name."""


class Up(StrEnum):
    """What a gateway sends."""

    NORMAL = "normal"
    URGENT = "urgent"
    STATUS = "status"


class Down(StrEnum):
    """What a gateway is sent."""

    RECEIPT = "receipt"
    COMMAND = "command"


@dataclass(frozen=True, slots=True, kw_only=True)
class UpTopic:
    """A topic that a gateway publishes to."""

    gateway: GatewayId
    up: Up


def up(gateway: GatewayId, what: Up) -> str:
    """Return the topic on which a gateway publishes."""
    return f"{ROOT}/{VERSION}/{gateway}/up/{what}"


def up_lane(gateway: GatewayId, lane: Lane) -> str:
    """Return the topic of a gateway's lane."""
    return up(gateway, Up(lane.value))


def down(gateway: GatewayId, what: Down) -> str:
    """Return the topic on which a gateway is spoken to."""
    return f"{ROOT}/{VERSION}/{gateway}/down/{what}"


def down_filter(gateway: GatewayId) -> str:
    """Return what a gateway subscribes to."""
    return f"{ROOT}/{VERSION}/{gateway}/down/#"


def is_down(topic: str) -> bool:
    """Tell whether we ourselves publish on this topic."""
    parts = topic.split("/")
    return len(parts) == _LEVELS and parts[:2] == [ROOT, VERSION] and parts[3] == "down"


@lru_cache(MOST_TOPICS)
def parse_up(topic: str) -> UpTopic:
    """Read a topic that a gateway published to.

    Raises:
        InputError: MQT-001 for a wrong form or version, MQT-003 for an impossible gateway id.
    """
    parts = topic.split("/")
    if len(parts) != _LEVELS or parts[0] != ROOT or parts[1] != VERSION or parts[3] != "up":
        raise InputError(_form(topic))
    if parts[4] not in set(Up):
        raise InputError(_form(topic))
    if not is_id(parts[2]):
        raise InputError(
            Problem(
                code="MQT-003",
                where=f"topic {shown(topic)}",
                found=f"gateway id {shown(parts[2])}",
                allowed="3 to 32 of a-z, 0-9 and -",
                do="use the id that `mimamori gateway add` printed",
            )
        )
    return UpTopic(gateway=GatewayId(parts[2]), up=Up(parts[4]))


def _form(topic: str) -> Problem:
    return Problem(
        code="MQT-001",
        where=f"topic {shown(topic)}",
        found="not a topic of this system",
        allowed=f"{ROOT}/{VERSION}/GATEWAY/up/normal, urgent or status",
        do="correct the topic or update the gateway",
    )
