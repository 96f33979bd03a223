"""What JSON allows and we do not: a field given twice, deep nesting, text that is no text."""

from __future__ import annotations

import json
import re

from domain.errors import InputError, Problem, shown

MOST_DEPTH = 32
"""Deepest nesting; our own messages need three levels."""
_TEXT = re.compile(rb'"(?:[^"\\]|\\.)*"')


def require_strict(raw: bytes, *, where: str) -> None:
    """Refuse what a JSON parser takes silently.

    Costs much more than decoding: call it only for bytes that are not exactly what our own encoder
    writes, after they have been decoded once.

    Raises:
        InputError: MQT-011 a field stands twice in one object, MQT-013 nested too deeply, MQT-014
            text that is not Unicode.
    """
    if _depth(raw) > MOST_DEPTH:
        raise too_deep(where)
    names: list[str] = []

    def note(pairs: list[tuple[str, object]]) -> None:
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                names.append(name)
            seen.add(name)

    try:
        # Numbers stay text: a long one would take time, and they are not looked at.
        json.loads(
            raw.decode("utf-8"),
            strict=False,
            object_pairs_hook=note,
            parse_int=str,
            parse_float=str,
            parse_constant=str,
        )
    except ValueError as error:  # in a field that the decoder has passed over
        raise _problem("MQT-014", where, "text that is not Unicode", "text in UTF-8") from error
    if names:
        allowed = "each field once: which one is meant nobody can tell"
        raise _problem("MQT-011", where, f"field {shown(names[0])} twice", allowed)


def too_deep(where: str) -> InputError:
    """Return the error for nesting beyond `MOST_DEPTH`."""
    return _problem("MQT-013", where, "deeply nested brackets", f"at most {MOST_DEPTH} levels")


def is_bad_text(error: Exception) -> bool:
    """Tell whether a decoder failed on text that is not Unicode: bad UTF-8 or a lone surrogate."""
    if isinstance(error, UnicodeDecodeError):
        return True
    text = str(error)
    return any(word in text for word in ("utf-8", "surrogate", "hex escape"))


def _depth(raw: bytes) -> int:
    deepest = depth = 0
    for byte in _TEXT.sub(b"", raw):
        if byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest


def _problem(code: str, where: str, found: str, allowed: str) -> InputError:
    do = "send what docs/reference/wire.md describes; it is kept in quarantine"
    return InputError(Problem(code=code, where=where, found=found, allowed=allowed, do=do))
