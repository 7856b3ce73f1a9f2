"""What sources that pull remember: when they were last due, and what they saw."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, ForeignKeyConstraint, Integer, PrimaryKeyConstraint, Text

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "errand",
        Column("source", Integer, nullable=False, autoincrement=False),
        Column("due", Text),
        Column("known", Text, nullable=False),
        PrimaryKeyConstraint("source"),
        ForeignKeyConstraint(["source"], ["source.id"], name="errand_source"),
    )
