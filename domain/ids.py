"""Names that the house gives: random, opaque, safe in an MQTT topic, never personal."""

from __future__ import annotations

import base64
import re
import secrets
from typing import NewType

MunicipalityId = NewType("MunicipalityId", str)
HomeId = NewType("HomeId", str)
ResidentId = NewType("ResidentId", str)
GatewayId = NewType("GatewayId", str)
SensorId = NewType("SensorId", str)
UserId = NewType("UserId", str)
CaseId = NewType("CaseId", str)
EpisodeId = NewType("EpisodeId", str)
NotificationId = NewType("NotificationId", str)
ContactId = NewType("ContactId", str)

PATTERN = re.compile(r"[a-z0-9-]{3,32}")
"""What an id may look like; no wildcard, slash, `$`, control or non-ASCII character can pass."""


def new_id() -> str:
    """Make a random 128-bit id of 26 characters; never the same twice, says nothing."""
    return base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower()


def is_id(text: str) -> bool:
    """Tell whether `text` may be used as an id."""
    return PATTERN.fullmatch(text) is not None
