"""What other systems say they changed, and the doors at which they say it."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, ForeignKeyConstraint, Integer, PrimaryKeyConstraint, Text, UniqueConstraint

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "notice_door",
        Column("source", Integer, nullable=False, autoincrement=False),
        Column("sha256", Text, nullable=False),
        Column("created", Text, nullable=False),
        Column("called", Text),
        PrimaryKeyConstraint("source"),
        UniqueConstraint("sha256", name="notice_door_sha256"),
        ForeignKeyConstraint(["source"], ["source.id"], name="notice_door_source"),
    )
    op.create_table(
        "notice",
        Column("source", Integer, nullable=False, autoincrement=False),
        Column("resource", Text, nullable=False),
        Column("key", Text, nullable=False),
        Column("heard", Text, nullable=False),
        Column("times", Integer, nullable=False),
        PrimaryKeyConstraint("source", "resource", "key"),
        ForeignKeyConstraint(["source"], ["source.id"], name="notice_source"),
    )
