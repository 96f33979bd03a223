"""Which quarantined messages are a matter of security, and whose: findings, no I/O.

A stranger who sends in a gateway's name cannot make anybody believe him, and cannot flood us with
cases either: there is at most one finding per gateway and hour, told apart by its key alone, so it
is the same after a restart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from domain.errors import InputError
from domain.finding import Cause, Finding, Phase, Reason
from domain.gateway import KnownGateway
from domain.ids import GatewayId
from messaging.topics import parse_up
from storage.journal.quarantine import Quarantined

FORGED = frozenset({"MQT-002", "MQT-019"})
"""Signed for another gateway or lane than the topic says; not signed with the gateway's key."""
ONE_PER = timedelta(hours=1)


def alarms(
    kept: Iterable[Quarantined], gateways: Mapping[GatewayId, KnownGateway]
) -> list[Finding]:
    """Return the findings that a batch of quarantined messages asks for, oldest first.

    Args:
        kept: What was put into quarantine; whatever is no matter of security is passed over.
        gateways: The known gateways. One that is unknown, or stands nowhere, is nobody's matter:
            any stranger could make it up.

    Returns:
        At most one finding for each gateway that a topic claims and each hour. `findings.append`
        passes over those that were there before.
    """
    found: dict[str, Finding] = {}
    for item in kept:
        finding = _alarm(item, gateways) if item.problem.code in FORGED else None
        if finding is not None:
            found.setdefault(finding.key, finding)
    return sorted(found.values(), key=lambda finding: (finding.began_at, finding.key))


def _alarm(item: Quarantined, gateways: Mapping[GatewayId, KnownGateway]) -> Finding | None:
    try:
        claimed = parse_up(item.topic).gateway
    except InputError:
        return None
    gateway = gateways.get(claimed)
    home = None if gateway is None else gateway.home_at(item.received_at)
    if home is None:
        return None
    return Finding(
        home=home,
        cause=Cause.GATEWAY_FORGED,
        phase=Phase.BEGUN,
        reason=Reason.WRONG_SIGNATURE,
        began_at=_hour(item.received_at),
        found_at=item.received_at,
        service=claimed,
    )


def _hour(instant: datetime) -> datetime:
    """Return the beginning of the instant's hour: all through it the finding is the same."""
    return instant - (instant - datetime.min.replace(tzinfo=instant.tzinfo)) % ONE_PER
