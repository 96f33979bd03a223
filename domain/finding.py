"""A finding: what a detector saw, since when, why, with which evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.ids import HomeId, SensorId


class Kind(StrEnum):
    """Whom a matter is about: the person, or the equipment."""

    RESIDENT = "resident"
    TECHNICAL = "technical"


class Cause(StrEnum):
    """What was seen; one open case per home and cause."""

    INACTIVITY = "inactivity"
    """Silence longer than this home's routine explains."""
    HELP = "help"
    """The help button was pressed."""
    ABSENCE = "absence"
    """Somebody moves in a home in which nobody is expected: is the absence right?"""
    GATEWAY_SILENT = "gateway_silent"
    """Nothing is heard from the home."""
    SENSOR_SILENT = "sensor_silent"
    """One sensor is not heard while the gateway is."""
    GATEWAY_FORGED = "gateway_forged"
    """Somebody spoke in a gateway's name without its key, or a gateway in another's name."""
    SERVICE_FAILED = "service_failed"
    """One of our own services does not move on, or what all of them need runs out."""

    @property
    def kind(self) -> Kind:
        """Whom a case with this cause is about."""
        match self:
            case Cause.INACTIVITY | Cause.HELP | Cause.ABSENCE:
                return Kind.RESIDENT
            case (
                Cause.GATEWAY_SILENT
                | Cause.SENSOR_SILENT
                | Cause.GATEWAY_FORGED
                | Cause.SERVICE_FAILED
            ):
                return Kind.TECHNICAL


class Phase(StrEnum):
    """What a finding says about its condition."""

    BEGUN = "begun"
    """The condition holds from `began_at` on."""
    RECOVERED = "recovered"
    """Evidence that the condition ended at `began_at`; a person still closes the case."""
    CALL = "call"
    """A home has been dark past the instant at which silence would have alarmed: call there."""


class Reason(StrEnum):
    """Why the detector says so; the page turns it into a sentence."""

    SILENCE_PAST_DEADLINE = "silence_past_deadline"
    """No activity up to the watermark, past the learned deadline."""
    SILENCE_PAST_CAP = "silence_past_cap"
    """As before; too little history for a routine, so the fixed cap was used."""
    NOT_BACK = "not_back"
    """An absence ended, and there was no movement for the usual time after its end."""
    ABSENT_BUT_MOVEMENT = "absent_but_movement"
    BLIND_PAST_HALF_WAY = "blind_past_half_way"
    """The home went dark when half or more of the way to the deadline was used."""
    BLIND_PAST_DEADLINE = "blind_past_deadline"
    """The home went dark early; its deadline has now passed unseen."""
    BUTTON_PRESSED = "button_pressed"
    BUTTON_ARRIVED_LATE = "button_arrived_late"
    """A press older than 30 min on arrival: was there an emergency?"""
    NOTHING_HEARD = "nothing_heard"
    ACTIVITY_SEEN = "activity_seen"
    HEARD_AGAIN = "heard_again"
    WRONG_SIGNATURE = "wrong_signature"
    """The key is not the gateway's, or what it signed is of another gateway or lane."""
    SERVICE_STOPPED = "service_stopped"
    DISK_NEARLY_FULL = "disk_nearly_full"
    """Of the stores: a full one stops receipts."""
    DISK_HAS_ROOM = "disk_has_room"
    CERTIFICATE_ENDS = "certificate_ends"
    """Of the broker's door: after it no home gets in. Found again the nearer the end is."""
    CERTIFICATE_RENEWED = "certificate_renewed"
    ADDRESS_REFUSED = "address_refused"
    """A person's contact method does not take messages; `service` is its id, never its address."""
    ADDRESS_WORKS = "address_works"
    CHANNEL_DOWN = "channel_down"
    """Messages wait and none is taken over; `service` names the channel."""
    CHANNEL_WORKS = "channel_works"
    TEXT_FAILED = "text_failed"
    """The phrases failed: people were sent the plain text."""
    NOTICE_LOST = "notice_lost"
    """A digest, or news of an absence, reached a person over none of their methods."""
    CLOCK_STEPPED = "clock_stepped"
    """The server's clock was set by a minute or more, or the machine stood still for so long."""
    NOBODY_REACHABLE = "nobody_reachable"
    """A step of an escalation reached nobody: its people are gone, or have no address."""
    CHECK_STOPPED_AT_BROKER = "check_stopped_at_broker"
    """The press of the synthetic home did not reach its mailbox; so far it came."""
    CHECK_STOPPED_AT_INGEST = "check_stopped_at_ingest"
    CHECK_STOPPED_AT_JOURNAL = "check_stopped_at_journal"
    CHECK_STOPPED_AT_ALERTING = "check_stopped_at_alerting"
    CHECK_STOPPED_AT_MAIL = "check_stopped_at_mail"
    CHECK_STOPPED_AT_MAILBOX = "check_stopped_at_mailbox"
    CHECK_ARRIVES = "check_arrives"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One row of the log that alerting follows."""

    home: HomeId | None
    """None only for SERVICE_FAILED."""
    cause: Cause
    phase: Phase
    reason: Reason
    began_at: datetime
    """Since when the condition holds (or, for RECOVERED, when it ended); aware, UTC."""
    found_at: datetime
    """When the detector said so; aware, UTC."""
    sensor: SensorId | None = None
    """The sensor it is about or whose reading was the last evidence."""
    last_activity_at: datetime | None = None
    due_at: datetime | None = None
    """The deadline that passed, where there was one."""
    blind_since: datetime | None = None
    """The watermark when the home went dark, where it did."""
    service: str | None = None
    """What it is about where that is no sensor: what does not work (SERVICE_FAILED), or the
    id of the gateway whose name was used (GATEWAY_FORGED)."""

    @property
    def key(self) -> str:
        """What makes this finding the same as another: a repeat of it has no effect."""
        parts = (
            self.home or "-",
            self.cause,
            self.phase,
            self.reason,
            self.sensor if self.cause is Cause.SENSOR_SILENT else "-",
            self.service or "-",
            self.began_at.isoformat(),
        )
        return "|".join(str(part) for part in parts)
