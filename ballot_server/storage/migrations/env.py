"""Alembic's entry: runs the migrations on the connection that `upgrade_schema` hands over."""

from alembic import context

from ballot_server.storage.trustee_tables import TrusteeSeatRow

# All tables share one metadata; this module's come last, so that importing them has declared the others.
context.configure(connection=context.config.attributes["connection"], target_metadata=TrusteeSeatRow.metadata)
context.run_migrations()
