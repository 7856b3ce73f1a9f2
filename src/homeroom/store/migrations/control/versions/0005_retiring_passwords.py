"""A password that was replaced may stay good for a while, so that the other side has time to change it."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Text

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    op.add_column("account", Column("retiring_hash", Text))
    op.add_column("account", Column("retiring_until", Text))
