"""References: every id of another record must be known, in tonight's files or in what the roster keeps.

For each column the distinct ids are compared with the usable ones; only ids that are not among them are looked up in the
store, and only rows that hold such an id are explained. A finding's cause is the missing record, or what refused it, so
that a school that is missing is told once, with all that hangs on it.
"""

from __future__ import annotations

from homeroom.checks.sheet import LEAVING, WALKED, Proved, Sheet, present
from homeroom.roster.catalogue import Field, catalogue
from homeroom.roster.names import quoted, text
from homeroom.workbench.values import Lookup


def check_references(sheet: Sheet, fields: tuple[Field, ...], required: frozenset[str], rows: str, lookup: Lookup) -> None:
    """Find the cells of `fields` that name unknown records. `rows` is the FROM item that is looked at."""
    for field in fields:
        if field.ref in sheet.rules.unchecked or field.name not in sheet.sifted.columns:
            continue
        if _unknown(sheet, field, rows, lookup):
            tell = _tell_list if field.format.is_list else _tell_single
            tell(sheet, field, rows, field.name in required)
        _check_type(sheet, field, rows)


def _named(sheet: Sheet, field: Field, what: str) -> str:
    return quoted(f"{what}_{sheet.name}_{field.name}")


def _unknown(sheet: Sheet, field: Field, rows: str, lookup: Lookup) -> bool:
    """Make unknown_T_column(sourcedId, cause): the ids that name no record that will stand. Whether there are any.

    Compared are the 64-bit hashes of ids, which stand ready in every table of records and are several times quicker than text.
    Ids of different hashes differ; that an unknown id has the hash of a known one has odds of 1 in 10^13 a night.
    """
    bench, other = sheet.workbench, field.ref
    assert other is not None
    column, unknown = quoted(field.name), _named(sheet, field, "unknown")
    unknown_of = f" ANTI JOIN usable_{other} u ON hash(r.id) = u._kh" if bench.exists(f"usable_{other}") else ""
    ids = f"SELECT DISTINCT id FROM (SELECT {column} AS id FROM {rows} WHERE {column} IS NOT NULL) r"
    if field.format.is_list:
        cells = ids if sheet.few else ids + unknown_of  # nearly all cells are one word, which need not be split
        split = f"SELECT trim(unnest(string_split(id, ','))) AS id FROM ({cells})"
        ids = f"SELECT DISTINCT id FROM (SELECT id FROM ({split}) WHERE id <> '') r"
    ids += unknown_of
    if not bench.value(f"CREATE OR REPLACE TABLE {unknown} AS SELECT id AS sourcedId, NULL::VARCHAR AS cause FROM ({ids})"):
        return False
    bench.run(f"DELETE FROM {unknown} WHERE sourcedId IN ({kept_alive(sheet, other, lookup(other, unknown))})")
    if bench.exists(f"skipped_{other}"):  # a record of a school that steps out is not read, and yet it is there
        bench.run(f"DELETE FROM {unknown} WHERE sourcedId IN (SELECT sourcedId FROM skipped_{other})")
    _blame(sheet, other, unknown)
    return bool(bench.value(f"SELECT count(*) FROM {unknown}"))


MANY = 20
"""Records of one table that left, from which on what hangs on them is told as one: an export lost its rows, not each of them."""


def _blame(sheet: Sheet, other: str, unknown: str) -> None:
    """The cause of an unknown id: what refused the record tonight; that its file came empty; that many left; else that it is missing."""
    bench = sheet.workbench
    if bench.exists(f"refused_{other}"):
        refused = f"(SELECT sourcedId AS id, min(cause) AS why FROM refused_{other} GROUP BY sourcedId)"
        bench.run(f"UPDATE {unknown} SET cause = why FROM {refused} WHERE sourcedId = id")
    known = f"sourcedId IN (SELECT sourcedId FROM stored_{other})"
    alone = f"UPDATE {unknown} SET cause = {{}} WHERE cause IS NULL"
    if bench.value(f"SELECT count(*) FROM {unknown} WHERE cause IS NULL AND {known}") >= MANY:
        bench.run(f"{alone.format(text(f'left:{other}'))} AND {known}")
    bench.run(alone.format(f"{text(f'missing:{other}:')} || sourcedId"))


def kept_alive(sheet: Sheet, other: str, stored: str) -> str:
    """SELECT of the stored active keys that tonight's files leave standing.

    All of them, where no complete file of the table came or absence proves nothing (law 2, law 3), but those that a delta
    file takes away; else those whose row was refused tonight, those that another source holds, and those that tonight's feeds
    cannot tell of.
    """
    bench = sheet.workbench
    active = f"SELECT sourcedId FROM {stored} WHERE status = 'active'"
    proved: Proved | None = bench.facts.get((WALKED, other))
    if proved is None:
        return active
    departed = f"sourcedId NOT IN (SELECT sourcedId FROM departed_{other})"
    if not proved.continuous or not proved.provable:
        return f"{active} AND {departed}"
    others = f" OR _source IS DISTINCT FROM {sheet.rules.source}" if sheet.rules.source is not None else ""
    others += f" OR {proved.spared}" if proved.spared else ""
    return f"{active} AND (sourcedId IN (SELECT sourcedId FROM refused_{other} WHERE sourcedId IS NOT NULL){others})"


def _what(field: Field) -> str:
    assert field.ref is not None
    return text(f'{{"what": "{catalogue()[field.ref].singular}"}}')


def _tell_single(sheet: Sheet, field: Field, rows: str, required: bool) -> None:
    """A row that names an unknown record is refused where the column is required; else the value is dropped."""
    column, unknown = quoted(field.name), _named(sheet, field, "unknown")
    source = (
        f"(SELECT r._file, r._row, r._kh, r.sourcedId, r.{column} AS _value, u.cause "
        f"FROM {rows} r JOIN {unknown} u ON r.{column} = u.sourcedId)"
    )
    code, effect = ("reference-unknown", "refuse") if required else ("reference-dropped", "patch")
    sheet.find(source, text(code), field.name, "_value", effect=text(effect), cause="cause", detail=_what(field))


def _tell_list(sheet: Sheet, field: Field, rows: str, required: bool) -> None:
    """Unknown ids are taken out of a list; a required list that would be empty refuses the row."""
    column, unknown = quoted(field.name), _named(sheet, field, "unknown")
    cells = f"SELECT DISTINCT {column} AS cell FROM {rows} WHERE {column} IS NOT NULL"
    items = (
        "SELECT cell, trim(unnest(string_split(cell, ','))) AS item, "
        f"generate_subscripts(string_split(cell, ','), 1) AS place FROM ({cells})"
    )
    joined = (
        f"SELECT i.*, u.cause, u.sourcedId IS NOT NULL AS lost FROM ({items}) i "
        f"LEFT JOIN {unknown} u ON i.item = u.sourcedId WHERE item <> ''"
    )
    bench, cut = sheet.workbench, _named(sheet, field, "cut")
    bench.run(
        f"CREATE OR REPLACE TABLE {cut} AS SELECT cell, string_agg(item, ',' ORDER BY place) FILTER (NOT lost) AS kept, "
        f"list(DISTINCT {{'item': item, 'cause': cause}}) FILTER (lost) AS lost "
        f"FROM ({joined}) GROUP BY cell HAVING bool_or(lost)"
    )
    source = (
        f"(SELECT r._file, r._row, r._kh, r.sourcedId, kept, unnest(lost, recursive := true) "
        f"FROM {rows} r JOIN {cut} c ON r.{column} = c.cell)"
    )
    gone = "kept IS NULL" if required else "FALSE"
    sheet.find(
        source,
        f"CASE WHEN {gone} THEN 'reference-unknown' ELSE 'reference-dropped' END",
        field.name,
        "item",
        effect=f"CASE WHEN {gone} THEN 'refuse' ELSE 'patch' END",
        cause="cause",
        mended="kept",
        detail=_what(field),
    )


def _check_type(sheet: Sheet, field: Field, rows: str) -> None:
    """A record of the wrong type is named, a district for instance where a school is expected. The row is kept."""
    if field.ref_type is None or field.ref is None:
        return
    bench = sheet.workbench
    every = _types(sheet, field.ref)
    if every is None:
        return
    others = _named(sheet, field, "other")
    made = f"SELECT sourcedId, type FROM {every} WHERE type <> {text(field.ref_type)}"
    if not bench.value(f"CREATE OR REPLACE TABLE {others} AS {made}"):
        return
    column = quoted(field.name)
    source = (
        f"(SELECT r._file, r._row, r._kh, r.sourcedId, r.{column} AS _value, k.type "
        f"FROM {rows} r JOIN {others} k ON r.{column} = k.sourcedId)"
    )
    detail = f"json_object('what', {text(catalogue()[field.ref].singular)}, 'type', type, 'wanted', {text(field.ref_type)})"
    sheet.find(source, "'reference-type'", field.name, "_value", cause=f"{text(f'type:{field.ref}:')} || _value", detail=detail)


def _types(sheet: Sheet, other: str) -> str | None:
    """FROM item (sourcedId, type): tonight's word, and the store's for records that no file of tonight brings."""
    bench = sheet.workbench
    standing = present(bench, other, ("sourcedId", "type")) if "type" in bench.columns(f"admitted_{other}") else None
    if "type" not in bench.columns(f"stored_{other}"):
        return standing
    stored = f"SELECT sourcedId, type FROM stored_{other}"
    if standing is None:
        return f"({stored})"
    return f"(FROM {standing} UNION ALL ({stored} WHERE sourcedId NOT IN (SELECT sourcedId FROM {standing})))"


def note_leaving(sheet: Sheet, lookup: Lookup) -> None:
    """Make leaving_T, the keys that leave the roster tonight, where anything proves that some do."""
    bench, name = sheet.workbench, sheet.name
    proved: Proved | None = bench.facts.get((WALKED, name))
    if proved is None or not proved.provable:
        return
    said = [f"departed_{name}"] if sheet.anyone_leaves else []
    if proved.continuous and not sheet.sifted.full and not sheet.sifted.same and bench.exists(f"gone_{name}"):
        said.append(f"gone_{name}")
    said = [table for table in said if bench.rows(f"SELECT 1 FROM {table} LIMIT 1")]
    if not said:
        return
    refused = f"(SELECT sourcedId FROM refused_{name} WHERE sourcedId IS NOT NULL)"
    keys = " UNION ".join(f"SELECT sourcedId FROM {table}" for table in said)
    leave = f"FROM ({keys}) ANTI JOIN {refused} USING (sourcedId) ANTI JOIN admitted_{name} USING (sourcedId)"
    count = bench.value(f"CREATE OR REPLACE TABLE leaving_{name} AS SELECT sourcedId {leave}")
    if count and sheet.sifted.spared:
        stored = lookup(name, f"leaving_{name}")
        spared = f"SELECT sourcedId FROM {stored} WHERE {sheet.sifted.spared}"
        count -= bench.value(f"DELETE FROM leaving_{name} WHERE sourcedId IN ({spared})")
    if count:
        bench.facts[LEAVING, name] = True
