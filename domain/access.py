"""Who asks, and how far they may see: the value that every query takes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain.ids import MunicipalityId, UserId


class Role(StrEnum):
    """What a person is here for; SYSTEM is one of our own services."""

    ADMINISTRATOR = "administrator"
    CASEWORKER = "caseworker"
    FAMILY = "family"
    TECHNICIAN = "technician"
    AUDITOR = "auditor"
    SYSTEM = "system"


class Scope(StrEnum):
    """How far a query may reach."""

    EVERYTHING = "everything"
    """All municipalities: our own services only."""
    MUNICIPALITY = "municipality"
    ASSIGNED = "assigned"
    """Homes that are assigned to the user today."""
    OWN = "own"
    """The one resident who agreed to it (family)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Who asks, as what, and how far."""

    actor: str
    """User id, or the name of a service such as `anomaly`."""
    role: Role
    scope: Scope
    municipality: MunicipalityId | None
    """None only for a service that serves all municipalities."""

    @property
    def sees_people(self) -> bool:
        """Whether names, addresses and notes may be decrypted for this access."""
        return self.role in (Role.CASEWORKER, Role.FAMILY, Role.SYSTEM)


def service(name: str) -> Access:
    """Return the access of one of our own services, which serves every municipality."""
    return Access(actor=name, role=Role.SYSTEM, scope=Scope.EVERYTHING, municipality=None)


def of_user(user: UserId, role: Role, municipality: MunicipalityId) -> Access:
    """Return what a signed-in person may reach.

    Administrators and auditors reach their municipality (without names), caseworkers and
    technicians the homes assigned to them, family the resident who agreed.

    Raises:
        ValueError: `role` is SYSTEM, which no person has.
    """
    match role:
        case Role.ADMINISTRATOR | Role.AUDITOR:
            scope = Scope.MUNICIPALITY
        case Role.CASEWORKER | Role.TECHNICIAN:
            scope = Scope.ASSIGNED
        case Role.FAMILY:
            scope = Scope.OWN
        case Role.SYSTEM:
            msg = "a person cannot have the role SYSTEM"
            raise ValueError(msg)
    return Access(actor=user, role=role, scope=scope, municipality=municipality)
