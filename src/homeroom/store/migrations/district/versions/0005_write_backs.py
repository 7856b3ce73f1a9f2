"""What was written back to other systems, and what became of each record; frozen as SQL, the same for each engine."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and their indexes."""
    without = " WITHOUT ROWID" if op.get_bind().dialect.name == "sqlite" else ""
    op.execute("""
        CREATE TABLE write_back (
            number INTEGER NOT NULL,
            source INTEGER NOT NULL,
            origin TEXT NOT NULL,
            digest TEXT NOT NULL,
            rows INTEGER NOT NULL,
            who TEXT NOT NULL,
            began TEXT NOT NULL,
            ended TEXT,
            reason TEXT,
            PRIMARY KEY (number)
        )
    """)
    op.execute("CREATE INDEX write_back_by_digest ON write_back (source, digest)")
    op.execute(f"""
        CREATE TABLE write_back_result (
            batch INTEGER NOT NULL,
            "row" INTEGER NOT NULL,
            client_uid TEXT NOT NULL,
            digest TEXT NOT NULL,
            action TEXT NOT NULL,
            status TEXT NOT NULL,
            remote_id TEXT,
            findings TEXT NOT NULL,
            at TEXT NOT NULL,
            who TEXT NOT NULL,
            PRIMARY KEY (batch, "row")
        ){without}
    """)
    op.execute("CREATE INDEX write_back_result_by_uid ON write_back_result (client_uid)")
    op.execute("CREATE INDEX write_back_result_by_digest ON write_back_result (digest)")
