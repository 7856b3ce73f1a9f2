"""What people hold of records, and who made a revision by hand; frozen as SQL, the same for each engine."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and the column."""
    without = " WITHOUT ROWID" if op.get_bind().dialect.name == "sqlite" else ""
    op.execute("ALTER TABLE revision ADD COLUMN who TEXT")
    op.execute(f"""
        CREATE TABLE held (
            "table" TEXT NOT NULL,
            "sourcedId" TEXT NOT NULL,
            field TEXT NOT NULL,
            since TEXT NOT NULL,
            who TEXT NOT NULL,
            why TEXT,
            offered TEXT,
            PRIMARY KEY ("table", "sourcedId", field)
        ){without}
    """)
