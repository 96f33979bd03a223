"""Messages that wait for no answer, which take over the mails of digests; late news of a day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.register.columns import Instant

revision = "0009_notices"
down_revision = "0008_channels"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "notice",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("municipality_id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("topic", sa.String(length=24), nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("refused", sa.JSON(), nullable=False),
        sa.Column("retry_at_s", sa.Float(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("accepted_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_notice_municipality_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_notice_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("key", name=op.f("uq_notice_key")),
    )
    op.create_index("ix_notice_state_due_at", "notice", ["state", "due_at"])
    # Whoever has the digest of today gets it once, also when the upgrade is in the morning.
    op.execute(
        "INSERT INTO notice (id, municipality_id, user_id, topic, key, language, subject, body,"
        " state, created_at, due_at, expires_at, attempts, refused, retry_at_s, last_error,"
        " accepted_at)"
        " SELECT id, municipality_id, user_id, 'digest', 'digest|' || day || '|' || user_id,"
        " language, subject, body, state, created_at, created_at, expires_at, attempts, '[]',"
        " retry_at_s, last_error, accepted_at FROM digest_mail"
    )
    op.drop_table("digest_mail")
    for name in ("late_at", "late_activity_at"):
        op.add_column("daily_record", sa.Column(name, Instant(), nullable=True))
    # Nobody is told now of what was entered before.
    op.execute(
        "INSERT INTO cursor (consumer, position, municipality_id)"
        " SELECT 'digest', max(position), NULL FROM absence_event HAVING max(position) IS NOT NULL"
    )
