"""The deadline of whoever took a case on, and the plan that an episode began with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.register.columns import Instant

revision = "0004_escalation"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column(
        "care_case",
        sa.Column("is_owner_asked", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column(
        "care_case",
        sa.Column("extensions", sa.Integer(), nullable=False, server_default=sa.text("0")),
    )
    op.add_column(
        "episode", sa.Column("rung", sa.Integer(), nullable=False, server_default=sa.text("0"))
    )
    op.add_column(
        "episode", sa.Column("asides", sa.Integer(), nullable=False, server_default=sa.text("0"))
    )
    op.add_column("episode", sa.Column("plan", sa.JSON(), nullable=True))
    op.add_column("escalation_policy", sa.Column("patience_s", sa.Integer(), nullable=True))
    op.execute("UPDATE episode SET rung = steps_taken")
    _make_tables()


def _make_tables() -> None:
    op.create_table(
        "asking",
        sa.Column("home_id", sa.String(length=32), nullable=False),
        sa.Column("municipality_id", sa.String(length=32), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("contact", sa.String(length=32), nullable=True),
        sa.CheckConstraint("minutes BETWEEN 0 AND 30", name=op.f("ck_asking_asking_ends")),
        sa.ForeignKeyConstraint(["home_id"], ["home.id"], name=op.f("fk_asking_home_id")),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_asking_municipality_id")
        ),
        sa.ForeignKeyConstraint(["contact"], ["app_user.id"], name=op.f("fk_asking_contact")),
        sa.PrimaryKeyConstraint("home_id", name=op.f("pk_asking")),
    )
    op.create_table(
        "on_call_schedule",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("municipality_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("rotation", sa.JSON(), nullable=True),
        sa.Column("hours", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id"],
            ["municipality.id"],
            name=op.f("fk_on_call_schedule_municipality_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_on_call_schedule")),
        sa.UniqueConstraint(
            "municipality_id", "name", name=op.f("uq_on_call_schedule_municipality_id_name")
        ),
    )
    op.create_table(
        "on_call_override",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("municipality_id", sa.String(length=32), nullable=False),
        sa.Column("schedule_id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("starts_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "ends_at > starts_at", name=op.f("ck_on_call_override_on_call_override_ends")
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id"],
            ["municipality.id"],
            name=op.f("fk_on_call_override_municipality_id"),
        ),
        sa.ForeignKeyConstraint(
            ["schedule_id"], ["on_call_schedule.id"], name=op.f("fk_on_call_override_schedule_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["app_user.id"], name=op.f("fk_on_call_override_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_on_call_override")),
    )
    op.create_index(
        "ix_on_call_override_schedule_id", "on_call_override", ["schedule_id", "ends_at"]
    )
