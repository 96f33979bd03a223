"""Refusals: where an access may not come at all, beside `reach`, which narrows what it finds."""

from __future__ import annotations

from domain.access import Access, Role
from domain.errors import InputError, Problem
from domain.ids import MunicipalityId


def require_system(access: Access) -> None:
    """Refuse everybody but our own services.

    Raises:
        InputError: ACC-001 when a person asks.
    """
    if access.role is not Role.SYSTEM:
        raise _refused(f"role {access.role.value}", "our own services only")


def require_municipality(access: Access, municipality: MunicipalityId) -> None:
    """Refuse whoever belongs to another municipality.

    Raises:
        InputError: ACC-001 when it is another one.
    """
    if access.municipality not in (None, municipality):
        raise _refused(f"a {access.role.value} of another municipality", "one's own municipality")


def refuse(access: Access, allowed: str) -> InputError:
    """Return the refusal of a role that may see, but not do this."""
    return _refused(f"role {access.role.value}", allowed)


def _refused(found: str, allowed: str) -> InputError:
    do = "report it as a defect: no page may come here"
    return InputError(
        Problem(code="ACC-001", where="register", found=found, allowed=allowed, do=do)
    )
