"""The built scripts and styles: read once at start, served by exact name, so no path can escape."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

STATIC = Path(__file__).parent.parent / "static"
_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One file as it is served."""

    content: bytes
    media_type: str
    is_immutable: bool
    """Whether its name changes with its content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assets:
    """All files, and the entries by their plain names."""

    files: Mapping[str, Asset] = field(default_factory=dict)
    entries: Mapping[str, str] = field(default_factory=dict)
    """`app.js` to `app-2XK4Q7NB.js`."""

    @classmethod
    def read(cls, folder: Path = STATIC) -> Self:
        """Read the folder; without a build there are none, and pages work without them."""
        manifest = folder / "manifest.json"
        if not manifest.exists():
            _LOG.warning("the front end is not built: pages have no styles and are not live")
            return cls()
        entries = json.loads(manifest.read_text("utf-8"))
        hashed = set(entries.values())
        files = {
            path.name: Asset(
                content=path.read_bytes(),
                media_type=_TYPES[path.suffix],
                is_immutable=path.name in hashed,
            )
            for path in sorted(folder.iterdir())
            if path.suffix in _TYPES
        }
        return cls(files=files, entries=entries)

    def url(self, entry: str) -> str | None:
        """Return the address of an entry, None when it is not built."""
        name = self.entries.get(entry)
        return None if name is None else f"/static/{name}"
