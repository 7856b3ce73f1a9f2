"""Districts' own schools and their matches; records that a source took over."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, ForeignKeyConstraint, Integer, PrimaryKeyConstraint, Text, UniqueConstraint

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "own_school",
        Column("district", Text, nullable=False),
        Column("id", Text, nullable=False),
        Column("name", Text, nullable=False),
        PrimaryKeyConstraint("district", "id"),
        ForeignKeyConstraint(["district"], ["district.slug"], name="own_school_district"),
    )
    op.create_table(
        "school_match",
        Column("district", Text, nullable=False),
        Column("own", Text, nullable=False),
        Column("source", Integer, nullable=False, autoincrement=False),
        Column("sis", Text, nullable=False),
        PrimaryKeyConstraint("district", "own", "source"),
        ForeignKeyConstraint(["district", "own"], ["own_school.district", "own_school.id"], name="school_match_own"),
        UniqueConstraint("district", "source", "sis", name="school_match_sis"),
    )
    op.create_table(
        "take_over",
        Column("source", Integer, nullable=False, autoincrement=False),
        Column("table", Text, nullable=False),
        Column("theirs", Text, nullable=False),
        Column("ours", Text, nullable=False),
        Column("district", Text, nullable=False),
        Column("said_by", Text, nullable=False),
        Column("said", Text, nullable=False),
        PrimaryKeyConstraint("source", "table", "theirs"),
        UniqueConstraint("source", "table", "ours", name="take_over_ours"),
        ForeignKeyConstraint(["source"], ["source.id"], name="take_over_source"),
        ForeignKeyConstraint(["district"], ["district.slug"], name="take_over_district"),
    )
