"""What people did and saw: attempts, reports from outside, daily records, digests."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.register.columns import Instant

revision = "0004_pages"
down_revision = "0004_escalation"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "attempt",
        _id("id"),
        _id("municipality_id", nullable=True),
        _id("case_id"),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("result", sa.String(length=16), nullable=False),
        sa.Column("happened_at", Instant(), nullable=False),
        sa.Column("entered_at", Instant(), nullable=False),
        _id("user_id"),
        *_note(),
        _of("attempt", "municipality_id", "municipality"),
        _of("attempt", "case_id", "care_case"),
        _of("attempt", "user_id", "app_user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
    )
    op.create_index("ix_attempt_case_id", "attempt", ["case_id"])
    op.create_table(
        "report",
        _id("id"),
        _id("municipality_id"),
        _id("home_id"),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("sighting", sa.String(length=16), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.Column("entered_at", Instant(), nullable=False),
        _id("user_id"),
        *_note(),
        _of("report", "municipality_id", "municipality"),
        _of("report", "home_id", "home"),
        _of("report", "user_id", "app_user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
    )
    op.create_index("ix_report_home_id_seen_at", "report", ["home_id", "seen_at"])
    op.create_table(
        "daily_record",
        _id("home_id"),
        sa.Column("day", sa.String(length=10), nullable=False),
        _id("municipality_id"),
        sa.Column("standing", sa.String(length=16), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("confirmed_at", Instant(), nullable=True),
        sa.Column("last_activity_at", Instant(), nullable=True),
        sa.Column("away_until", Instant(), nullable=True),
        sa.Column("blind_since", Instant(), nullable=True),
        sa.Column("as_of", Instant(), nullable=False),
        _of("daily_record", "home_id", "home"),
        _of("daily_record", "municipality_id", "municipality"),
        sa.PrimaryKeyConstraint("home_id", "day", name=op.f("pk_daily_record")),
    )
    op.create_table(
        "digest_wish",
        _id("user_id"),
        _id("municipality_id"),
        sa.Column("minute", sa.Integer(), nullable=True),
        _of("digest_wish", "user_id", "app_user"),
        _of("digest_wish", "municipality_id", "municipality"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_digest_wish")),
    )
    op.create_table(
        "digest_mail",
        _id("id"),
        _id("municipality_id"),
        _id("user_id"),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("retry_at_s", sa.Float(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("accepted_at", Instant(), nullable=True),
        _of("digest_mail", "municipality_id", "municipality"),
        _of("digest_mail", "user_id", "app_user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest_mail")),
        sa.UniqueConstraint("user_id", "day", name=op.f("uq_digest_mail_user_id_day")),
    )


def _id(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=32), nullable=nullable)


def _note() -> tuple[sa.Column[str], sa.Column[bytes], sa.Column[bytes]]:
    return (
        sa.Column("key_id", sa.String(length=32), nullable=True),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
    )


def _of(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))
