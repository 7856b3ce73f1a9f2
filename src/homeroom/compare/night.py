"""The nightly walk of one table: one scan of the files, one comparison of hashes, and a second look only at what differs.

1. `night_T_N`: 16 bytes for each record of feed N; its rowid is the record number less one.
2. The sum over all hashes equals the snapshot's: the same records stand in the files, nothing more is read.
3. Otherwise one full join on the key's hash gives the changed and the gone. It also shows, by counting, whether any key
   stands twice tonight, so that the costly search for such keys is made only when there is one to find.
4. The changed records are looked at again: where a record is a line, their lines are copied out of the file and only these are
   parsed; otherwise the file is read a second time.

Measured reasons: a second read costs as much as keeping all rows when 1 % changes and far less when nothing does; copying the
lines out costs a fifth of it; a semi-join
written as IN makes DuckDB build its hash table on the file, a MARK join inside CASE does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from homeroom.compare import tonight
from homeroom.compare.snapshot import DIGEST, Snapshot, current, digest_text
from homeroom.roster.names import quoted, text
from homeroom.workbench.bench import Workbench
from homeroom.workbench.excerpts import LINE_ENDS, excerpt
from homeroom.workbench.values import EXCERPT, Feed, FeedCount, Sifted

TOO_DIFFERENT = 0.4
"""From this share of changed rows on a full walk is cheaper than reading twice and keeping the rows in memory."""
_SMALL = 50_000
"""Rows up to which memory is no question: a small table is always sifted."""
MOST_PICKED = 500_000
"""Records of one file up to which their lines are copied out; their numbers are held in memory."""


class NightTooDifferent(Exception):
    """So much differs from last night that every row should walk. Caught by `sift`, never seen outside this room."""


@dataclass(frozen=True, slots=True)
class _Tally:
    """What the first scan counted: per feed, then the kept records of all feeds and the digest of their hashes."""

    counts: tuple[FeedCount, ...]
    kept: int
    digest: str


def night(workbench: Workbench, table: str, feeds: Sequence[Feed], snapshot: Snapshot, touched: str | None) -> Sifted:
    """Sift one table against its snapshot. Raises NightTooDifferent, leaving nothing behind but `last_T`."""
    tally = _scan(workbench, table, feeds)
    _view(workbench, f"last_{table}", f"SELECT * FROM {current(snapshot)}")
    others = _touched(workbench, table, touched) if touched else None
    same = others is None and tally.digest == snapshot.digest
    if same:
        changed = 0
        _nothing(workbench, table, tonight.columns(feeds))
    else:
        changed = _compare(workbench, table, feeds, snapshot, tally, others)
        _gone(workbench, table, feeds, others)
        _read_again(workbench, table, feeds)
    _view(workbench, f"placed_{table}", _placed(table, feeds))
    return Sifted(
        table=table,
        columns=tonight.columns(feeds),
        mode="continuous",
        full=False,
        unchanged=tally.kept - changed,
        counts=tally.counts,
        feeds=tuple(feeds),
        told=snapshot.told,
        mended=snapshot.mended,
        same=same,
    )


def forget(workbench: Workbench, sifted: Sifted) -> None:
    """Drop the hashes of a sifted table, once it is checked; they should not stay in memory while the other tables walk."""
    if not sifted.full:
        workbench.run(f"DROP VIEW {quoted(f'placed_{sifted.table}')}")
        _forget(workbench, sifted.table, sifted.feeds)


def _scan(workbench: Workbench, table: str, feeds: Sequence[Feed]) -> _Tally:
    """Hash every record of every feed into `night_T_N`, and count."""
    counts, sums, kept = [], [], 0
    for number, feed in enumerate(feeds):
        hashed = f"SELECT {tonight.hashes(feed, feeds)} FROM ({feed.select})"
        total = workbench.value(f"CREATE OR REPLACE TABLE {_hashed(table, number)} AS {hashed}")
        mine, *parts = workbench.rows(f"SELECT count(*), {DIGEST} FROM {_hashed(table, number)} WHERE _keep")[0]
        dropped = workbench.value(f"SELECT {tonight.dropped(feed)} FROM {_hashed(table, number)}") if feed.drops else 0
        counts.append(FeedCount(feed.text.file.number, total, total - mine, dropped))
        kept += mine
        sums.append((mine, *parts))
    return _Tally(tuple(counts), kept, digest_text(sums))


def _touched(workbench: Workbench, table: str, touched: str) -> str | None:
    """A table of the keys, with their hashes, that others have changed since the snapshot; None when there are none."""
    name = quoted(f"touched_{table}")
    keys = f'SELECT DISTINCT "sourcedId" FROM {touched} WHERE "sourcedId" IS NOT NULL'
    count = workbench.value(
        f'CREATE OR REPLACE TABLE {name} AS SELECT "sourcedId", hash("sourcedId"::VARCHAR) AS _kh FROM ({keys})'
    )
    return name if count else None


def _compare(
    workbench: Workbench, table: str, feeds: Sequence[Feed], snapshot: Snapshot, tally: _Tally, others: str | None
) -> int:
    """Make `differing_T`: changed records (`_kh` filled) and gone keys (only `_last` filled). Returns the changed ones."""
    records, name = _records(table, feeds), quoted(f"differing_{table}")
    workbench.run(f"""
        CREATE OR REPLACE TABLE {name} AS
        SELECT n._feed, n._row, n._kh, n._rh, s._kh AS _last
        FROM {records} n FULL JOIN (SELECT _kh, _rh FROM {current(snapshot)}) s ON n._kh = s._kh
        WHERE n._rh IS NULL OR s._rh IS NULL OR n._rh <> s._rh
    """)
    changed, new, gone, keys = workbench.rows(f"""
        SELECT count(_kh), count(_kh) FILTER (WHERE _last IS NULL), count(*) FILTER (WHERE _kh IS NULL), count(DISTINCT _kh)
        FROM {name}
    """)[0]
    if changed > max(tally.kept * TOO_DIFFERENT, _SMALL):
        _forget(workbench, table, feeds)
        raise NightTooDifferent(table)
    known = tally.kept - new  # records whose key the snapshot has: as many as its keys that came, unless one came twice
    if known != snapshot.rows - gone or keys != changed:
        changed += _add(workbench, table, feeds, f"SELECT _kh FROM {records} GROUP BY _kh HAVING count(*) > 1")
    if others:
        changed += _add(workbench, table, feeds, f"SELECT _kh FROM {others}")
    return int(changed)


def _add(workbench: Workbench, table: str, feeds: Sequence[Feed], keys: str) -> int:
    """Add all records of some keys to those that are looked at again. Returns how many were not among them yet."""
    name = quoted(f"differing_{table}")
    return int(
        workbench.value(f"""
        INSERT INTO {name}
        SELECT n._feed, n._row, n._kh, n._rh, n._kh FROM {_records(table, feeds)} n
        WHERE n._kh IN ({keys})
          AND NOT EXISTS (SELECT 1 FROM {name} d WHERE d._feed = n._feed AND d._kh = n._kh AND d._rh = n._rh)
    """)
    )


def _gone(workbench: Workbench, table: str, feeds: Sequence[Feed], others: str | None) -> None:
    """Make `gone_T` and the view `unchanged_T`. A key is gone if no record carries it, refused ones included (law 3)."""
    differing, last = quoted(f"differing_{table}"), quoted(f"last_{table}")
    gone = f'SELECT "sourcedId", _kh FROM {last} WHERE _kh IN (SELECT _last FROM {differing} WHERE _kh IS NULL)'
    if others:
        gone += f' UNION SELECT "sourcedId", _kh FROM {others} WHERE _kh NOT IN (SELECT _kh FROM {_records(table, feeds)})'
    workbench.run(f"CREATE OR REPLACE TABLE {quoted(f'gone_{table}')} AS {gone}")
    moved = f"(SELECT coalesce(_kh, _last) AS _kh FROM {differing})"
    _stood(workbench, table, f"SELECT l.* FROM {last} l ANTI JOIN {moved} m ON l._kh = m._kh")


def _read_again(workbench: Workbench, table: str, feeds: Sequence[Feed]) -> None:
    """Make `shaped_T` from a second look at those files that hold a changed record."""
    _empty_shaped(workbench, table, tonight.columns(feeds))
    differing, wanted = quoted(f"differing_{table}"), quoted(f"wanted_{table}")
    for (number,) in workbench.rows(f"SELECT DISTINCT _feed FROM {differing} WHERE _kh IS NOT NULL ORDER BY _feed"):
        workbench.run(f"""
            CREATE OR REPLACE TABLE {wanted} AS
            SELECT _kh, _rh, _row, row_number() OVER (PARTITION BY _kh, _rh ORDER BY _row) AS _n,
                   row_number() OVER (ORDER BY _row) - 1 AS _place
            FROM {differing} WHERE _feed = {number}
        """)
        if not _picked(workbench, table, feeds, number):
            _parsed(workbench, table, feeds, number)
        workbench.run(f"DROP TABLE {wanted}")


def _picked(workbench: Workbench, table: str, feeds: Sequence[Feed], number: int) -> bool:
    """Copy the lines of the wanted records out of the file and parse only these. False, and nothing done, where that cannot be.

    Every record must turn out to be the one that the first scan hashed at its place: then the lines were the right ones.
    """
    feed, wanted = feeds[number], quoted(f"wanted_{table}")
    source, survey = feed.text, feed.text.inspected.survey
    if tonight.numbered(feed) or source.by_line is None or source.path is None or survey is None:
        return False
    if workbench.value(f"SELECT count(*) FROM {wanted}") > MOST_PICKED:
        return False
    rows = [row for (row,) in workbench.rows(f"SELECT _row FROM {wanted} ORDER BY _row")]
    place = workbench.folder / f"again_{table}_{number}.csv"
    excerpt(source.path, [survey.data_line + row - 1 for row in rows], LINE_ENDS[survey.line_end], place)
    relation = source.by_line.replace(text(str(EXCERPT)), text(str(place)))
    select = feed.select.replace(source.relation, relation)
    workbench.run(f"CREATE OR REPLACE TEMP TABLE again AS {tonight.records(replace(feed, select=select), feeds)}")
    taken = _take(workbench, table, feeds, number, "again", "a.rowid = w._place")
    place.unlink()
    if taken != len(rows):
        workbench.run(f"DELETE FROM {quoted(f'shaped_{table}')} WHERE _file = {source.file.number}")
    return taken == len(rows)


def _parsed(workbench: Workbench, table: str, feeds: Sequence[Feed], number: int) -> None:
    """Parse the whole file again and keep the wanted records."""
    feed, wanted = feeds[number], quoted(f"wanted_{table}")
    workbench.run(f"""
        CREATE OR REPLACE TEMP TABLE again AS SELECT * FROM ({tonight.records(feed, feeds)})
        WHERE _keep AND CASE WHEN _kh IN (SELECT _kh FROM {wanted}) THEN 1 ELSE 0 END = 1
    """)
    order = "_row" if tonight.numbered(feed) else "rowid"
    rows = f"(SELECT *, row_number() OVER (PARTITION BY _kh, _rh ORDER BY {order}) AS _n FROM again)"
    _take(workbench, table, feeds, number, rows, "a._n = w._n")


def _take(workbench: Workbench, table: str, feeds: Sequence[Feed], number: int, rows: str, same: str) -> int:
    """Put the wanted records among `rows` into `shaped_T`; returns how many."""
    feed = feeds[number]
    cells = ", ".join(f"a.{quoted(c)}" if c in feed.columns else "NULL" for c in tonight.columns(feeds))
    taken = workbench.value(f"""
        INSERT INTO {quoted(f"shaped_{table}")}
        SELECT {feed.text.file.number}, w._row, a._kh, a._rh, {cells}
        FROM {rows} a JOIN {quoted(f"wanted_{table}")} w ON a._kh = w._kh AND a._rh = w._rh AND {same}
        ORDER BY w._row
    """)
    workbench.run("DROP TABLE again")
    return int(taken)


def _nothing(workbench: Workbench, table: str, columns: Sequence[str]) -> None:
    """The night on which nothing changed: nothing to check, everything of last night stands."""
    _empty_shaped(workbench, table, columns)
    workbench.run(f'CREATE OR REPLACE TABLE {quoted(f"gone_{table}")} ("sourcedId" VARCHAR, _kh UBIGINT)')
    _stood(workbench, table, f"SELECT * FROM {quoted(f'last_{table}')}")


def _stood(workbench: Workbench, table: str, select: str) -> None:
    """Make `stood_T`, the rows that came as last night, and `unchanged_T`: the same, as long as none of them is recalled."""
    _view(workbench, f"stood_{table}", select)
    _view(workbench, f"unchanged_{table}", f"FROM {quoted(f'stood_{table}')}")


def _empty_shaped(workbench: Workbench, table: str, columns: Sequence[str]) -> None:
    cells = ", ".join(f"{quoted(c)} VARCHAR" for c in columns)
    workbench.run(
        f"CREATE OR REPLACE TABLE {quoted(f'shaped_{table}')} (_file INTEGER, _row BIGINT, _kh UBIGINT, _rh UBIGINT, {cells})"
    )


def _view(workbench: Workbench, name: str, select: str) -> None:
    workbench.run(f"CREATE OR REPLACE VIEW {quoted(name)} AS {select}")


def _hashed(table: str, number: int) -> str:
    return quoted(f"night_{table}_{number}")


def _records(table: str, feeds: Sequence[Feed]) -> str:
    """All kept records of tonight: `_feed, _row, _kh, _rh`."""
    pieces = (
        f"SELECT {number} AS _feed, {'_row' if tonight.numbered(feed) else 'rowid + 1'} AS _row, _kh, _rh "
        f"FROM {_hashed(table, number)} WHERE _keep"
        for number, feed in enumerate(feeds)
    )
    return f"({' UNION ALL '.join(pieces)})"


def _placed(table: str, feeds: Sequence[Feed]) -> str:
    """SELECT `_file, _row, _kh` of all kept records of tonight."""
    files = " ".join(f"WHEN {number} THEN {feed.text.file.number}" for number, feed in enumerate(feeds))
    return f"SELECT (CASE _feed {files} END)::INTEGER AS _file, _row, _kh FROM {_records(table, feeds)}"


def _forget(workbench: Workbench, table: str, feeds: Sequence[Feed]) -> None:
    """Drop the hashes; they should not stay in memory while the other tables walk."""
    for number in range(len(feeds)):
        workbench.run(f"DROP TABLE {_hashed(table, number)}")
