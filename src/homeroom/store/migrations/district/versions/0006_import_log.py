"""The import log is asked by days, and shows the sums of each import without opening its report; frozen as SQL, the same for each engine."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index and the column."""
    op.execute("CREATE INDEX import_by_start ON import (started_at)")
    op.execute("ALTER TABLE import ADD COLUMN totals TEXT")
