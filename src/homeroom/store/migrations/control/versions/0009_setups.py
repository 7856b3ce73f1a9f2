"""Set-ups that are begun in the console, and what people say to each other meanwhile."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, ForeignKeyConstraint, Integer, PrimaryKeyConstraint, Text

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "setup",
        Column("district", Text, nullable=False),
        Column("started", Text, nullable=False),
        Column("state", Text, nullable=False),
        Column("values", Text, nullable=False),
        Column("version", Integer, nullable=False),
        PrimaryKeyConstraint("district"),
        ForeignKeyConstraint(["district"], ["district.slug"], name="setup_district"),
    )
    op.create_table(
        "setup_message",
        Column("id", Integer, nullable=False),
        Column("district", Text, nullable=False),
        Column("at", Text, nullable=False),
        Column("said_by", Text, nullable=False),
        Column("text", Text, nullable=False),
        PrimaryKeyConstraint("id"),
        ForeignKeyConstraint(["district"], ["setup.district"], name="setup_message_setup"),
    )
    op.create_index("setup_message_by_district", "setup_message", ["district", "id"])
