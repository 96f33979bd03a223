"""All tables of the register, by name; importing this module fills METADATA."""

from __future__ import annotations

from storage.register.absence_tables import absence_event, pause
from storage.register.care_tables import (
    attempt,
    daily_record,
    digest_wish,
    notice,
    report,
)
from storage.register.contact_tables import contact_method, quiet_hours
from storage.register.escalation_tables import asking, on_call_override, on_call_schedule
from storage.register.matters import (
    case,
    case_event,
    episode,
    escalation_policy,
    finding,
    notification,
)
from storage.register.metadata import METADATA
from storage.register.people import (
    assignment,
    audit,
    consent,
    login_failure,
    session,
    user,
)
from storage.register.places import (
    absence,
    gateway,
    gateway_credential,
    gateway_placement,
    home,
    municipality,
    personal,
    residency,
    resident,
    sensor,
    sensor_placement,
)
from storage.register.reply_tables import reply_link
from storage.register.states import (
    cursor,
    darkness,
    deadline,
    gateway_state,
    gateway_status,
    home_state,
    routine,
    sensor_state,
    service_state,
)

__all__ = [
    "METADATA",
    "absence",
    "absence_event",
    "asking",
    "assignment",
    "attempt",
    "audit",
    "case",
    "case_event",
    "consent",
    "contact_method",
    "cursor",
    "daily_record",
    "darkness",
    "deadline",
    "digest_wish",
    "episode",
    "escalation_policy",
    "finding",
    "gateway",
    "gateway_credential",
    "gateway_placement",
    "gateway_state",
    "gateway_status",
    "home",
    "home_state",
    "login_failure",
    "municipality",
    "notice",
    "notification",
    "on_call_override",
    "on_call_schedule",
    "pause",
    "personal",
    "quiet_hours",
    "reply_link",
    "report",
    "residency",
    "resident",
    "routine",
    "sensor",
    "sensor_placement",
    "sensor_state",
    "service_state",
    "session",
    "user",
]
