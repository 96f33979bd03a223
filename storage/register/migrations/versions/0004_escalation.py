"""The deadline of whoever took a case on, and the plan that an episode began with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

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
