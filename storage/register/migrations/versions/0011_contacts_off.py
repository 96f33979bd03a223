"""Contact methods that are switched off for a while: kept, and not used."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.register.columns import Instant

revision = "0011_contacts_off"
down_revision = "0010_consents"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("contact_method", sa.Column("disabled_at", Instant(), nullable=True))
