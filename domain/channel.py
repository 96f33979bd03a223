"""The ways to tell a person."""

from __future__ import annotations

from enum import StrEnum


class Channel(StrEnum):
    """A way to tell a person."""

    EMAIL = "email"
    WEBHOOK = "webhook"
    """A signed HTTP request to a program of the city's."""
    APPRISE = "apprise"
    """Whatever Apprise knows: an extra, never the only way."""
