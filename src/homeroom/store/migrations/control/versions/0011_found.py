"""What searches for people found, for the session that asked."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Integer, PrimaryKeyConstraint, Text

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "found",
        Column("sha256", Text, nullable=False),
        Column("session", Integer, nullable=False),
        Column("district", Text, nullable=False),
        Column("sealed", Text, nullable=False),
        Column("expires", Text, nullable=False),
        PrimaryKeyConstraint("sha256"),
    )
    op.create_index("found_by_expires", "found", ["expires"])
