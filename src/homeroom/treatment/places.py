"""Which part of the district a source speaks of: its own office or not, the whole of it or one school."""

from __future__ import annotations

from homeroom.roster.contacts import GUARDIAN_ROLES
from homeroom.roster.names import quoted
from homeroom.roster.names import text as literal
from homeroom.treatment.feeds import items, kept_where, left_out, marked, mended, offices, rows
from homeroom.treatment.treatment import Feeds, Night, Treatment
from homeroom.workbench.values import Feed

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

    return [_trimmed(night, f, here) for f in left_out(night, filled, "other-school", leaving)]


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
