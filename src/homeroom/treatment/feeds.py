"""Feeds with other SQL: cells replaced, columns added or renamed, rows left out with everything that hangs on them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from homeroom.roster.names import quoted, text
from homeroom.treatment.treatment import Feeds, Night
from homeroom.workbench.values import DROPPED, Feed


def mended(feed: Feed, mark: str, values: Mapping[str, str]) -> Feed:
    """A feed with SQL in place of columns; those that it does not have are added. `mark` says in its fingerprint why."""
    if not values:
        return feed
    replaced = ", ".join(f"{sql} AS {quoted(c)}" for c, sql in values.items() if c in feed.columns)
    added = {c: sql for c, sql in values.items() if c not in feed.columns}
    listed = f"* REPLACE ({replaced})" if replaced else "*"
    more = "".join(f", {sql} AS {quoted(c)}" for c, sql in added.items())
    return replace(
        feed,
        columns=(*feed.columns, *added),
        select=f"SELECT {listed}{more} FROM ({feed.select})",
        fingerprint=marked(feed, mark, *values, *values.values()),
    )


def marked(feed: Feed, *parts: str) -> str:
    """The feed's fingerprint with what else now decides about its rows."""
    return hashlib.sha256("\n".join([feed.fingerprint, *parts]).encode()).hexdigest()


def kept_where(feed: Feed, mark: str, stays: str) -> Feed:
    """A feed that keeps only rows for which `stays` holds; the others count as ignored."""
    select = f"SELECT * REPLACE (_keep AND coalesce({stays}, true) AS _keep) FROM ({feed.select})"
    return replace(feed, select=select, fingerprint=marked(feed, mark, stays))


def numbered(feed: Feed) -> str:
    """A feed's rows with `_row` and `_line`, whatever is joined to them afterwards."""
    if feed.text.numbered or feed.made:
        return feed.select
    return f"SELECT row_number() OVER () AS _row, NULL::BIGINT AS _line, * FROM ({feed.select})"


def places(feed: Feed) -> tuple[str, ...]:
    """The columns of a numbered feed beside those that it delivers."""
    return ("_row", "_line", "_keep", *((DROPPED,) if feed.drops else ()))


def rows(feeds: Sequence[Feed], table: str, *columns: str) -> str | None:
    """SELECT of some columns of all kept rows of a table, NULL where a file lacks one; None where no file has the first."""
    pieces = [
        "SELECT "
        + ", ".join(quoted(c) if c in f.columns else f"NULL::VARCHAR AS {quoted(c)}" for c in columns)
        + f" FROM ({f.select}) WHERE _keep"
        for f in feeds
        if f.table == table and columns[0] in f.columns
    ]
    return " UNION ALL ".join(pieces) if pieces else None


def left_out(night: Night, feeds: Feeds, code: str, leaving: Callable[[Feed], str | None]) -> Feeds:
    """The feeds without some rows and without whatever must name one of them: a class goes with its enrollments.

    `leaving` gives SQL for the rows of a feed that are left out, or None. Each file is told under `code` with the number of rows.
    """
    made, gone = list(feeds), dict[str, str]()
    for table in night.book:
        mine = [n for n, f in enumerate(made) if f.table == table.name]
        hanging = [f for f in table.references if f.required and not f.format.is_list and f.ref in gone and f.ref != table.name]
        ids: list[str] = []
        for n in mine:
            feed = made[n]
            said = [
                leaving(feed),
                *(f"{quoted(f.name)} IN (SELECT id FROM {gone[f.ref or '']})" for f in hanging if f.name in feed.columns),
            ]
            out = " OR ".join(f"coalesce({sql}, false)" for sql in said if sql is not None)
            count = night.bench.value(f"SELECT count(*) FROM ({feed.select}) WHERE _keep AND ({out})") if out else 0
            if not out:
                continue
            if count and not feed.made:
                night.bench.tell(code, file=feed.text.file.number, table=table.name, count=int(count), what=table.name)
            if count:
                ids.append(f'SELECT "sourcedId" AS id FROM ({feed.select}) WHERE _keep AND ({out})')
            made[n] = kept_where(feed, code, f"NOT ({out})")
        if ids:
            gone[table.name] = _gone(night, code, table.name, ids, rows([made[n] for n in mine], table.name, "sourcedId"))
    return made


def _gone(night: Night, code: str, table: str, ids: Sequence[str], standing: str | None) -> str:
    """A table of the ids that no row stands for any more."""
    name = quoted(f"{code}_{table}")
    night.bench.run(
        f"CREATE OR REPLACE TABLE {name} AS SELECT DISTINCT id FROM ({' UNION ALL '.join(ids)}) "
        f'WHERE id IS NOT NULL AND id NOT IN (SELECT "sourcedId" FROM ({standing}) WHERE "sourcedId" IS NOT NULL)'
    )
    return name


def items(column: str) -> str:
    """SQL: the items of a list cell, without blanks around them."""
    return f"list_filter(list_transform(string_split({column}, ','), lambda x: trim(x)), lambda x: x <> '')"


def offices(night: Night, feeds: Sequence[Feed]) -> str:
    """SQL: the list of the orgs that are no school (there are few), by tonight's files, else by the store."""
    stored = night.lookup("orgs", None)
    own = f'substr("sourcedId", {len(night.prefix) + 1})' if night.prefix and "orgs" not in night.shared else '"sourcedId"'
    tonight = rows(feeds, "orgs", "sourcedId", "type") or 'SELECT NULL::VARCHAR AS "sourcedId", NULL::VARCHAR AS type WHERE false'
    found = night.bench.rows(f"""
        WITH said AS (SELECT * FROM ({tonight}) WHERE "sourcedId" IS NOT NULL)
        SELECT "sourcedId" AS id FROM said WHERE lower(type) <> 'school'
        UNION SELECT {own} FROM {stored} WHERE status = 'active' AND type <> 'school' AND {own} NOT IN (SELECT "sourcedId" FROM said)
        ORDER BY id
    """)
    return f"[{', '.join(text(i) for (i,) in found)}]::VARCHAR[]"
