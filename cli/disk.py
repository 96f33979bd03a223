"""How full the disk of the stores is and what follows: whether to tell, and what of the reserve."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cli.check import Check, Health
from domain.finding import Phase

LITTLE_SHARE = 0.20
"""Of the disk; with less room somebody should look soon."""
TOO_LITTLE_SHARE = 0.10
"""With less room people are told."""
ENOUGH_SHARE = 0.15
"""With so much room it is over: more than where it begins, so that nothing flutters."""
LITTLE_BYTES = 1 << 30
"""A month of a dozen homes takes far less; below it a disk is nearly full anyway."""
LARGEST_PART = 20
"""The reserve takes a twentieth of the disk at most."""
GIVEN_AT = 4
"""The reserve goes while a fourth of its size is free yet: commits shall not fail first."""
MADE_AT = 2
"""It comes back when twice its size is free: made, it leaves more room than where it goes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What a disk has, in bytes."""

    total: int
    """Used and free, as `df` counts: without what the system keeps for root."""
    free: int

    @property
    def free_share(self) -> float:
        """Part of the disk that is free, 0 to 1; 1 where the disk does not say its size."""
        return self.free / self.total if self.total else 1.0


class Step(StrEnum):
    """What to do with the reserve."""

    LEAVE = "leave"
    MAKE = "make"
    GIVE = "give"
    """Remove it: its room is needed, or it shall not be there."""


def reserve_size(room: Room, *, wanted: int) -> int:
    """Return of how many bytes a reserve is made, where `wanted` are set: no great part of it."""
    return min(wanted, room.total // LARGEST_PART)


def reserve_step(room: Room, *, wanted: int, kept: int) -> Step:
    """Decide about the reserve, of which `kept` bytes are there, where `wanted` are set.

    One that is there stays as it is: the size of some disks wavers.
    """
    if kept > wanted or room.free < kept // GIVEN_AT:
        return Step.GIVE
    size = reserve_size(room, wanted=wanted)
    if size and not kept and room.free >= MADE_AT * size:
        return Step.MAKE
    return Step.LEAVE


def news(room: Room, *, wanted: int, kept: int, is_told: bool) -> Phase | None:
    """Return what people have to be told, None when nothing is new.

    What the reserve gave is no room: it has to come back.
    """
    missing = max(0, reserve_size(room, wanted=wanted) - kept)
    left = Room(total=room.total, free=max(0, room.free - missing)).free_share
    if is_told:
        return Phase.RECOVERED if left >= ENOUGH_SHARE else None
    return Phase.BEGUN if left < TOO_LITTLE_SHARE else None


def check(room: Room, where: str) -> Check:
    """Say how a disk stands."""
    found = f"{room.free / (1 << 30):.1f} GiB free at {where}, {room.free_share:.0%} of the disk"
    if room.free_share < TOO_LITTLE_SHARE:
        health = Health.BAD
    elif room.free_share < LITTLE_SHARE or room.free < LITTLE_BYTES:
        health = Health.WARNING
    else:
        return Check(name="Disk", health=Health.GOOD, found=found)
    do = "make room: a full disk stops receipts"
    return Check(name="Disk", health=health, found=found, do=do)
