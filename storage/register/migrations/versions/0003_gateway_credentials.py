"""What gateways sign in with at the broker."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.register.columns import Instant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "gateway_credential",
        sa.Column("username", sa.String(length=40), nullable=False),
        sa.Column("municipality_id", sa.String(length=32), nullable=False),
        sa.Column("gateway_id", sa.String(length=32), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["gateway_id"], ["gateway.id"], name=op.f("fk_gateway_credential_gateway_id")
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id"],
            ["municipality.id"],
            name=op.f("fk_gateway_credential_municipality_id"),
        ),
        sa.PrimaryKeyConstraint("username", name=op.f("pk_gateway_credential")),
        sa.UniqueConstraint(
            "gateway_id", "generation", name=op.f("uq_gateway_credential_gateway_id_generation")
        ),
    )
