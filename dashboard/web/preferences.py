"""How a reader wants pages to look: kept in a cookie, because it belongs to the device."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self, TypeVar

from dashboard.config import LANGUAGES

E = TypeVar("E", bound=StrEnum)

COOKIE = "mimamori_settings"
KEPT_S = 400 * 24 * 3600
"""Seconds; browsers keep no cookie longer."""


class Theme(StrEnum):
    """Colours."""

    LIGHT = "light"
    DARK = "dark"
    BLUE = "blue"
    """Yellow on blue, which some people with low vision read best."""


class Size(StrEnum):
    """Letters."""

    NORMAL = "normal"
    LARGE = "large"
    LARGEST = "largest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """What was chosen on this device."""

    language: str | None = None
    """None: not chosen."""
    theme: Theme = Theme.LIGHT
    size: Size = Size.NORMAL

    @classmethod
    def parse(cls, cookie: str) -> Self:
        """Read a cookie of any content; what is not understood is as if not chosen."""
        given = dict(part.split("-", 1) for part in cookie.split(".")[:8] if "-" in part)
        return cls(
            language=given.get("language") if given.get("language") in LANGUAGES else None,
            theme=_member(Theme, given.get("theme"), Theme.LIGHT),
            size=_member(Size, given.get("size"), Size.NORMAL),
        )

    def cookie(self) -> str:
        """Return the cookie that `parse` reads."""
        parts = [f"theme-{self.theme}", f"size-{self.size}"]
        if self.language is not None:
            parts.append(f"language-{self.language}")
        return ".".join(parts)


def _member(kind: type[E], text: str | None, default: E) -> E:
    return kind(text) if text in set(kind) else default
