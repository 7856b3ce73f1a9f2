"""Records that come and go: classes that were removed and stand in a file again, students who stand in none any more."""

from __future__ import annotations

from dataclasses import dataclass, replace

from homeroom.roster.names import quoted
from homeroom.treatment.feeds import left_out, marked, rows
from homeroom.treatment.treatment import Feeds, Night, Treatment
from homeroom.workbench.values import Feed

SPARED = "kept_students"
"""Workbench table: students who are in no complete file any more and stay all the same: sourcedId, runs."""
_THEIRS = {
    "users": '"sourcedId"',
    "demographics": '"sourcedId"',
    "roles": '"userSourcedId"',
    "userProfiles": '"userSourcedId"',
}
"""The tables of what belongs to a person alone, with the column that names the person: it stays with the person."""


@dataclass(frozen=True, slots=True)
class Absences:
    """How often students have been absent, as the commit is to keep it.

    `relation` has sourcedId and runs: in how many complete imports in a row the student was not found. `digest` stands for the users of
    tonight in any order: the same users again are no further import without the student (law 7).
    """

    relation: str
    digest: str


def without_returned(night: Night, treatment: Treatment, feeds: Feeds) -> Feeds:
    """Classes that were removed stay removed though a file lists them, and nothing that hangs on them is taken."""
    keys = rows(feeds, "classes", "sourcedId", "courseSourcedId")
    if keys is None:
        return feeds
    night.bench.run(
        f'CREATE OR REPLACE TABLE asked_returned AS SELECT DISTINCT "sourcedId" FROM ({keys}) WHERE "sourcedId" IS NOT NULL'
    )
    stored = night.lookup("classes", "asked_returned")
    night.bench.run(
        f"CREATE OR REPLACE TABLE returned_classes AS SELECT \"sourcedId\" AS id FROM {stored} WHERE status = 'tobedeleted'"
    )
    returned = '"sourcedId" IN (SELECT id FROM returned_classes)'
    # A course that was made of such a class alone is none either.
    classes = f'SELECT "courseSourcedId" FROM ({keys}) WHERE "courseSourcedId" IS NOT NULL AND'
    alone = f'"sourcedId" IN ({classes} {returned}) AND "sourcedId" NOT IN ({classes} NOT {returned})'

    def leaving(feed: Feed) -> str | None:
        if feed.table == "classes":
            return returned
        return alone if feed.table == "courses" and feed.made else None

    return left_out(night, feeds, "class-not-restored", leaving)


def whole(feeds: Feeds) -> bool:
    """Whether tonight's files say of every student that he is there or not: complete, all of them, and every row readable."""
    users = [f for f in feeds if f.table == "users" and not f.made]
    return bool(users) and all(_sure(f) for f in users)


def _sure(feed: Feed) -> bool:
    text = feed.text
    return feed.mode == "continuous" and not feed.partial and not text.unread and text.ragged is None and not text.doubtful


def absent(night: Night, treatment: Treatment, before: str, last: str | None, feeds: Feeds) -> Absences:
    """Make `absent_students` of a night with a complete file of users. `before`: relation of what was counted until now, `last` its digest."""
    bench = night.bench
    keys = rows(feeds, "users", "sourcedId") or 'SELECT NULL::VARCHAR AS "sourcedId" WHERE false'
    digest = _digest(night, feeds)
    stored = night.lookup("users", None)
    student = "role = 'student'"
    if any("role" not in f.columns for f in feeds if f.table == "users"):
        roles = night.lookup("roles", None)
        student += f" OR \"sourcedId\" IN (SELECT \"userSourcedId\" FROM {roles} WHERE status = 'active' AND role = 'student')"
    bench.run(f"""
        CREATE OR REPLACE TABLE absent_students AS
        SELECT s."sourcedId", coalesce(b.runs::INTEGER, 0) + {0 if digest == last else 1} AS runs
        FROM {stored} s LEFT JOIN {before} b ON s."sourcedId" = b."sourcedId"
        WHERE s.status = 'active' AND s._source = {treatment.source} AND ({student})
          AND s."sourcedId" NOT IN (SELECT "sourcedId" FROM ({keys}) WHERE "sourcedId" IS NOT NULL)
    """)
    # Whoever was absent for the first time in an import that is now repeated has been counted there.
    bench.run("UPDATE absent_students SET runs = 1 WHERE runs = 0")
    return Absences(SPARED, digest)


def spare(night: Night, treatment: Treatment) -> int:
    """Make `kept_students` of those who are absent. Returns how many are not among them, since they have been absent for long enough."""
    stay = "true" if isinstance(treatment.absent, str) else f"runs < {treatment.absent}"
    night.bench.run(f"CREATE OR REPLACE TABLE {SPARED} AS SELECT * FROM absent_students WHERE {stay}")
    return int(night.bench.value("SELECT count(*) FROM absent_students") - night.bench.value(f"SELECT count(*) FROM {SPARED}"))


def spared(treatment: Treatment, feeds: Feeds) -> Feeds:
    """The feeds, with the records of such students told as none of which tonight's files say that it is gone."""
    return [_sparing(f, treatment) if f.table in _THEIRS else f for f in feeds]


def _sparing(feed: Feed, treatment: Treatment) -> Feed:
    mine = f'{_THEIRS[feed.table]} IN (SELECT "sourcedId" FROM {SPARED})'
    both = f"({feed.spares}) OR {mine}" if feed.spares else mine
    return replace(feed, spares=both, fingerprint=marked(feed, "absent", str(treatment.absent)))


def _digest(night: Night, feeds: Feeds) -> str:
    parts = []
    for feed in feeds:
        if feed.table == "users" and not feed.made:
            cells = ", ".join(quoted(c) for c in feed.columns)
            row = night.bench.rows(
                f"SELECT count(*), coalesce(sum(hash({cells})), 0)::HUGEINT, coalesce(bit_xor(hash({cells})), 0)::UBIGINT "
                f"FROM ({feed.select}) WHERE _keep"
            )[0]
            parts.append(":".join(map(str, row)))
    return " ".join(parts)


AFRESH = frozenset(_THEIRS)
"""Tables that must be walked whole on a night on which such a student leaves: no snapshot has the records."""
