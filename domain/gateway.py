"""A gateway as those know it who read what it sent: its keys, its sensors, where it stood when."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import datetime

from domain.ids import GatewayId, HomeId, MunicipalityId, SensorId


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """One stretch of one thing in one home; `valid_to` None: until further notice."""

    home: HomeId
    valid_from: datetime
    valid_to: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownGateway:
    """What ingest knows of one gateway."""

    id: GatewayId
    municipality: MunicipalityId
    key_generations: tuple[int, ...]
    """Generations of its key that are valid now, newest first: two during a rotation."""
    is_revoked: bool
    placements: tuple[Placement, ...]
    """By `valid_from`, oldest first; never empty for a commissioned gateway."""
    sensors: dict[SensorId, bool] = field(default_factory=dict)
    """Its sensors, and whether each hangs at the entrance."""

    @property
    def commissioned_at(self) -> datetime | None:
        """The beginning of its first placement."""
        return self.placements[0].valid_from if self.placements else None

    def home_at(self, instant: datetime) -> HomeId | None:
        """Return the home it stood in at `instant`, None outside every placement."""
        index = bisect_right([place.valid_from for place in self.placements], instant) - 1
        if index < 0:
            return None
        place = self.placements[index]
        ended = place.valid_to is not None and instant >= place.valid_to
        return None if ended else place.home
