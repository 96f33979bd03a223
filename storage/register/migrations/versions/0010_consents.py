"""Who recorded a consent, on which word, and who recorded its end; notices that hang on one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.register.columns import Instant

revision = "0010_consents"
down_revision = "0009_notices"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    for name, kind in (
        ("form", sa.String(length=16)),
        ("recorded_by", sa.String(length=64)),
        ("recorded_at", Instant()),
        ("ended_by", sa.String(length=64)),
        ("ended_at", Instant()),
    ):
        op.add_column("consent", sa.Column(name, kind, nullable=True))
    op.create_index("ix_consent_resident_id_user_id", "consent", ["resident_id", "user_id"])
    op.add_column("notice", sa.Column("family_of", sa.String(length=32), nullable=True))
