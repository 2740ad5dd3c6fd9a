"""The name of the Wi-Fi network that a meeting's voters join."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the column; earlier meetings named no network."""
    op.add_column("meeting", sa.Column("wifi", sa.Text(), server_default="", nullable=False))
