"""A source can be ended for good; when it was."""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; no source of before is archived."""
    op.execute("ALTER TABLE source ADD COLUMN archived TEXT")
