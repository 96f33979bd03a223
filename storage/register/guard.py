"""The other guard beside `reach`: tables that belong to our own services alone."""

from __future__ import annotations

from domain.access import Access, Role
from domain.errors import InputError, Problem


def require_system(access: Access) -> None:
    """Refuse everybody but our own services.

    Raises:
        InputError: ACC-001 when a person asks.
    """
    if access.role is Role.SYSTEM:
        return
    raise InputError(
        Problem(
            code="ACC-001",
            where="register",
            found=f"role {access.role.value}",
            allowed="our own services only",
            do="report it as a defect: no page may come here",
        )
    )
