"""The tables of the control store: what belongs to the installation and not to one district's roster.

JSON and points in time are text (see `moments`), so that both engines hold the same bytes. Secrets stand here only hashed
or wrapped (law 12).
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from homeroom.store import people_tables as people_tables  # their tables belong to `control`, whoever asks for it here
from homeroom.store.control_metadata import control as control

HEAD = "0014"
"""The migration that `control` stands for; a test compares the two."""

version = Table(
    "alembic_version",
    control,
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),  # exactly as Alembic itself makes it
)

district = Table(
    "district",
    control,
    Column("slug", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("timezone", Text, nullable=False),
    Column("created", Text, nullable=False),
    Column("archived", Text),
    Column("looked_after", Text),
    Column("leaves", Text),
)
"""`looked_after`: the e-mail addresses of those who look after it, a JSON list. `leaves`: when it goes for good, if somebody asked for that."""

deletion = Table(
    "deletion",
    control,
    Column("id", Integer, primary_key=True),
    Column("district", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("asked", Text, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("due", Text, nullable=False),
    Column("kept", Text),
    Column("kept_by", Text),
    Column("begun", Text),
    Column("accounts", Text, nullable=False),
    Column("counts", Text, nullable=False),
    Column("done", Text),
    Index("deletion_by_district", "district"),
)
"""Districts that somebody asked to delete. `kept`: the asking was taken back. `begun`: what belongs to it is being removed. The row stays
when all else of the district is gone, and its short name is never given again. `accounts`: names of folders for pushed files; `counts`: what was removed."""

source = Table(
    "source",
    control,
    Column("id", Integer, primary_key=True),
    Column("district", Text, ForeignKey("district.slug", name="source_district"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("layouts", Text),
    Column("start", Text),
    Column("settings", Text, nullable=False),
    Column("enabled", Boolean(create_constraint=False), nullable=False),
    Column("secret", Text),
    Column("created", Text, nullable=False),
    Column("archived", Text),
    Index("source_by_district", "district"),
)

account = Table(
    "account",
    control,
    Column("username", Text, primary_key=True),
    Column("source", Integer, ForeignKey("source.id", name="account_source"), nullable=False),
    Column("password_hash", Text),
    Column("public_keys", Text, nullable=False),
    Column("enabled", Boolean(create_constraint=False), nullable=False),
    Column("retiring_hash", Text),
    Column("retiring_until", Text),
    Index("account_by_source", "source"),
)

app = Table(
    "app",
    control,
    Column("client_id", Text, primary_key=True),
    Column("secret_sha256", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("districts", Text),
    Column("created", Text, nullable=False),
    Column("revoked", Text),
)

token = Table(
    "token",
    control,
    Column("sha256", Text, primary_key=True),
    Column("client_id", Text, ForeignKey("app.client_id", name="token_app"), nullable=False),
    Column("scopes", Text, nullable=False),
    Column("expires", Text, nullable=False),
    Index("token_by_expiry", "expires"),
)

data_key = Table(
    "data_key",
    control,
    Column("district", Text, primary_key=True),
    Column("key_id", Text, primary_key=True),
    Column("wrapped", Text, nullable=False),
    Column("created", Text, nullable=False),
)

audit = Table(
    "audit",
    control,
    Column("id", Integer, primary_key=True),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("district", Text),
    Column("detail", Text, nullable=False),
    Column("hash", Text, nullable=False, server_default=""),
    Index("audit_by_district", "district", "id"),
)
"""`hash` chains each row to the one before (see `chain`); ids have no gaps."""

worker = Table(
    "worker",
    control,
    Column("executor", Text, primary_key=True),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("started", Text, nullable=False),
    Column("seen", Text, nullable=False),
)

summary = Table(
    "summary",
    control,
    Column("district", Text, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("last_import", Integer),
    Column("status", Text),
    Column("outcome", Text),
    Column("finished", Text),
    Column("counts", Text, nullable=False),
    Column("updated", Text, nullable=False),
    Column("shape", Integer),
    Column("standing", Text),
    Column("again", Text),
    Column("setup", Text),
    Index("summary_by_again", "again"),
)
"""`standing`: how the district stands, a JSON object of that `shape`. `again`: when the clock must look anew, since something changes
by itself then. `setup`: how far a set-up is that was begun in the console; it belongs to those who lead it."""

layout_version = Table(
    "layout_version",
    control,
    Column("district", Text, ForeignKey("district.slug", name="layout_version_district"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("digest", Text, nullable=False),
    Column("texts", Text, nullable=False),
    Column("note", Text),
    Column("saved_by", Text, nullable=False),
    Column("saved", Text, nullable=False),
)

own_school = Table(
    "own_school",
    control,
    Column("district", Text, ForeignKey("district.slug", name="own_school_district"), primary_key=True),
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
)

school_match = Table(
    "school_match",
    control,
    Column("district", Text, primary_key=True),
    Column("own", Text, primary_key=True),
    Column("source", Integer, primary_key=True, autoincrement=False),
    Column("sis", Text, nullable=False),
    ForeignKeyConstraint(["district", "own"], ["own_school.district", "own_school.id"], name="school_match_own"),
    UniqueConstraint("district", "source", "sis", name="school_match_sis"),
)
"""Which school of the SIS an own school is, as a source sees it; source 0: all sources."""

take_over = Table(
    "take_over",
    control,
    Column("source", Integer, ForeignKey("source.id", name="take_over_source"), primary_key=True, autoincrement=False),
    Column("table", Text, primary_key=True),
    Column("theirs", Text, primary_key=True),
    Column("ours", Text, nullable=False),
    Column("district", Text, ForeignKey("district.slug", name="take_over_district"), nullable=False),
    Column("said_by", Text, nullable=False),
    Column("said", Text, nullable=False),
    UniqueConstraint("source", "table", "ours", name="take_over_ours"),
)

errand = Table(
    "errand",
    control,
    Column("source", Integer, ForeignKey("source.id", name="errand_source"), primary_key=True, autoincrement=False),
    Column("due", Text),
    Column("known", Text, nullable=False),
)

notice_door = Table(
    "notice_door",
    control,
    Column("source", Integer, ForeignKey("source.id", name="notice_door_source"), primary_key=True, autoincrement=False),
    Column("sha256", Text, nullable=False),
    Column("created", Text, nullable=False),
    Column("called", Text),
    UniqueConstraint("sha256", name="notice_door_sha256"),
)

notice = Table(
    "notice",
    control,
    Column("source", Integer, ForeignKey("source.id", name="notice_source"), primary_key=True, autoincrement=False),
    Column("resource", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("heard", Text, nullable=False),
    Column("times", Integer, nullable=False),
)

news = Table(
    "news",
    control,
    Column("id", Integer, primary_key=True),
    Column("district", Text, ForeignKey("district.slug", name="news_district"), nullable=False),
    Column("night", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("import", Integer),
    Column("detail", Text, nullable=False),
    Column("heard", Text, nullable=False),
    Column("told", Text),
    UniqueConstraint("district", "night", "cause", name="news_once"),
    Index("news_by_told", "told", "id"),
)
"""What people are told of: once for each district, night and cause."""

login = Table(
    "login",
    control,
    Column("id", Integer, primary_key=True),
    Column("username", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("result", Text, nullable=False),
    Index("login_by_username", "username", "id"),
)
"""Who logged in at the SFTP door, or tried to, under the name of an account: the newest few of each account."""

ran = Table(
    "ran",
    control,
    Column("district", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("begun", Text, nullable=False),
    Column("finished", Text),
    Column("source", Integer),
    Column("kind", Text, nullable=False),
    Column("trigger", Text, nullable=False),
    Column("dry_run", Boolean(create_constraint=False), nullable=False),
    Column("status", Text, nullable=False),
    Column("outcome", Text),
    Column("reason", Text),
    Column("revision_before", Integer),
    Column("revision_after", Integer),
    Column("totals", Text),
    Index("ran_by_begun", "begun"),
)
"""What ran in all districts: a line for each import of the last months, copied from the district's own log, which is the truth."""

reading = Table(
    "reading",
    control,
    Column("app", Text, ForeignKey("app.client_id", name="reading_app"), primary_key=True),
    Column("district", Text, primary_key=True),
    Column("at", Text, nullable=False),
    Column("revision", Integer, nullable=False),
)
"""When an app last read a district's roster, to the minute, and the revision that it saw."""

setup = Table(
    "setup",
    control,
    Column("district", Text, ForeignKey("district.slug", name="setup_district"), primary_key=True),
    Column("started", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("values", Text, nullable=False),
    Column("version", Integer, nullable=False),
)
"""A set-up that was begun in the console. `version` goes up with each change, so that two people do not undo each other."""

setup_message = Table(
    "setup_message",
    control,
    Column("id", Integer, primary_key=True),
    Column("district", Text, ForeignKey("setup.district", name="setup_message_setup"), nullable=False),
    Column("at", Text, nullable=False),
    Column("said_by", Text, nullable=False),
    Column("text", Text, nullable=False),
    Index("setup_message_by_district", "district", "id"),
)

setting = Table("setting", control, Column("name", Text, primary_key=True), Column("value", Text, nullable=False))
