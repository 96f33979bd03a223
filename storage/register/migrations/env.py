"""Alembic's entry: migrates the connection that `storage.register.database` hands over."""

from __future__ import annotations

from alembic import context

from storage.register.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    user_module_prefix="",
)
context.run_migrations()
