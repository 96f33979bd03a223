"""Telling people of what is wrong with the system itself: a technical finding of no home."""

from __future__ import annotations

import logging
from datetime import datetime

from domain.access import Access
from domain.finding import Cause, Finding, Phase, Reason
from storage.register import findings
from storage.signals import Log
from storage.stores import Stores

log = logging.getLogger(__name__)


async def tell(
    stores: Stores,
    access: Access,
    service: str,
    phase: Phase,
    reason: Reason,
    *,
    now: datetime,
    began_at: datetime | None = None,
) -> bool:
    """Write the finding and nudge whoever follows findings. `began_at` None: it began now.

    Returns:
        Whether that worked; if not it is logged, and may be tried again later.
    """
    finding = Finding(
        home=None,
        cause=Cause.SERVICE_FAILED,
        phase=phase,
        reason=reason,
        began_at=began_at or now,
        found_at=now,
        service=service,
    )
    try:
        await stores.register.write(lambda c: findings.append(c, access, finding))
    except Exception:
        log.exception("cannot tell of a service", extra={"service": service})
        return False
    stores.signals.notify(Log.FINDING)
    return True
