"""Guessing from names in recordings: which room is meant, and which door is the entrance."""

from __future__ import annotations

import re

_WORD_BORDER = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[^\w]+|_+")
_SAME_ROOM = {
    "entry": "entrance",
    "genkan": "entrance",
    "hallway": "hall",
    "living": "living_room",
    "lounge": "living_room",
    "livingroom": "living_room",
    "bed": "bedroom",
    "bath": "bathroom",
}
_ENTRANCE_NAMES = ("outsidedoor", "frontdoor", "entry", "entrance", "maindoor", "hallfront")


def room_key(room: str) -> str:
    """Return a room's name as a key: `LivingRoom` and `Living` both become `living_room`.

    An unknown room keeps its own words, an empty name stays empty.
    """
    key = "_".join(word.lower() for word in _WORD_BORDER.split(room) if word)
    return _SAME_ROOM.get(key, key)


def looks_like_entrance(name: str, room: str) -> bool:
    """Tell whether the name or the room of a door says that it leads outside."""
    joined = "".join(word.lower() for word in _WORD_BORDER.split(f"{name} {room}") if word)
    return any(known in joined for known in _ENTRANCE_NAMES)
