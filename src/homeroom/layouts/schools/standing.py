"""Which schools step out tonight: every rule over the schools of tonight's files and of the store, in SQL.

Made in the workbench: `schools_seen` (every school that is known tonight) and `stepped_out` (sourcedId, name, kind, rule), each
school once. A school's own word goes before lists, lists before formulas, these before a missing match.
"""

from __future__ import annotations

from collections.abc import Sequence

from homeroom.layouts import recipes
from homeroom.layouts.nearness import cleaned
from homeroom.layouts.schools.rules import SchoolRules
from homeroom.roster.names import quoted, text
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import MARK, Feed, Lookup

SEEN = "schools_seen"
"""sourcedId, name, type, identifier, parentSourcedId, mark (text, NULL: says nothing), came (whether tonight's files bring it)."""
OUT = "stepped_out"
ABOVE = "('district', 'local', 'state', 'national')"
"""Orgs that hold schools and are none: what is below them does not step out with them."""
_COLUMNS = ("name", "type", "identifier", "parentSourcedId")


def stand(workbench: Workbench, rules: SchoolRules, feeds: Sequence[Feed], lookup: Lookup) -> int:
    """Make `schools_seen` and `stepped_out`; returns how many schools step out. `feeds` are those of the table orgs."""
    _see(workbench, rules, feeds, lookup)
    told = " UNION ALL ".join(_verdicts(workbench, rules, whole(feeds)))
    workbench.run(f"""
        CREATE OR REPLACE TABLE {OUT} AS
        WITH told AS ({told}), first AS (SELECT * FROM told QUALIFY row_number() OVER (PARTITION BY id ORDER BY rank) = 1)
        SELECT f.id AS "sourcedId", s.name, f.kind, f.rule FROM first f LEFT JOIN {SEEN} s ON s."sourcedId" = f.id
    """)
    _below(workbench)
    _tell_unclear(workbench, rules)
    return int(workbench.value(f"SELECT count(*) FROM {OUT}"))


def whole(feeds: Sequence[Feed]) -> bool:
    """Whether tonight's schools are all that there are: a school that is not among them has left."""
    return bool(feeds) and all(
        f.mode == "continuous" and not f.partial and not f.text.unread and f.text.ragged is None and not f.text.doubtful
        for f in feeds
    )


def _see(workbench: Workbench, rules: SchoolRules, feeds: Sequence[Feed], lookup: Lookup) -> None:
    """Tonight's schools; and those of the store that tonight's files do not bring."""
    pieces = [_seen(feed, rules) for feed in feeds]
    cells = ", ".join(quoted(c) for c in _COLUMNS)
    if rules.said or not pieces:
        pieces.append(f"""
            SELECT "sourcedId", {cells}, NULL AS mark, false AS came FROM {lookup("orgs", None)} WHERE status = 'active'
        """)
    workbench.run(f"""
        CREATE OR REPLACE TABLE {SEEN} AS
        SELECT "sourcedId", {", ".join(f"max_by(p.{quoted(c)}, p.came) AS {quoted(c)}" for c in _COLUMNS)},
               CASE WHEN bool_or(p.mark = 'true') THEN 'true' ELSE max(p.mark) END AS mark, bool_or(p.came) AS came
        FROM ({" UNION ALL ".join(pieces)}) p WHERE "sourcedId" IS NOT NULL GROUP BY "sourcedId"
    """)


def _seen(feed: Feed, rules: SchoolRules) -> str:
    """One feed's schools. A mark is `true`, `false` (a blank cell too) or what stands there; NULL where the file has no such column."""
    cells = ", ".join(f"{quoted(c) if c in feed.columns else 'NULL'}::VARCHAR AS {quoted(c)}" for c in _COLUMNS)
    said = _mark(feed, rules)
    mark = f"coalesce({recipes.apply('boolean', said)}, 'false')" if said is not None else "NULL::VARCHAR"
    return f'SELECT "sourcedId"::VARCHAR AS "sourcedId", {cells}, {mark} AS mark, true AS came FROM ({feed.select}) WHERE _keep'


def _mark(feed: Feed, rules: SchoolRules) -> str | None:
    """The school's word for itself: the cell of its file, or a member of metadata that the layout fills."""
    if rules.column is None:
        return None
    if feed.marked:
        return MARK
    member = next((m for m in feed.members if cleaned(m) == cleaned(rules.column)), None)
    path = text(f'$."{member}"')
    return f"json_extract_string(metadata, {path})" if member is not None and "metadata" in feed.columns else None


def marks(feeds: Sequence[Feed], rules: SchoolRules) -> bool:
    """Whether any of tonight's files has a column by which schools speak for themselves."""
    return any(_mark(feed, rules) is not None for feed in feeds)


def _verdicts(workbench: Workbench, rules: SchoolRules, complete: bool) -> list[str]:
    """SELECTs of `id, kind, rule, rank`: the schools that step out by each rule."""
    word = text(rules.column or "")
    told = [f"SELECT \"sourcedId\" AS id, 'column' AS kind, {word} AS rule, 1 AS rank FROM {SEEN} WHERE mark = 'true'"]
    if rules.listed:
        workbench.load("schools_listed", ("id", "rule"), list(rules.listed.items()))
        told.append("SELECT id, 'list', rule, 2 FROM schools_listed")
    if rules.formula is not None:
        told.append(f"SELECT \"sourcedId\", 'formula', {text(rules.formula)}, 3 FROM {SEEN} WHERE {_holds(rules)}")
    if rules.own:
        workbench.load("schools_matched", ("id",), [(sis,) for sis in rules.matched])
        told.append(f"""
            SELECT "sourcedId", 'unmatched', 'no own school is matched with it', 4 FROM {SEEN}
            ANTI JOIN schools_matched ON "sourcedId" = id WHERE {is_school()}
        """)
    if rules.carried:
        workbench.load("schools_carried", ("id", "kind", "rule"), [(id, o.by, o.rule) for id, o in rules.carried.items()])
        told.append(f"""
            SELECT id, kind, rule, CASE kind WHEN 'column' THEN 1 ELSE 3 END FROM schools_carried LEFT JOIN {SEEN} s ON s."sourcedId" = id
            WHERE CASE kind WHEN 'column' THEN coalesce(s.mark, '') NOT IN ('true', 'false') ELSE s."sourcedId" IS NULL END
              AND ({"false" if complete else "true"} OR coalesce(s.came, false))
        """)
    return told


def is_school() -> str:
    """SQL over `schools_seen`: whether an org is a school and no department or office."""
    return f"coalesce(lower(trim(type)), 'school') NOT IN {ABOVE} AND coalesce(lower(trim(type)), '') <> 'department'"


def _holds(rules: SchoolRules) -> str:
    from homeroom.layouts import formulas  # the SQL parser takes 0.2 s to load: only where a source has a formula

    assert rules.formula is not None
    words = {"today": text(rules.today)} | {c: quoted(c) for c in ("sourcedId", *_COLUMNS)}
    return formulas.compile_condition(rules.formula, words)


def _below(workbench: Workbench) -> None:
    """Departments and the like go with the school that they belong to."""
    workbench.run(f"""
        INSERT INTO {OUT}
        WITH RECURSIVE below AS (
            SELECT o."sourcedId" AS id, o."sourcedId" AS top FROM {OUT} o JOIN {SEEN} s USING ("sourcedId")
            WHERE coalesce(lower(trim(s.type)), '') NOT IN {ABOVE}
            UNION
            SELECT s."sourcedId", b.top FROM below b JOIN {SEEN} s ON s."parentSourcedId" = b.id
        )
        SELECT b.id, any_value(s.name), 'parent', 'belongs to ' || min(b.top) FROM below b JOIN {SEEN} s ON s."sourcedId" = b.id
        WHERE b.id NOT IN (SELECT "sourcedId" FROM {OUT}) GROUP BY b.id
    """)


def _tell_unclear(workbench: Workbench, rules: SchoolRules) -> None:
    """A word that is no yes and no no, or a column that came no more: what was said last time holds. And lists that name nobody."""
    unclear = f"SELECT \"sourcedId\", mark FROM {SEEN} WHERE mark NOT IN ('true', 'false') ORDER BY 1"
    for school, mark in workbench.rows(unclear):
        workbench.tell("ignore-mark-unreadable", table="orgs", school=school, value=mark)
    silent = workbench.value(f"""
        SELECT count(*) FROM {OUT} o JOIN {SEEN} s USING ("sourcedId") WHERE o.kind = 'column' AND s.came AND s.mark IS NULL
    """)
    if silent:
        workbench.tell("ignore-column-missing", table="orgs", column_missing=rules.column, count=silent)
    if rules.listed:
        strange = f'SELECT id, rule FROM schools_listed ANTI JOIN {SEEN} ON id = "sourcedId" ORDER BY 1'
        for school, rule in workbench.rows(strange):
            workbench.tell("ignored-school-unknown", table="orgs", school=school, rule=rule)
