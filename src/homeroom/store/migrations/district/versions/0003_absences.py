"""How often students have been absent from the files of a source that keeps them for a while; frozen as SQL for each engine."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and indexes."""
    dialect = op.get_bind().dialect.name
    script = Path(__file__).with_name(f"0003.{dialect}.sql").read_text(encoding="utf-8")
    for statement in script.split(";\n"):
        if statement.strip():
            op.execute(statement)
