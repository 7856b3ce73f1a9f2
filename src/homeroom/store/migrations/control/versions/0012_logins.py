"""Log-ins at the SFTP door."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Integer, PrimaryKeyConstraint, Text

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "login",
        Column("id", Integer, nullable=False),
        Column("username", Text, nullable=False),
        Column("at", Text, nullable=False),
        Column("address", Text, nullable=False),
        Column("result", Text, nullable=False),
        PrimaryKeyConstraint("id"),
    )
    op.create_index("login_by_username", "login", ["username", "id"])
