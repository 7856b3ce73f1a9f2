"""What people are told of, and the e-mails that tell them."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, ForeignKeyConstraint, Integer, PrimaryKeyConstraint, Text, UniqueConstraint

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "news",
        Column("id", Integer, nullable=False),
        Column("district", Text, nullable=False),
        Column("night", Text, nullable=False),
        Column("cause", Text, nullable=False),
        Column("import", Integer),
        Column("detail", Text, nullable=False),
        Column("heard", Text, nullable=False),
        Column("told", Text),
        PrimaryKeyConstraint("id"),
        UniqueConstraint("district", "night", "cause", name="news_once"),
        ForeignKeyConstraint(["district"], ["district.slug"], name="news_district"),
    )
    op.create_index("news_by_told", "news", ["told", "id"])
    op.create_table(
        "mailing",
        Column("news", Integer, nullable=False, autoincrement=False),
        Column("person", Integer, nullable=False, autoincrement=False),
        Column("tries", Integer, nullable=False),
        Column("due", Text, nullable=False),
        Column("sent", Text),
        Column("trouble", Text),
        PrimaryKeyConstraint("news", "person"),
        ForeignKeyConstraint(["news"], ["news.id"], name="mailing_news"),
        ForeignKeyConstraint(["person"], ["person.id"], name="mailing_person"),
    )
    op.create_index("mailing_by_due", "mailing", ["sent", "due"])
