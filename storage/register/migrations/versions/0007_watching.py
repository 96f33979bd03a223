"""Which municipality is the synthetic home's, whose alerts show that alerts get through."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007_watching"
down_revision = "0006_replies"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column(
        "municipality",
        sa.Column("kind", sa.String(length=16), nullable=False, server_default="city"),
    )
