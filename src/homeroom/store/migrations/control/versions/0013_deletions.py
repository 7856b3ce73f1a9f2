"""Districts that are to be deleted, what ran in all districts, and when apps last read."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Boolean, Column, ForeignKeyConstraint, Integer, PrimaryKeyConstraint, Text

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables. The lines of what ran are copied by the housekeeping, from the districts' own logs."""
    op.add_column("district", Column("leaves", Text))
    op.create_table(
        "deletion",
        Column("id", Integer, nullable=False),
        Column("district", Text, nullable=False),
        Column("name", Text, nullable=False),
        Column("asked", Text, nullable=False),
        Column("asked_by", Text, nullable=False),
        Column("reason", Text, nullable=False),
        Column("due", Text, nullable=False),
        Column("kept", Text),
        Column("kept_by", Text),
        Column("begun", Text),
        Column("accounts", Text, nullable=False),
        Column("counts", Text, nullable=False),
        Column("done", Text),
        PrimaryKeyConstraint("id"),
    )
    op.create_index("deletion_by_district", "deletion", ["district"])
    op.create_table(
        "ran",
        Column("district", Text, nullable=False),
        Column("number", Integer, nullable=False, autoincrement=False),
        Column("begun", Text, nullable=False),
        Column("finished", Text),
        Column("source", Integer),
        Column("kind", Text, nullable=False),
        Column("trigger", Text, nullable=False),
        Column("dry_run", Boolean(create_constraint=False), nullable=False),
        Column("status", Text, nullable=False),
        Column("outcome", Text),
        Column("reason", Text),
        Column("revision_before", Integer),
        Column("revision_after", Integer),
        Column("totals", Text),
        PrimaryKeyConstraint("district", "number"),
    )
    op.create_index("ran_by_begun", "ran", ["begun"])
    op.create_table(
        "reading",
        Column("app", Text, nullable=False),
        Column("district", Text, nullable=False),
        Column("at", Text, nullable=False),
        Column("revision", Integer, nullable=False),
        PrimaryKeyConstraint("app", "district"),
        ForeignKeyConstraint(["app"], ["app.client_id"], name="reading_app"),
    )
