"""Tables of what people did and saw: attempts, reports from outside, the record of each day."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Float, Index, Integer, LargeBinary, String, Table, Text

from storage.register.columns import Instant, id_column, of_municipality, ref
from storage.register.metadata import METADATA

attempt = Table(
    "attempt",
    METADATA,
    id_column(),
    of_municipality(nullable=True),
    ref("case_id", "care_case"),
    Column("kind", String(16), nullable=False),
    Column("result", String(16), nullable=False),
    Column("happened_at", Instant, nullable=False),
    Column("entered_at", Instant, nullable=False),
    ref("user_id", "app_user"),
    Column("key_id", String(32)),
    Column("wrapped_key", LargeBinary),
    Column("note", LargeBinary),
    Index("ix_attempt_case_id", "case_id"),
)
"""One try to find out how a resident is. `note` is sealed: people write names into it."""

report = Table(
    "report",
    METADATA,
    id_column(),
    of_municipality(),
    ref("home_id", "home"),
    Column("source", String(16), nullable=False),
    Column("sighting", String(16), nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("entered_at", Instant, nullable=False),
    ref("user_id", "app_user"),
    Column("key_id", String(32)),
    Column("wrapped_key", LargeBinary),
    Column("note", LargeBinary),
    Index("ix_report_home_id_seen_at", "home_id", "seen_at"),
)
"""What somebody outside saw at a home; `user_id` is who typed it in."""

daily_record = Table(
    "daily_record",
    METADATA,
    ref("home_id", "home", primary_key=True),
    Column("day", String(10), primary_key=True),
    of_municipality(),
    Column("standing", String(16), nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("reason", String(32), nullable=False),
    Column("confirmed_at", Instant),
    Column("last_activity_at", Instant),
    Column("away_until", Instant),
    Column("blind_since", Instant),
    Column("as_of", Instant, nullable=False),
    Column("late_at", Instant),
    Column("late_activity_at", Instant),
)
"""What was known of a home on the morning of a local day; written once and never changed.

What arrives later of before `as_of` is marked beside it: when that was seen, and a movement in it.
"""

digest_wish = Table(
    "digest_wish",
    METADATA,
    ref("user_id", "app_user", primary_key=True),
    of_municipality(),
    Column("minute", Integer),
)
"""When somebody wants the digest, in minutes after midnight; None: not at all. No row: default."""

notice = Table(
    "notice",
    METADATA,
    id_column(),
    of_municipality(),
    ref("user_id", "app_user"),
    Column("topic", String(24), nullable=False),
    Column("key", String(160), nullable=False, unique=True),
    Column("language", String(8), nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("refused", JSON, nullable=False),
    Column("retry_at_s", Float),
    Column("last_error", Text),
    Column("accepted_at", Instant),
    Column("family_of", String(32)),
    Index("ix_notice_state_due_at", "state", "due_at"),
)
"""Messages that wait for no answer, beside the outbox of cases: none ever stands before an alert.

`refused` are the person's methods that do not take it. `family_of`: the resident whose consent it
hangs on, see `storage.register.consents`. `retry_at_s` is in real monotonic seconds of
the machine.
"""
