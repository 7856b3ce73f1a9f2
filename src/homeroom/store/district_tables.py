"""The tables of a district's store beside the roster itself: revisions, imports, issues, changes, outbox, snapshots.

They lie in the same file or schema as the roster, so that one transaction commits all of it (law 1).
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, PrimaryKeyConstraint, String, Table, Text

HEAD = "0008"
"""The migration that `district` stands for; a test compares the two."""

WIDE = BigInteger().with_variant(Integer(), "sqlite")
"""64 bits on both engines; SQLite makes a row id only of the very word INTEGER."""

district = MetaData()

version = Table(
    "alembic_version",
    district,
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),  # exactly as Alembic itself makes it
)

counter = Table("counter", district, Column("name", Text, primary_key=True), Column("value", Integer, nullable=False))
"""The last number given out, by name. Numbers are never given twice, whatever is purged."""

revision = Table(
    "revision",
    district,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("import", Integer),
    Column("kind", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("counts", Text, nullable=False),
    Column("who", Text),
)
"""`who`: the person who made it by hand, where no import did."""

delivery = Table(
    "delivery",
    district,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("source", Integer, nullable=False),
    Column("trigger", Text, nullable=False),
    Column("files", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("sealed_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Column("shredded_at", Text),
    Column("state", Text, nullable=False),
    Index("delivery_by_digest", "source", "digest"),
)

imports = Table(
    "import",
    district,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("delivery", Integer),
    Column("source", Integer),
    Column("kind", Text, nullable=False),
    Column("trigger", Text, nullable=False),
    Column("dry_run", Boolean(create_constraint=False), nullable=False),
    Column("status", Text, nullable=False),
    Column("outcome", Text),
    Column("reason", Text),
    Column("report", Text),
    Column("plan", Text),
    Column("revision_before", Integer),
    Column("revision_after", Integer),
    Column("step", Text),
    Column("progress", Text),
    Column("attempt", Integer, nullable=False),
    Column("executor", Text),
    Column("started_at", Text, nullable=False),
    Column("finished_at", Text),
    Column("totals", Text),
    Index("import_by_status", "status"),
    Index("import_by_start", "started_at"),
)
"""`totals`: the sums of the report (`store.totals`), so that the log need not open reports of a thousand issues."""

import_file = Table(
    "import_file",
    district,
    Column("import", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    sqlite_with_rowid=False,
)
"""Names of the files that an import read; a roster row keeps only the number (millions of rows, few names)."""

issue = Table(
    "issue",
    district,
    Column("import", Integer, primary_key=True, autoincrement=False),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("code", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("file", Text),
    Column("line", WIDE),
    Column("column", Text),
    Column("key", Text),
    Column("value", Text),
    Column("detail", Text),
    Column("table", Text),
    Column("refused", Boolean(create_constraint=False), nullable=False),
    Column("count", Integer, nullable=False),
    Column("head", Integer),
    Column("school", Text),
    Index("issue_by_code", "import", "code", "seq"),
)

change = Table(
    "change",
    district,
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("table", Text, nullable=False),
    Column("sourcedId", Text, nullable=False),
    Column("verb", Text, nullable=False),
    Column("fields", Text),
    Column("import", Integer),
    Index("change_by_record", "table", "sourcedId", "revision"),
)

held = Table(
    "held",
    district,
    Column("table", Text, primary_key=True),
    Column("sourcedId", Text, primary_key=True),
    Column("field", Text, primary_key=True),
    Column("since", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("why", Text),
    Column("offered", Text),
    Column("until", Text),
    sqlite_with_rowid=False,
)
"""What people hold of records (`homeroom.roster.holding`). `offered`: what the source says instead, a JSON object by field. `until`:
the day on which it ends by itself."""

outbox = Table(
    "outbox",
    district,
    Column("id", Integer, primary_key=True),
    Column("revision", Integer),
    Column("topic", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("created", Text, nullable=False),
    Column("sent", Text),
    Index("outbox_by_sent", "sent", "id"),
)

snapshot = Table(
    "snapshot",
    district,
    Column("source", Integer, primary_key=True, autoincrement=False),
    Column("table", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("record", Text, nullable=False),
)

block = Table(
    "block",
    district,
    Column("table", Text, primary_key=True),
    Column("block", Integer, primary_key=True, autoincrement=False),
    Column("active", Integer, nullable=False),
    Column("removed", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""Records per block of 1,024 ids: totals and pages at any offset without walking an index. Kept by every commit."""

tally = Table(
    "tally",
    district,
    Column("table", Text, primary_key=True),
    Column("source", Integer, primary_key=True, autoincrement=False),
    Column("school", Text, primary_key=True),
    Column("active", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""Active records per source and school ('' = all of the table), for the limits. Kept by every commit."""

dataset = Table(
    "dataset",
    district,
    Column("name", Text, primary_key=True),
    Column("declared", Text, nullable=False),
)
"""Datasets that a layout set declared, as they are known by now: a declaration lives as long as its rows."""

absence = Table(
    "absence",
    district,
    Column("source", Integer, primary_key=True, autoincrement=False),
    Column("sourcedId", Text, primary_key=True),
    Column("runs", Integer, nullable=False),
    Column("seen", Text, nullable=False),
    sqlite_with_rowid=False,
)
"""Students whom a source's complete files do not list any more and who stay for the time being: in how many imports in a row."""

write_back = Table(
    "write_back",
    district,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("source", Integer, nullable=False),
    Column("origin", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("who", Text, nullable=False),
    Column("began", Text, nullable=False),
    Column("ended", Text),
    Column("reason", Text),
    Index("write_back_by_digest", "source", "digest"),
)
"""Batches that were written to another system. `origin`: file or records; `digest` of all rows, by which a batch that was cut off is
known again; `reason`: why it ended early."""

write_back_result = Table(
    "write_back_result",
    district,
    Column("batch", Integer, primary_key=True, autoincrement=False),
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("client_uid", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("remote_id", Text),
    Column("findings", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("who", Text, nullable=False),
    Index("write_back_result_by_uid", "client_uid"),
    Index("write_back_result_by_digest", "digest"),
    sqlite_with_rowid=False,
)
"""What became of each record of a batch; never a value of it. Written as UNKNOWN before the record is sent."""

LOGS = (
    counter, revision, delivery, imports, import_file, issue, change, held, outbox, snapshot, block, tally, dataset, absence, write_back,
    write_back_result,
)  # fmt: skip
"""What a first load by new file carries over from the district's old file."""
