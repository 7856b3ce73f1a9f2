"""Students known by their number: the key of every student and every mention of one become the number together.

Which number belongs to which sourcedId is read from tonight's files of users, and for students who are not in them from the
store: every student's record keeps the sourcedId of the system (`metadata.sisSourcedId`). What cannot be translated is never left as it
stands, since a sourcedId may be somebody else's number: it becomes a word that is nobody's id, and the checks tell it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from homeroom.compare.resemblance import SYSTEM_ID as MEMBER
from homeroom.roster.catalogue import Format, catalogue
from homeroom.roster.contacts import CONTACTS
from homeroom.roster.names import ROUNDED_ID, UNMAPPED, quoted
from homeroom.roster.names import text as literal
from homeroom.treatment.feeds import marked, numbered, places, rows
from homeroom.treatment.phones import with_member
from homeroom.treatment.treatment import Feeds, Night, Treatment
from homeroom.workbench.values import Feed

MISSING, SHARED = "student-number-missing", "student-number-shared"
NOBODY = "no-number-"
"""What stands before the sourcedId of a student who has no number that can be used, in the report too."""
TABLE = "treated_students"
"""Workbench table: `id` (sourcedId as sent), `key` (what it becomes), `fault` (a code, or NULL; then `key` is the record that lives on)."""


def by_number(night: Night, treatment: Treatment, feeds: Feeds) -> Feeds:
    """Translate every feed that names students."""
    assert treatment.number is not None
    _make_table(night, treatment.number, feeds)
    return [_translated(night, f, treatment.number) for f in feeds]


def _make_table(night: Night, number: str, feeds: Feeds) -> None:
    """Tonight's students with their numbers, those whom only the store knows, and numbers that are no sourcedId of anybody."""
    bench = night.bench
    people = rows(feeds, "users", "sourcedId", "role", number) or _none("sourcedId", "role", number)
    roles = rows([f for f in feeds if "role" in f.columns], "roles", "userSourcedId", "role") or _none("userSourcedId", "role")
    others = ", ".join(literal(word) for word in sorted(_roles() - {"student"}))
    bench.run(f"""
        CREATE OR REPLACE TABLE treated_said AS
        WITH said AS (SELECT "userSourcedId" AS id, bool_or(lower(role) = 'student') AS student,
                             bool_or(lower(role) IN ({others})) AS other FROM ({roles}) GROUP BY 1)
        SELECT u."sourcedId" AS id, nullif(trim({quoted(number)}), '') AS number,
               coalesce(lower(role) = 'student', false) OR coalesce(s.student, false) AS student,
               coalesce(lower(role) IN ({others}), s.other, false) AS other
        FROM ({people}) u LEFT JOIN said s ON u."sourcedId" = s.id
        WHERE u."sourcedId" IS NOT NULL AND NOT {_is_none('u."sourcedId"')}
    """)
    bench.run(f"""
        CREATE OR REPLACE TABLE {TABLE} AS
        WITH known AS (SELECT id, max(number) AS number, count(DISTINCT number) AS numbers FROM treated_said WHERE student GROUP BY id),
             shared AS (SELECT number FROM known GROUP BY number HAVING number IS NOT NULL AND count(*) > 1)
        SELECT id, CASE WHEN number IS NULL OR {_is_none("number")} OR numbers > 1 THEN NULL ELSE number END AS key,
               CASE WHEN number IS NULL OR {_is_none("number")} OR numbers > 1 THEN {literal(MISSING)}
                    WHEN number IN (FROM shared) THEN {literal(SHARED)} END AS fault
        FROM known
    """)
    if _needs_store(night, feeds):
        _add_stored(night)
    bench.run(f"""
        INSERT INTO {TABLE} SELECT DISTINCT key, {literal(NOBODY)} || key, NULL FROM {TABLE}
        WHERE key IS NOT NULL AND key NOT IN (SELECT id FROM treated_said) AND key NOT IN (SELECT id FROM {TABLE})
    """)


def _needs_store(night: Night, feeds: Sequence[Feed]) -> bool:
    """Whether tonight's files alone do not say who the students are, or one of them has no number that can be used."""
    users = [f for f in feeds if f.table == "users"]
    whole = users and all(f.mode == "continuous" and not f.partial and not f.text.unread and f.text.ragged is None for f in users)
    open_ = f"(SELECT count(*) FROM {TABLE} WHERE fault IS NOT NULL) + (SELECT count(*) FROM treated_said WHERE {_UNCLEAR})"
    return not whole or bool(night.bench.value(f"SELECT {open_}"))


def _add_stored(night: Night) -> None:
    """Numbers of the students whom the store knows: for those who did not come, and to name the record of one who cannot be taken."""
    stored = night.lookup("users", None)
    own = f'substr("sourcedId", {len(night.prefix) + 1})' if night.prefix and "users" not in night.shared else '"sourcedId"'
    known = f"json_extract_string(metadata, '$.{MEMBER}')"
    night.bench.run(f"""
        CREATE OR REPLACE TABLE treated_stored AS
        SELECT {known} AS id, max({own}) AS key FROM {stored} WHERE status = 'active' AND {known} IS NOT NULL GROUP BY 1 HAVING count(*) = 1
    """)
    night.bench.run(f"UPDATE {TABLE} SET key = s.key FROM treated_stored s WHERE {TABLE}.id = s.id AND {TABLE}.fault IS NOT NULL")
    known_tonight = f"SELECT id FROM treated_said WHERE NOT ({_UNCLEAR})"
    night.bench.run(f"INSERT INTO {TABLE} SELECT id, key, NULL FROM treated_stored WHERE id NOT IN ({known_tonight})")


_UNCLEAR = "NOT student AND NOT other"
"""SQL over treated_said: nobody can say tonight whether the person is a student (the role is unreadable); then the store does (law 3)."""


def _roles() -> frozenset[str]:
    """Every role that the standard knows, in any version."""
    return frozenset(word.lower() for name in ("userRole11", "orgRole12") for word in catalogue().codes[name].values)


def _none(*columns: str) -> str:
    return f"SELECT {', '.join(f'NULL::VARCHAR AS {quoted(c)}' for c in columns)} WHERE false"


def _is_none(column: str) -> str:
    """SQL: whether a cell is no id at all: ruined by a spreadsheet, or refused by a value map."""
    return f"(regexp_full_match({column}, {literal(ROUNDED_ID)}) OR starts_with({column}, {literal(UNMAPPED)}))"


def _translated(night: Night, feed: Feed, number: str) -> Feed:
    """A feed with numbers for its students: joined once for each column that names people."""
    named = _columns(night, feed)
    if not named:
        return feed
    joins, values = [], {}
    for n, (column, several) in enumerate(named.items()):
        cell = f"f.{quoted(column)}"
        if several:
            values[column] = f"coalesce(l{n}.value, {cell})"
            joins.append(f"LEFT JOIN ({_lists(feed, column)}) l{n} ON l{n}.cell = {cell}")
            continue
        key = f"coalesce(t{n}.key, {literal(NOBODY)} || t{n}.id)"
        if feed.table == "users" and column == "sourcedId":
            key = f"CASE WHEN t{n}.fault IS NULL THEN {key} ELSE {literal(UNMAPPED)} || t{n}.fault || {literal(UNMAPPED)} || {key} END"
        values[column] = f"CASE WHEN t{n}.id IS NOT NULL THEN {key} ELSE {cell} END"
        joins.append(f"LEFT JOIN {TABLE} t{n} ON t{n}.id = {cell}")
    own = [f'CASE WHEN t0.id IS NOT NULL AND t0.fault IS NULL THEN f."sourcedId" END AS {_SIS}'] if feed.table == "users" else []
    cells = (f"{values.get(c, 'f.' + quoted(c))} AS {quoted(c)}" for c in feed.columns)
    listed = ", ".join([*(f"f.{c}" for c in places(feed)), *own, *cells])
    made = replace(
        feed,
        text=replace(feed.text, numbered=True, by_line=None),
        select=f"SELECT {listed} FROM ({numbered(feed)}) f {' '.join(joins)}",
        fingerprint=marked(feed, "by number", number),
        key_cell=None if "sourcedId" in named else feed.key_cell,
    )
    return _remembering(made) if own else made


_SIS = "_sis"


def _remembering(feed: Feed) -> Feed:
    """The users feed with the system's own id in every student's metadata; its refusals can be told."""
    made = with_member(feed, MEMBER, _SIS)
    return replace(made, select=f"SELECT * EXCLUDE ({_SIS}) FROM ({made.select})", refusals=(MISSING, SHARED))


def _columns(night: Night, feed: Feed) -> dict[str, bool]:
    """Columns of a feed that may name a student -> whether they hold several ids; the key first."""
    if feed.table == CONTACTS:
        return {"student": False} if "student" in feed.columns else {}
    found = {"sourcedId": False} if feed.table == "users" else {}
    for field in night.book[feed.table].references:
        if field.ref == "users" and field.name in feed.columns:
            found[field.name] = field.format is Format.LIST_GUID_REF
    return found


def _lists(feed: Feed, column: str) -> str:
    """SELECT of the different cells of a list column and what they become, where an item of theirs is a student."""
    cells = f"SELECT DISTINCT {quoted(column)} AS cell FROM ({feed.select}) WHERE {quoted(column)} IS NOT NULL"
    split = (
        "SELECT cell, trim(unnest(string_split(cell, ','))) AS item, generate_subscripts(string_split(cell, ','), 1) AS place "
        f"FROM ({cells})"
    )
    one = f"CASE WHEN t.id IS NULL THEN item ELSE coalesce(t.key, {literal(NOBODY)} || t.id) END"
    return (
        f"SELECT cell, string_agg({one}, ',' ORDER BY place) AS value FROM ({split}) LEFT JOIN {TABLE} t ON t.id = item "
        "GROUP BY cell HAVING bool_or(t.id IS NOT NULL)"
    )
