"""People who sign in, their sessions, the elevated role, links that open once, tokens; the audit becomes a chain."""

from __future__ import annotations

import json

from alembic import op
from sqlalchemy import Column, ForeignKeyConstraint, Integer, PrimaryKeyConstraint, Text, UniqueConstraint, text

from homeroom.store.chain import START, linked

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and chain the audit's rows in the order in which they were written."""
    with op.batch_alter_table("audit") as audit:
        audit.add_column(Column("hash", Text, nullable=False, server_default=""))
    _chain()
    op.create_table(
        "person",
        Column("id", Integer, nullable=False),
        Column("email", Text, nullable=False),
        Column("name", Text, nullable=False),
        Column("role", Text, nullable=False),
        Column("districts", Text, nullable=False),
        Column("schools", Text, nullable=False),
        Column("password_hash", Text),
        Column("totp", Text),
        Column("totp_step", Integer, nullable=False),
        Column("subject", Text),
        Column("preferences", Text, nullable=False),
        Column("created", Text, nullable=False),
        Column("disabled", Text),
        PrimaryKeyConstraint("id"),
        UniqueConstraint("email", name="person_email"),
        UniqueConstraint("subject", name="person_subject"),
    )
    op.create_table(
        "session",
        Column("id", Integer, nullable=False),
        Column("sha256", Text, nullable=False),
        Column("person", Integer, nullable=False),
        Column("created", Text, nullable=False),
        Column("seen", Text, nullable=False),
        Column("expires", Text, nullable=False),
        Column("agent", Text, nullable=False),
        Column("address", Text, nullable=False),
        PrimaryKeyConstraint("id"),
        UniqueConstraint("sha256", name="session_sha256"),
        ForeignKeyConstraint(["person"], ["person.id"], name="session_person"),
    )
    op.create_index("session_by_person", "session", ["person"])
    op.create_table(
        "elevation",
        Column("id", Integer, nullable=False),
        Column("person", Integer, nullable=False),
        Column("session", Integer),
        Column("kind", Text, nullable=False),
        Column("district", Text),
        Column("reason", Text, nullable=False),
        Column("began", Text, nullable=False),
        Column("until", Text, nullable=False),
        Column("ended", Text),
        PrimaryKeyConstraint("id"),
        ForeignKeyConstraint(["person"], ["person.id"], name="elevation_person"),
    )
    op.create_index("elevation_by_session", "elevation", ["session"])
    op.create_table(
        "once",
        Column("sha256", Text, nullable=False),
        Column("kind", Text, nullable=False),
        Column("district", Text),
        Column("about", Text, nullable=False),
        Column("sealed", Text),
        Column("given_by", Text, nullable=False),
        Column("created", Text, nullable=False),
        Column("expires", Text, nullable=False),
        Column("used", Text),
        PrimaryKeyConstraint("sha256"),
    )
    op.create_table(
        "support",
        Column("district", Text, nullable=False),
        Column("until", Text, nullable=False),
        Column("said_by", Text, nullable=False),
        PrimaryKeyConstraint("district"),
        ForeignKeyConstraint(["district"], ["district.slug"], name="support_district"),
    )
    op.create_table(
        "personal_token",
        Column("id", Integer, nullable=False),
        Column("sha256", Text, nullable=False),
        Column("person", Integer, nullable=False),
        Column("name", Text, nullable=False),
        Column("districts", Text),
        Column("elevation", Integer),
        Column("created", Text, nullable=False),
        Column("expires", Text, nullable=False),
        Column("used", Text),
        Column("revoked", Text),
        PrimaryKeyConstraint("id"),
        UniqueConstraint("sha256", name="personal_token_sha256"),
        ForeignKeyConstraint(["person"], ["person.id"], name="personal_token_person"),
        ForeignKeyConstraint(["elevation"], ["elevation.id"], name="personal_token_elevation"),
    )
    op.create_index("personal_token_by_person", "personal_token", ["person"])
    op.create_table(
        "attempt",
        Column("id", Integer, nullable=False),
        Column("key", Text, nullable=False),
        Column("at", Text, nullable=False),
        PrimaryKeyConstraint("id"),
    )
    op.create_index("attempt_by_key", "attempt", ["key", "at"])


def _chain() -> None:
    """Ids without gaps from 1, and each row's hash."""
    connection, last = op.get_bind(), START
    rows = connection.execute(text("SELECT id, at, actor, action, district, detail FROM audit ORDER BY id")).all()
    for number, row in enumerate(rows, 1):
        last = linked(last, row.at, row.actor, row.action, row.district, json.dumps(json.loads(row.detail)))
        connection.execute(
            text("UPDATE audit SET id = :number, hash = :hash, detail = :detail WHERE id = :id"),
            {"number": number, "hash": last, "detail": json.dumps(json.loads(row.detail)), "id": row.id},
        )
