"""The tables of the control store about those who sign in: who they are, how they came in, what they may for how long, what they get.

The rules are those of `control_tables`: text for JSON and points in time, secrets only hashed or wrapped.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from homeroom.store.control_metadata import control

person = Table(
    "person",
    control,
    Column("id", Integer, primary_key=True),
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
    UniqueConstraint("email", name="person_email"),
    UniqueConstraint("subject", name="person_subject"),
)
"""Who may sign in. `totp` is encrypted; `totp_step` the last time step whose code was used; `subject` the name at the OIDC issuer."""

session = Table(
    "session",
    control,
    Column("id", Integer, primary_key=True),
    Column("sha256", Text, nullable=False),
    Column("person", Integer, ForeignKey("person.id", name="session_person"), nullable=False),
    Column("created", Text, nullable=False),
    Column("seen", Text, nullable=False),
    Column("expires", Text, nullable=False),
    Column("agent", Text, nullable=False),
    Column("address", Text, nullable=False),
    UniqueConstraint("sha256", name="session_sha256"),
    Index("session_by_person", "person"),
)

elevation = Table(
    "elevation",
    control,
    Column("id", Integer, primary_key=True),
    Column("person", Integer, ForeignKey("person.id", name="elevation_person"), nullable=False),
    Column("session", Integer),
    Column("kind", Text, nullable=False),
    Column("district", Text),
    Column("reason", Text, nullable=False),
    Column("began", Text, nullable=False),
    Column("until", Text, nullable=False),
    Column("ended", Text),
    Index("elevation_by_session", "session"),
)

once = Table(
    "once",
    control,
    Column("sha256", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("district", Text),
    Column("about", Text, nullable=False),
    Column("sealed", Text),
    Column("given_by", Text, nullable=False),
    Column("created", Text, nullable=False),
    Column("expires", Text, nullable=False),
    Column("used", Text),
)
"""Links that open once. `sealed` is what they hand over, encrypted, and gone after use."""

support = Table(
    "support",
    control,
    Column("district", Text, ForeignKey("district.slug", name="support_district"), primary_key=True),
    Column("until", Text, nullable=False),
    Column("said_by", Text, nullable=False),
)

personal_token = Table(
    "personal_token",
    control,
    Column("id", Integer, primary_key=True),
    Column("sha256", Text, nullable=False),
    Column("person", Integer, ForeignKey("person.id", name="personal_token_person"), nullable=False),
    Column("name", Text, nullable=False),
    Column("districts", Text),
    Column("elevation", Integer, ForeignKey("elevation.id", name="personal_token_elevation")),
    Column("created", Text, nullable=False),
    Column("expires", Text, nullable=False),
    Column("used", Text),
    Column("revoked", Text),
    UniqueConstraint("sha256", name="personal_token_sha256"),
    Index("personal_token_by_person", "person"),
)

attempt = Table(
    "attempt",
    control,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False),
    Column("at", Text, nullable=False),
    Index("attempt_by_key", "key", "at"),
)
"""Sign-ins that did not match, under a hash of who was meant or where from."""

mailing = Table(
    "mailing",
    control,
    Column("news", Integer, ForeignKey("news.id", name="mailing_news"), primary_key=True, autoincrement=False),
    Column("person", Integer, ForeignKey("person.id", name="mailing_person"), primary_key=True, autoincrement=False),
    Column("tries", Integer, nullable=False),
    Column("due", Text, nullable=False),
    Column("sent", Text),
    Column("trouble", Text),
    Index("mailing_by_due", "sent", "due"),
)
"""One e-mail to one person. `trouble`: why the last try did not work; with no `due` left it is given up."""

found = Table(
    "found",
    control,
    Column("sha256", Text, primary_key=True),
    Column("session", Integer, nullable=False),
    Column("district", Text, nullable=False),
    Column("sealed", Text, nullable=False),
    Column("expires", Text, nullable=False),
    Index("found_by_expires", "expires"),
)
"""What a search for people found, for the session that asked, under the hash of a handle. `sealed`: the words and the row ids, encrypted."""
