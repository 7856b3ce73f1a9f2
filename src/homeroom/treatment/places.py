"""Which part of the district a source speaks of: its own office or not, the whole of it or one school."""

from __future__ import annotations

from homeroom.roster.contacts import GUARDIAN_ROLES
from homeroom.roster.faults import Refused
from homeroom.roster.names import quoted
from homeroom.roster.names import text as literal
from homeroom.treatment.feeds import items, kept_where, left_out, marked, mended, offices, rows
from homeroom.treatment.treatment import Feeds, Night, Treatment
from homeroom.workbench.values import Feed

EXAMPLES = 3
"""So many schools are named where none is the one that is meant."""
_NO_STAFF = ", ".join(literal(r) for r in ("student", *GUARDIAN_ROLES))


def without_office(night: Night, treatment: Treatment, feeds: Feeds) -> Feeds:
    """Staff of whom no file names a school are left out, with what hangs on them."""
    orgs = offices(night, feeds)
    roles = rows(feeds, "roles", "userSourcedId", "role", "orgSourcedId")
    named = (
        f'SELECT "userSourcedId" FROM ({roles}) GROUP BY 1 '
        f'HAVING bool_and(coalesce(list_contains({orgs}, "orgSourcedId"), false) AND coalesce(lower(role) NOT IN ({_NO_STAFF}), false))'
        if roles
        else None
    )

    def leaving(feed: Feed) -> str | None:
        if feed.table != "users":
            return None
        if {"role", "orgSourcedIds"} <= {*feed.columns}:
            listed = items('"orgSourcedIds"')
            every = f"len({listed}) > 0 AND list_has_all({orgs}, {listed})"
            return f"lower(role) NOT IN ({_NO_STAFF}) AND {every}"
        return f'"sourcedId" IN ({named})' if named else None

    return left_out(night, feeds, "office-left-out", leaving)


def one_school(night: Night, treatment: Treatment, feeds: Feeds) -> Feeds:
    """Rows of other schools are left out, with what hangs on them; blank or absent school columns become the source's school."""
    school, orgs = treatment.school or "", offices(night, feeds)
    here = f"list_append({orgs}, {literal(school)})"
    filled = [_filled(night, f, school) for f in feeds]

    roles = rows(filled, "roles", "userSourcedId", "orgSourcedId")
    elsewhere = f'SELECT "userSourcedId" FROM ({roles}) GROUP BY 1 HAVING NOT bool_or(coalesce(list_contains({here}, "orgSourcedId"), false))'

    def leaving(feed: Feed) -> str | None:
        if feed.table == "users" and "orgSourcedIds" not in feed.columns:
            return f'"sourcedId" IN ({elsewhere})' if roles else None
        if feed.table == "orgs":
            return f"lower(type) = 'school' AND \"sourcedId\" <> {literal(school)}" if "type" in feed.columns else None
        column = _column(night, feed)
        if column is None or column not in feed.columns:
            return None
        if _is_list(night, feed):
            listed = items(quoted(column))
            return f"len({listed}) > 0 AND NOT list_has_any({here}, {listed})"
        return f"NOT list_contains({here}, {quoted(column)})"

    made = left_out(night, filled, "other-school", leaving)
    _judge_school(night, feeds, made, school)
    return [_trimmed(night, f, here) for f in made]


def _judge_school(night: Night, came: Feeds, left: Feeds, school: str) -> None:
    """Raises Refused("schools_not_found") where whole files name schools, and none of them is the one of which the source speaks."""
    if not any(f.mode == "continuous" and _column(night, f) for f in came):
        return
    if any(_names(night, f, school) for f in left) or not (others := sorted(_schools(night, came))):
        return
    near = next((o for o in others if o.lstrip("0") == school.lstrip("0")), None)
    listed = ", ".join(others[:EXAMPLES]) + (" ..." if len(others) > EXAMPLES else "")
    hint = f"; {near} differs from it by leading zeros only" if near is not None else ""
    raise Refused(
        "schools_not_found",
        why=f"This source speaks of school {school} alone, and no row names it; the files name {listed}{hint}",
    )


def _names(night: Night, feed: Feed, school: str) -> bool:
    """Whether a row that is left speaks of the school."""
    if feed.table == "orgs":
        said = f'"sourcedId" = {literal(school)}'
    elif (column := _column(night, feed)) is not None and column in feed.columns:
        said = f"list_contains({items(quoted(column))}, {literal(school)})"
    else:
        return False
    return bool(night.bench.value(f"SELECT count(*) FROM (SELECT 1 FROM ({feed.select}) WHERE _keep AND {said} LIMIT 1)"))


def _schools(night: Night, feeds: Feeds) -> set[str]:
    """The schools that the files name, among them no district or office."""
    orgs, found = offices(night, feeds), set[str]()
    for feed in feeds:
        column = "sourcedId" if feed.table == "orgs" else _column(night, feed)
        if column is not None and column in feed.columns:
            each = f"SELECT unnest({items(quoted(column))}) AS id FROM ({feed.select}) WHERE _keep"
            found |= {
                str(id) for (id,) in night.bench.rows(f"SELECT DISTINCT id FROM ({each}) WHERE NOT list_contains({orgs}, id)")
            }
    return found


def _column(night: Night, feed: Feed) -> str | None:
    table = night.book.tables.get(feed.table)
    return table.school_column if table else None


def _is_list(night: Night, feed: Feed) -> bool:
    column = _column(night, feed)
    return column is not None and night.book[feed.table].field(column).format.is_list


def _filled(night: Night, feed: Feed, school: str) -> Feed:
    column = _column(night, feed)
    if column is None or (feed.table == "users" and column not in feed.columns and "role" not in feed.columns):
        return feed  # people of OneRoster 1.2 have their schools in roles
    given = f"nullif({quoted(column)}, '')" if column in feed.columns else "NULL"
    return mended(feed, "school", {column: f"coalesce({given}, {literal(school)})"})


def _trimmed(night: Night, feed: Feed, here: str) -> Feed:
    """A person's schools without those of which this source does not speak."""
    column = _column(night, feed)
    if column is None or not _is_list(night, feed) or column not in feed.columns:
        return feed
    own = f"list_filter({items(quoted(column))}, lambda x: list_contains({here}, x))"
    return mended(feed, "own school", {column: f"nullif(array_to_string({own}, ','), '')"})


def of_others(night: Night, treatment: Treatment, feeds: Feeds) -> Feeds:
    """Records that another source of one school holds already are left to it: the district, its terms, a teacher of both schools.

    People only where both names agree; otherwise the id means somebody else, and the row is refused as another source's.
    """
    among = ", ".join(str(n) for n in treatment.siblings)
    made: Feeds = []
    for feed in feeds:
        table = night.book.tables.get(feed.table)
        own_school = table is None or (table.school_column in ("schoolSourcedId",) and feed.table != "users")
        if own_school:
            made.append(feed)
            continue
        asked = quoted(f"asked_of_others_{feed.table}")
        night.bench.run(
            f'CREATE OR REPLACE TABLE {asked} AS SELECT DISTINCT "sourcedId" FROM ({feed.select}) WHERE _keep AND "sourcedId" IS NOT NULL'
        )
        stored = night.lookup(feed.table, asked)
        held = (
            f'SELECT 1 FROM {stored} h WHERE h.status = \'active\' AND h._source IN ({among}) AND h."sourcedId" = q."sourcedId"'
        )
        made.append(_left_to_others(night, feed, held + _same_person(feed)))
    return made


def _same_person(feed: Feed) -> str:
    names = [c for c in ("givenName", "familyName") if c in feed.columns] if feed.table == "users" else []
    return "".join(f" AND lower(h.{quoted(c)}) IS NOT DISTINCT FROM lower(q.{quoted(c)})" for c in names)


def _left_to_others(night: Night, feed: Feed, held: str) -> Feed:
    rows_ = f'SELECT DISTINCT "sourcedId" AS id FROM (SELECT * FROM ({feed.select}) WHERE _keep) q WHERE EXISTS ({held})'
    name = quoted(f"of_others_{feed.table}_{feed.text.file.number}_{marked(feed, 'others')[:8]}")
    count = night.bench.value(f"CREATE OR REPLACE TABLE {name} AS {rows_}")
    if count and not feed.made:
        number = night.bench.value(f'SELECT count(*) FROM ({feed.select}) WHERE _keep AND "sourcedId" IN (SELECT id FROM {name})')
        night.bench.tell("held-by-other-school", file=feed.text.file.number, table=feed.table, count=int(number), what=feed.table)
    return kept_where(feed, "others", f'"sourcedId" NOT IN (SELECT id FROM {name})')
