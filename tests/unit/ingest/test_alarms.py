"""Forged messages are a matter of security: once per gateway and hour, for its home."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.errors import Problem
from domain.finding import Cause, Finding, Kind, Phase, Reason
from domain.ids import GatewayId
from domain.quantity import Lane
from ingest.admission import admit
from ingest.alarms import alarms
from messaging.keys import derive, sign
from messaging.topics import up_lane
from storage.journal.quarantine import Quarantined
from storage.journal.sqlite import Journal
from tests.support.wire import GATEWAY, HOME, MASTER, NOON, arrived, gateway, head, keyring, motion

KNOWN = {GATEWAY: gateway()}


def kept(
    code: str = "MQT-019", *, minutes: int = 20, sender: str = GATEWAY, topic: str | None = None
) -> Quarantined:
    """Return a message in quarantine."""
    return Quarantined(
        received_at=NOON + timedelta(minutes=minutes),
        topic=up_lane(GatewayId(sender), Lane.NORMAL) if topic is None else topic,
        problem=Problem(code=code, where="here", found="this", allowed="that", do="so"),
        payload=b"",
    )


@pytest.mark.parametrize("code", ["MQT-002", "MQT-019"])
def test_a_forged_message_is_a_technical_matter_of_the_home(code: str) -> None:
    """It names the gateway that the topic claims."""
    assert alarms([kept(code)], KNOWN) == [
        Finding(
            home=HOME,
            cause=Cause.GATEWAY_FORGED,
            phase=Phase.BEGUN,
            reason=Reason.WRONG_SIGNATURE,
            began_at=NOON,
            found_at=NOON + timedelta(minutes=20),
            service=GATEWAY,
        )
    ]
    assert Cause.GATEWAY_FORGED.kind is Kind.TECHNICAL


def test_a_flood_is_one_finding_an_hour() -> None:
    """Also when it comes in many batches: the key is the same."""
    first = alarms([kept(minutes=minute) for minute in range(59)], KNOWN)
    again = alarms([kept(minutes=59)], KNOWN)
    next_hour = alarms([kept(minutes=60)], KNOWN)

    assert len(first) == 1
    assert first[0].key == again[0].key != next_hour[0].key


def test_each_gateway_has_its_own() -> None:
    """In order of time."""
    other = GatewayId("gateway-two")
    known = {**KNOWN, other: gateway(other)}

    found = alarms([kept(minutes=70, sender=other), kept(), kept()], known)

    assert [finding.service for finding in found] == [GATEWAY, other]


@pytest.mark.parametrize(
    "item",
    [
        kept("MQT-012"),
        kept("MQT-021"),
        kept(sender="stranger"),
        kept(topic="mimamori/v9/x"),
        replace(kept(), received_at=NOON - timedelta(days=900)),
    ],
)
def test_what_any_stranger_could_make_up_alarms_nobody(item: Quarantined) -> None:
    """Other codes, gateways that are not known or stand nowhere, other topics."""
    assert alarms([item], KNOWN) == []


def test_what_admission_keeps_leads_to_a_finding(journal: Journal) -> None:
    """Both ways of forging, through the real admission."""
    body = b"%b\n[%b]" % (head(), motion(NOON))
    stranger = sign(body, derive(MASTER, GatewayId("gateway-two"), 1))
    foreign = sign(
        b"%b\n[%b]" % (head(gateway='"gateway-two"'), motion(NOON)), derive(MASTER, GATEWAY, 1)
    )
    admit(journal, keyring(), [arrived(stranger), arrived(foreign)])

    found = alarms(journal.quarantined(), KNOWN)

    assert [(finding.cause, finding.home) for finding in found] == [(Cause.GATEWAY_FORGED, HOME)]
