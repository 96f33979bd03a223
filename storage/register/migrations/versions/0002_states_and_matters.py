"""What is known now, what happened, and what was done."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.register.columns import Duration, Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "cursor",
        sa.Column("consumer", sa.String(length=32), nullable=False),
        sa.Column("municipality_id", sa.String(length=32), nullable=True),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_cursor_municipality_id")
        ),
        sa.PrimaryKeyConstraint("consumer", name=op.f("pk_cursor")),
    )
    op.create_table(
        "service_state",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("municipality_id", sa.String(length=32), nullable=True),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("progress_at", Instant(), nullable=False),
        sa.Column("restarts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_service_state_municipality_id")
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_service_state")),
    )
    op.create_table(
        "care_case",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("municipality_id", sa.String(length=32), nullable=True),
        sa.Column("home_id", sa.String(length=32), nullable=True),
        sa.Column("resident_id", sa.String(length=32), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("cause", sa.String(length=24), nullable=False),
        sa.Column("matter", sa.String(length=96), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("is_review", sa.Boolean(), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("acknowledged_at", Instant(), nullable=True),
        sa.Column("acknowledged_by", sa.String(length=32), nullable=True),
        sa.Column("resolved_at", Instant(), nullable=True),
        sa.Column("resolved_by", sa.String(length=32), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("resolved_cause", sa.String(length=24), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["acknowledged_by"], ["app_user.id"], name=op.f("fk_care_case_acknowledged_by")
        ),
        sa.ForeignKeyConstraint(["home_id"], ["home.id"], name=op.f("fk_care_case_home_id")),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_care_case_municipality_id")
        ),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f("fk_care_case_resident_id")
        ),
        sa.ForeignKeyConstraint(
            ["resolved_by"], ["app_user.id"], name=op.f("fk_care_case_resolved_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_case")),
        sa.UniqueConstraint("number", name=op.f("uq_care_case_number")),
    )
    op.create_index(
        "uq_care_case_open_matter",
        "care_case",
        ["matter"],
        unique=True,
        sqlite_where=sa.text("state <> 'resolved'"),
        postgresql_where=sa.text("state <> 'resolved'"),
    )
    op.create_table(
        "darkness",
        sa.Column("home_id", sa.String(length=32), nullable=False),
        sa.Column("municipality_id", sa.String(length=32), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("found_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["home_id"], ["home.id"], name=op.f("fk_darkness_home_id")),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_darkness_municipality_id")
        ),
        sa.PrimaryKeyConstraint("home_id", name=op.f("pk_darkness")),
    )
    op.create_table(
        "deadline",
        sa.Column("home_id", sa.String(length=32), nullable=False),
        sa.Column("municipality_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("due_at", Instant(), nullable=True),
        sa.Column("last_activity_at", Instant(), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("usual_silence", Duration(), nullable=True),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.Column("fired_at", Instant(), nullable=True),
        sa.Column("called_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["home_id"], ["home.id"], name=op.f("fk_deadline_home_id")),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_deadline_municipality_id")
        ),
        sa.PrimaryKeyConstraint("home_id", name=op.f("pk_deadline")),
    )
    op.create_index("ix_deadline_due_at", "deadline", ["due_at"], unique=False)
    op.create_table(
        "escalation_policy",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("municipality_id", sa.String(length=32), nullable=False),
        sa.Column("home_id", sa.String(length=32), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["home_id"], ["home.id"], name=op.f("fk_escalation_policy_home_id")
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id"],
            ["municipality.id"],
            name=op.f("fk_escalation_policy_municipality_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation_policy")),
        sa.UniqueConstraint(
            "municipality_id",
            "home_id",
            "kind",
            name=op.f("uq_escalation_policy_municipality_id_home_id_kind"),
        ),
    )
    op.create_table(
        "gateway_state",
        sa.Column("gateway_id", sa.String(length=32), nullable=False),
        sa.Column("lane", sa.String(length=8), nullable=False),
        sa.Column("municipality_id", sa.String(length=32), nullable=False),
        sa.Column("epoch", sa.String(length=32), nullable=False),
        sa.Column("last_heard_at", Instant(), nullable=False),
        sa.Column("watermark", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["gateway_id"], ["gateway.id"], name=op.f("fk_gateway_state_gateway_id")
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_gateway_state_municipality_id")
        ),
        sa.PrimaryKeyConstraint("gateway_id", "lane", name=op.f("pk_gateway_state")),
    )
    op.create_table(
        "gateway_status",
        sa.Column("gateway_id", sa.String(length=32), nullable=False),
        sa.Column("municipality_id", sa.String(length=32), nullable=False),
        sa.Column("online", sa.Boolean(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["gateway_id"], ["gateway.id"], name=op.f("fk_gateway_status_gateway_id")
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_gateway_status_municipality_id")
        ),
        sa.PrimaryKeyConstraint("gateway_id", name=op.f("pk_gateway_status")),
    )
    op.create_table(
        "home_state",
        sa.Column("home_id", sa.String(length=32), nullable=False),
        sa.Column("municipality_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("last_heard_at", Instant(), nullable=False),
        sa.Column("watermark", Instant(), nullable=True),
        sa.Column("last_activity_at", Instant(), nullable=True),
        sa.Column("last_activity_sensor", sa.String(length=32), nullable=True),
        sa.Column("last_activity_arrived_at", Instant(), nullable=True),
        sa.Column("previous_activity_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["home_id"], ["home.id"], name=op.f("fk_home_state_home_id")),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_home_state_municipality_id")
        ),
        sa.PrimaryKeyConstraint("home_id", name=op.f("pk_home_state")),
    )
    op.create_index("ix_home_state_last_heard_at", "home_state", ["last_heard_at"], unique=False)
    op.create_index("ix_home_state_position", "home_state", ["position"], unique=False)
    op.create_table(
        "routine",
        sa.Column("home_id", sa.String(length=32), nullable=False),
        sa.Column("municipality_id", sa.String(length=32), nullable=False),
        sa.Column("fitted_at", Instant(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["home_id"], ["home.id"], name=op.f("fk_routine_home_id")),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_routine_municipality_id")
        ),
        sa.PrimaryKeyConstraint("home_id", name=op.f("pk_routine")),
    )
    op.create_table(
        "case_event",
        sa.Column(
            "position",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("municipality_id", sa.String(length=32), nullable=True),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("word", sa.String(length=24), nullable=False),
        sa.Column("actor", sa.String(length=32), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["care_case.id"], name=op.f("fk_case_event_case_id")),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_case_event_municipality_id")
        ),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_case_event")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_case_event_case_id", "case_event", ["case_id"], unique=False)
    op.create_table(
        "episode",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("municipality_id", sa.String(length=32), nullable=True),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("began_at", Instant(), nullable=False),
        sa.Column("found_at", Instant(), nullable=False),
        sa.Column("last_evidence_at", Instant(), nullable=False),
        sa.Column("recovered_at", Instant(), nullable=True),
        sa.Column("last_activity_at", Instant(), nullable=True),
        sa.Column("due_at", Instant(), nullable=True),
        sa.Column("blind_since", Instant(), nullable=True),
        sa.Column("steps_taken", sa.Integer(), nullable=False),
        sa.Column("next_step_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["care_case.id"], name=op.f("fk_episode_case_id")),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_episode_municipality_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_episode")),
        sa.UniqueConstraint("case_id", "number", name=op.f("uq_episode_case_id_number")),
    )
    op.create_index("ix_episode_next_step_at", "episode", ["next_step_at"], unique=False)
    op.create_table(
        "finding",
        sa.Column(
            "position",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("municipality_id", sa.String(length=32), nullable=True),
        sa.Column("home_id", sa.String(length=32), nullable=True),
        sa.Column("cause", sa.String(length=24), nullable=False),
        sa.Column("phase", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("began_at", Instant(), nullable=False),
        sa.Column("found_at", Instant(), nullable=False),
        sa.Column("sensor_id", sa.String(length=32), nullable=True),
        sa.Column("last_activity_at", Instant(), nullable=True),
        sa.Column("due_at", Instant(), nullable=True),
        sa.Column("blind_since", Instant(), nullable=True),
        sa.Column("service", sa.String(length=32), nullable=True),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(["home_id"], ["home.id"], name=op.f("fk_finding_home_id")),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_finding_municipality_id")
        ),
        sa.ForeignKeyConstraint(["sensor_id"], ["sensor.id"], name=op.f("fk_finding_sensor_id")),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_finding")),
        sa.UniqueConstraint("key", name=op.f("uq_finding_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "sensor_state",
        sa.Column("sensor_id", sa.String(length=32), nullable=False),
        sa.Column("municipality_id", sa.String(length=32), nullable=False),
        sa.Column("home_id", sa.String(length=32), nullable=False),
        sa.Column("last_heard_at", Instant(), nullable=False),
        sa.Column("last_activity_at", Instant(), nullable=True),
        sa.Column("battery_percent", sa.Float(), nullable=True),
        sa.Column("battery_at", Instant(), nullable=True),
        sa.Column("link_quality", sa.Float(), nullable=True),
        sa.Column("link_quality_at", Instant(), nullable=True),
        sa.Column("silent_since", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["home_id"], ["home.id"], name=op.f("fk_sensor_state_home_id")),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_sensor_state_municipality_id")
        ),
        sa.ForeignKeyConstraint(
            ["sensor_id"], ["sensor.id"], name=op.f("fk_sensor_state_sensor_id")
        ),
        sa.PrimaryKeyConstraint("sensor_id", name=op.f("pk_sensor_state")),
    )
    op.create_table(
        "notification",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("municipality_id", sa.String(length=32), nullable=True),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("episode_id", sa.String(length=32), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("dedupe_key", sa.String(length=128), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("retry_at_s", sa.Float(), nullable=True),
        sa.Column("lease_owner", sa.String(length=32), nullable=True),
        sa.Column("lease_until_s", sa.Float(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("provider_id", sa.Text(), nullable=True),
        sa.Column("accepted_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["care_case.id"], name=op.f("fk_notification_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["episode_id"], ["episode.id"], name=op.f("fk_notification_episode_id")
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_notification_municipality_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_notification_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_notification_dedupe_key")),
    )
    op.create_index(
        "ix_notification_state_due_at", "notification", ["state", "due_at"], unique=False
    )
