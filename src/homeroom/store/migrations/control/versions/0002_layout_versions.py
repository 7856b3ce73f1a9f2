"""Districts' own layout sets, each saved change a version."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, ForeignKeyConstraint, Integer, PrimaryKeyConstraint, Text

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "layout_version",
        Column("district", Text, nullable=False),
        Column("name", Text, nullable=False),
        Column("number", Integer, nullable=False, autoincrement=False),
        Column("digest", Text, nullable=False),
        Column("texts", Text, nullable=False),
        Column("note", Text),
        Column("saved_by", Text, nullable=False),
        Column("saved", Text, nullable=False),
        PrimaryKeyConstraint("district", "name", "number"),
        ForeignKeyConstraint(["district"], ["district.slug"], name="layout_version_district"),
    )
