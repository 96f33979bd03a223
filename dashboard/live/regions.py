"""What of a page can change while it is open, and what of it has to be sent anew."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """One element of a page, whole, and, where it has them, its rows one by one."""

    id: str
    """The element's id."""
    html: str
    """The element, its own tag included."""
    rows: Mapping[str, str] = field(default_factory=dict)
    """Elements inside it by their ids, in order; when the same ids stand in the same order, only
    those that differ are sent."""


def changes(before: Sequence[Region] | None, now: Sequence[Region]) -> list[tuple[str, str]]:
    """Return the elements to replace, as id and HTML; `before` None means that all are."""
    known = {region.id: region for region in before or ()}
    return [pair for region in now for pair in _of_region(known.get(region.id), region)]


def digest(regions: Sequence[Region]) -> str:
    """Return a short text that differs when anything on the page differs."""
    whole = hashlib.sha256()
    for region in regions:
        whole.update(f"{len(region.html)}|{region.id}|".encode())
        whole.update(region.html.encode())
    return whole.hexdigest()[:24]


def partials(pairs: Sequence[tuple[str, str]]) -> str:
    """Return the elements as one message for htmx, which keeps focus and scroll (morph)."""
    return "".join(
        f'<hx-partial hx-target="#{target}" hx-swap="outerMorph">{html}</hx-partial>'
        for target, html in pairs
    )


def _of_region(before: Region | None, now: Region) -> Iterator[tuple[str, str]]:
    if before is not None and now.rows and list(before.rows) == list(now.rows):
        for row_id, html in now.rows.items():
            if before.rows[row_id] != html:
                yield row_id, html
    elif before is None or before.html != now.html:
        yield now.id, now.html
