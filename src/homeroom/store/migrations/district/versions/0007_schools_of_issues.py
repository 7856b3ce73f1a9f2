"""An issue knows the school of its row, so that a school sees its own; frozen as SQL, the same for each engine."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; issues of before have no school."""
    op.execute("ALTER TABLE issue ADD COLUMN school TEXT")
