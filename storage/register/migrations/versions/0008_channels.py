"""Contact methods, which take over the users' e-mail; why and how a message is sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.register.columns import Duration, Instant

revision = "0008_channels"
down_revision = "0007_watching"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    _make_tables()
    # An address that mail went to until now stays one: nobody may become unreachable by this.
    op.execute(
        "INSERT INTO contact_method (id, municipality_id, user_id, channel, address, position,"
        " after, created_at, verified_at, code_tries)"
        " SELECT id, municipality_id, id, 'email', trim(email), 1, 0, created_at, created_at, 0"
        " FROM app_user WHERE trim(coalesce(email, '')) <> ''"
    )
    op.drop_column("app_user", "email")
    for column in (
        sa.Column("contact_method_id", sa.String(length=32), nullable=True),
        sa.Column("why", sa.String(length=24), nullable=True),
        sa.Column("group_key", sa.String(length=96), nullable=True),
        sa.Column("grouped_into", sa.String(length=32), nullable=True),
        sa.Column("happened_at", Instant(), nullable=True),
    ):
        op.add_column("notification", column)
    op.execute(
        "UPDATE notification SET contact_method_id = (SELECT contact_method.id FROM contact_method"
        " WHERE contact_method.user_id = notification.user_id)"
    )
    op.create_index(
        "ix_notification_contact_method_id_due_at",
        "notification",
        ["contact_method_id", "due_at"],
    )
    op.create_index("ix_notification_grouped_into", "notification", ["grouped_into"])


def _make_tables() -> None:
    op.create_table(
        "contact_method",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("municipality_id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("after", Duration(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("verified_at", Instant(), nullable=True),
        sa.Column("failing_since", Instant(), nullable=True),
        sa.Column("failing_reason", sa.String(length=16), nullable=True),
        sa.Column("code_hash", sa.LargeBinary(), nullable=True),
        sa.Column("code_ends_at", Instant(), nullable=True),
        sa.Column("code_tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_contact_method_municipality_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["app_user.id"], name=op.f("fk_contact_method_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_method")),
        sa.UniqueConstraint(
            "user_id", "channel", "address", name=op.f("uq_contact_method_user_id_channel_address")
        ),
    )
    op.create_index("ix_contact_method_user_id", "contact_method", ["user_id"])
    op.create_table(
        "quiet_hours",
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("municipality_id", sa.String(length=32), nullable=False),
        sa.Column("starts_min", sa.Integer(), nullable=False),
        sa.Column("ends_min", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_quiet_hours_municipality_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_quiet_hours_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_quiet_hours")),
    )
