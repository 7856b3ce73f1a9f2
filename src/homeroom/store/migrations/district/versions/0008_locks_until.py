"""A lock may end by itself on a day; frozen as SQL, the same for each engine."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; locks of before hold until somebody takes them away."""
    op.execute("ALTER TABLE held ADD COLUMN until TEXT")
