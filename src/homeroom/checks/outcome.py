"""What the findings mean for the rows: refused, ignored, mended or admitted; and the issues as the report tells them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from homeroom.checks.cells import Cell
from homeroom.checks.sheet import CAP, Sheet
from homeroom.roster.catalogue import Table
from homeroom.roster.names import quoted, text
from homeroom.roster.report import Repair
from homeroom.workbench.bench import ISSUES, TOTALS
from homeroom.workbench.values import FileTally

_PLACE = "_file, _row, _kh"
_EFFECTS = "count(*) FILTER (effect = 'refuse'), count(*) FILTER (effect = 'ignore')"
WORN = ("status", "dateLastModified")
"""Columns that every record has and that a continuous file has nothing to say about (OneRoster bulk: blank)."""


def settle_refused(sheet: Sheet) -> Sheet:
    """Fill refused_T and aside_T (rows refused or ignored); returns the sheet that knows whether there are any.

    A row that was refused for what stands in it is its own cause; one that only hangs on another takes over that cause.
    """
    run, name = sheet.workbench.run, sheet.name
    refused, ignored = sheet.workbench.rows(f"SELECT {_EFFECTS} FROM {sheet.found}")[0]
    if not refused and not ignored:
        return sheet
    own = f"{text(f'refused:{name}:')} || key"
    run(f"UPDATE {sheet.found} SET cause = {own} WHERE effect = 'refuse' AND cause IS NULL")
    unreadable = "bool_or(code IN ('id-unusable', 'id-scientific'))"
    cause = f"coalesce(min(cause) FILTER (cause = {own}), min(cause))"
    run(
        f"INSERT INTO refused_{name} SELECT _file, _row, CASE WHEN {unreadable} THEN NULL ELSE any_value(key) END, {cause} "
        f"FROM {sheet.found} WHERE effect = 'refuse' GROUP BY {_PLACE}, key"
    )
    aside = f"SELECT DISTINCT {_PLACE} FROM {sheet.found} WHERE effect IN ('refuse', 'ignore')"
    run(f"INSERT INTO aside_{name} {aside}")
    return replace(sheet, aside=True)


def clear_rows(sheet: Sheet) -> str:
    """FROM item: the rows that are neither refused nor ignored, cells as they came."""
    if not sheet.aside:
        return sheet.rows
    return f"(SELECT * FROM {sheet.rows} ANTI JOIN aside_{sheet.name} USING ({_PLACE}))"


def make_usable(sheet: Sheet, wanted: bool) -> None:
    """Make usable_T: keys that pass tonight and keys that stand as last night. A table where others often ask it."""
    bench, name = sheet.workbench, sheet.name
    keys = f"SELECT sourcedId, _kh FROM {clear_rows(sheet)}"
    if not sheet.sifted.full:
        bench.run(f"CREATE OR REPLACE VIEW usable_{name} AS {keys} UNION ALL SELECT sourcedId, _kh FROM unchanged_{name}")
    else:
        bench.run(f"CREATE OR REPLACE {'TABLE' if wanted else 'VIEW'} usable_{name} AS {keys}")


def make_admitted(sheet: Sheet, healed: tuple[Cell, ...]) -> tuple[tuple[str, ...], bool]:
    """Make admitted_T: the rows that stand as they came or were healed by rule, and the few mended one by one.

    A table where they are few: a dozen statements look at it, and to unfold the view would cost each more than its answer.

    A mended row lost a value. Its hash is changed, so that it is never taken for unchanged: it is looked at, and told,
    every night until it is whole. Returns the delivered columns that are admitted, and whether all rows stand as they came.
    """
    bench, name = sheet.workbench, sheet.name
    columns = admitted_columns(sheet.table, sheet.sifted.columns)
    select = _healed_rows(sheet, tuple(c for c in healed if c.name != "sourcedId"), columns)
    patches = bench.rows(f"SELECT DISTINCT column_name FROM {sheet.found} WHERE effect = 'patch' ORDER BY 1")
    aside = ""
    if sheet.aside:
        aside = f" ANTI JOIN aside_{name} USING ({_PLACE})"
    if patches:
        _make_mended(sheet, f"SELECT * FROM ({select}){aside}", [c for (c,) in patches], columns)
        aside += f" ANTI JOIN mended_{name} USING ({_PLACE})"
    if aside:
        select = f"SELECT * FROM ({select}){aside}"
    if patches:
        select += f" UNION ALL FROM mended_{name}"
    bench.run(f"CREATE OR REPLACE {'TABLE' if sheet.few else 'VIEW'} admitted_{name} AS {select}")
    return columns, not healed and not aside


def _healed_rows(sheet: Sheet, healed: tuple[Cell, ...], columns: tuple[str, ...]) -> str:
    """SELECT of every row, with the healed value where the column's own was not fine."""
    rows = sheet.rows if sheet.sifted.mode == "continuous" else sheet.shaped
    values = {c.name: f"CASE WHEN h{i}._value IS NULL THEN r.{c.column} ELSE h{i}._healed END" for i, c in enumerate(healed)}
    joins = (
        f"LEFT JOIN {sheet.healing(c.name)} h{i} ON r.{c.column} = h{i}._value AND r._file = h{i}._file"
        for i, c in enumerate(healed)
    )
    values |= _worn(sheet)
    listed = ", ".join(f"{values.get(c, f'r.{quoted(c)}')} AS {quoted(c)}" for c in columns)
    mended, before = _mended(sheet, healed)
    return f"SELECT r._file, r._row, r._kh, r._rh, {listed}, {mended} AS _mended FROM {rows} r {' '.join(joins)} {before}"


def _mended(sheet: Sheet, healed: tuple[Cell, ...]) -> tuple[str, str]:
    """SQL: which cells of a row were healed, as words `code column` with commas, NULL where none; and the join that it needs.

    The snapshot keeps it with the row. A recalled row comes from there, healed already, and keeps what was said of it.
    """
    words = [f"CASE WHEN h{i}._healed <> h{i}._value THEN {text(f'{c.shape.repair} {c.name}')} END" for i, c in enumerate(healed)]
    name = sheet.name
    again = sheet.workbench.exists(f"again_{name}") and "_mended" in sheet.workbench.columns(f"last_{name}")
    if again:
        kept = f"(SELECT _kh, _mended FROM last_{name} SEMI JOIN again_{name} USING (_kh))"
        return f"nullif(concat_ws(',', k._mended, {', '.join(words) or 'NULL'}), '')", f"LEFT JOIN {kept} k ON r._kh = k._kh"
    return (f"nullif(concat_ws(',', {', '.join(words)}), '')" if words else "NULL::VARCHAR"), ""


def admitted_columns(table: Table, delivered: tuple[str, ...]) -> tuple[str, ...]:
    """The delivered columns without secrets, which are never kept."""
    secret = {f.name for f in table.fields if f.secret}
    return tuple(c for c in delivered if c not in secret)


def _worn(sheet: Sheet) -> dict[str, str]:
    if sheet.sifted.mode == "continuous":
        return dict.fromkeys(WORN, "NULL::VARCHAR")
    return {"status": f"CASE WHEN {sheet.leaving} THEN 'tobedeleted' ELSE 'active' END"} if sheet.has_status else {}


def _make_mended(sheet: Sheet, select: str, patched: list[str], columns: tuple[str, ...]) -> None:
    """Make mended_T: the rows of `select` of which single values were dropped, with what remains of them."""
    listed, joins = [], []
    for number, column in enumerate(columns):
        value = quoted(column)
        if column in patched:
            value = f"CASE WHEN p{number}.hit THEN p{number}.mended ELSE {value} END"
            patches = f"FROM {sheet.found} WHERE effect = 'patch' AND column_name = {text(column)}"
            patch = f"SELECT DISTINCT {_PLACE}, mended, TRUE AS hit {patches}"
            joins.append(f"LEFT JOIN ({patch}) p{number} USING ({_PLACE})")
        listed.append(f"{value} AS {quoted(column)}")
    chosen = f"SELECT DISTINCT {_PLACE} FROM {sheet.found} WHERE effect = 'patch'"
    base = f"(SELECT * FROM ({select}) SEMI JOIN ({chosen}) USING ({_PLACE}))"
    sheet.workbench.run(
        f"CREATE OR REPLACE TABLE mended_{sheet.name} AS SELECT {_PLACE}, xor(_rh, 1::UBIGINT) AS _rh, {', '.join(listed)}, _mended "
        f"FROM {base} {' '.join(joins)}"
    )


def publish(sheet: Sheet) -> None:
    """Put the findings into the issue table, at most CAP per code, file, column and cause, with exact totals beside it."""
    run, group = sheet.workbench.run, "code, _file, column_name, cause"
    run(
        f"INSERT INTO {TOTALS} SELECT code, _file, column_name, {text(sheet.name)}, cause, effect = 'refuse', count(*) "
        f"FROM {sheet.found} GROUP BY {group}, effect = 'refuse'"
    )
    place = f"row_number() OVER (PARTITION BY {group} ORDER BY _row, key)"
    run(
        f"INSERT INTO {ISSUES} SELECT code, _file, _row, {_heading(sheet)}, key, left(value, 200), detail, {text(sheet.name)}, "
        f"effect = 'refuse', cause, NULL FROM {sheet.found} QUALIFY {place} <= {CAP} ORDER BY _file, _row"
    )
    repaired = "json_object('count', sum(count)::BIGINT)"
    run(
        f"INSERT INTO {ISSUES} SELECT code, _file, NULL, {_heading(sheet)}, NULL, NULL, {repaired}, "
        f"{text(sheet.name)}, FALSE, NULL, NULL "
        f"FROM {sheet.repairs} GROUP BY code, _file, column_name ORDER BY _file, column_name"
    )


def _heading(sheet: Sheet) -> str:
    """SQL: the word with which the file heads a column, where the feeds know it."""
    words = {(f.text.file.number, c, w) for f in sheet.sifted.feeds for c, w in f.headers if c != w}
    cases = " ".join(f"WHEN _file = {n} AND column_name = {text(c)} THEN {text(w)}" for n, c, w in sorted(words))
    return f"CASE {cases} ELSE column_name END" if cases else "column_name"


def make_departed(sheet: Sheet) -> None:
    """Fill departed_T: keys of records of which tonight's rows say that they are gone, and no row says that they stand."""
    here = f"(SELECT sourcedId FROM {sheet.standing} WHERE sourcedId IS NOT NULL)"
    refused = f"(SELECT sourcedId FROM refused_{sheet.name} WHERE sourcedId IS NOT NULL)"
    said = f"SELECT DISTINCT sourcedId FROM {sheet.shaped} WHERE {sheet.leaving} AND sourcedId IS NOT NULL"
    kept = f" ANTI JOIN {here} USING (sourcedId) ANTI JOIN {refused} USING (sourcedId)" if sheet.has_status else ""
    sheet.workbench.run(f"INSERT INTO departed_{sheet.name} SELECT * FROM ({said}){kept}")


def provable(sheet: Sheet) -> bool:
    """Whether the key of every refused row is known, so that absence means absence (law 3)."""
    if any(feed.text.unread or feed.text.doubtful for feed in sheet.sifted.feeds):
        return False
    return not sheet.workbench.rows(f"SELECT 1 FROM refused_{sheet.name} WHERE sourcedId IS NULL LIMIT 1")


@dataclass(frozen=True, slots=True)
class Said:
    """How much the checks had to say of a table: findings, those of them that put their row aside, and kinds of repairs."""

    found: int
    aside: int
    repaired: int


def said(sheet: Sheet) -> Said:
    """What was found so far. Most tables of most nights have nothing to tell, and then nothing more need be asked."""
    repairs = f"(SELECT count(*) FROM {sheet.repairs})"
    found, refused, ignored, repaired = sheet.workbench.rows(f"SELECT count(*), {_EFFECTS}, {repairs} FROM {sheet.found}")[0]
    return Said(found, refused + ignored, repaired)


def tally(sheet: Sheet, said: Said) -> tuple[FileTally, ...]:
    """Rows accepted, refused and ignored, file by file. Rows of the wrong width and unread records count as refused."""
    bench = sheet.workbench
    gone = f"FROM {sheet.found} WHERE effect IN ('refuse', 'ignore') GROUP BY {_PLACE}"
    places = f"SELECT _file, bool_or(effect = 'refuse') AS refused {gone}"
    counted = f"SELECT _file, count_if(refused), count_if(NOT refused) FROM ({places}) GROUP BY _file"
    aside = {f: (r, i) for f, r, i in (bench.rows(counted) if said.aside else ())}
    unread = _unread(sheet)
    rows = {c.file: c.rows - c.ignored for c in sheet.sifted.counts}
    if sheet.sifted.full:
        rows = dict(bench.rows(f"SELECT _file, count(*) FROM {sheet.shaped} GROUP BY _file"))
    files = sorted({*rows, *unread, *(c.file for c in sheet.sifted.counts)})
    repairs = healed_by_file(sheet) if said.repaired else {}
    told: list[FileTally] = []
    for file in files:
        refused, ignored = aside.get(file, (0, 0))
        accepted = rows.get(file, 0) - refused - ignored
        told.append(FileTally(file, accepted, refused + unread.get(file, 0), repairs.get(file, ()), ignored))
    return tuple(told)


def healed_by_file(sheet: Sheet) -> dict[int, tuple[Repair, ...]]:
    """By file: how many cells were healed, by code."""
    found: dict[int, tuple[Repair, ...]] = {}
    counted = f"SELECT _file, code, sum(count)::BIGINT FROM {sheet.repairs} GROUP BY ALL ORDER BY ALL"
    for file, code, count in sheet.workbench.rows(counted):
        found[file] = (*found.get(file, ()), Repair(code, count))
    return found


def _unread(sheet: Sheet) -> dict[int, int]:
    """By file: records that never became a row, of the wrong width or not readable at all."""
    found: dict[int, int] = {}
    for feed in sheet.sifted.feeds:
        if not feed.made:
            ragged = sheet.workbench.value(f"SELECT count(*) FROM {feed.text.ragged}") if feed.text.ragged else 0
            found[feed.text.file.number] = ragged + feed.text.unread
    return found
