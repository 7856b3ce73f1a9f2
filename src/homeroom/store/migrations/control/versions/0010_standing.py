"""How each district stands is kept beside its summary, so that the list of thousands is one query."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Integer, Text

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; the clock fills them, since rows without a shape are looked at anew."""
    op.add_column("district", Column("looked_after", Text))
    op.add_column("summary", Column("shape", Integer))
    op.add_column("summary", Column("standing", Text))
    op.add_column("summary", Column("again", Text))
    op.add_column("summary", Column("setup", Text))
    op.create_index("summary_by_again", "summary", ["again"])
