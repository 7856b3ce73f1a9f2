"""Keys: rows that stand twice, ids that look alike, zeros that a spreadsheet took away. Nothing is ever merged."""

from __future__ import annotations

from homeroom.checks.looks import bare, looks
from homeroom.checks.sheet import Sheet
from homeroom.roster.names import text
from homeroom.workbench.values import Lookup


def find_twice(sheet: Sheet) -> None:
    """Rows with one key: identical ones are kept once, different ones are all refused, since none is to be preferred.

    A row that says its record is gone counts in delta files, and not in continuous ones, where it is no record at all.
    """
    rows = sheet.standing if sheet.sifted.mode == "continuous" else sheet.shaped
    candidates = f"SELECT _kh FROM {rows} GROUP BY _kh HAVING count(*) > 1"
    if not sheet.workbench.rows(f"{candidates} LIMIT 1"):
        return
    sheet.workbench.run(f"CREATE OR REPLACE TABLE twice_{sheet.name} AS {candidates}")
    same_key = "PARTITION BY sourcedId"
    judged = (
        f"(SELECT _file, _row, _kh, sourcedId, count(*) OVER ({same_key}) AS n, "
        f"max(_rh) OVER ({same_key}) = min(_rh) OVER ({same_key}) AS alike, "
        f"row_number() OVER ({same_key} ORDER BY _file, _row) AS place "
        f"FROM {rows} WHERE sourcedId IS NOT NULL AND _kh IN (FROM twice_{sheet.name}))"
    )
    detail = "json_object('times', n)"
    different = f"(SELECT * FROM {judged} WHERE n > 1 AND NOT alike)"
    sheet.find(different, "'duplicate-different'", "sourcedId", "sourcedId", effect="'refuse'", detail=detail)
    again = f"(SELECT * FROM {judged} WHERE n > 1 AND alike AND place > 1)"
    sheet.find(again, "'duplicate-identical'", "sourcedId", "sourcedId", effect="'ignore'", detail=detail)


def find_look_alikes(sheet: Sheet, *, odd: bool = True) -> None:
    """Ids that a person would take for one another: they differ by case, leading zeros, kinds of dashes, forms of letters or
    characters that cannot be seen. Each of them is told; those that stand as last night were recalled, if one of tonight looks so.

    `odd`: whether any id has a sign that is not usual in ids.
    """
    if not sheet.is_referenced:
        return
    bench = sheet.workbench
    pool = looks(sheet, sheet.rows, "tonight", odd=odd)
    # Grouping by a number first is twice as fast as by text, and almost always there is nothing more to do.
    if not bench.rows(f"SELECT hash(looks) AS h FROM {pool} GROUP BY h HAVING count(*) > 1 LIMIT 1"):
        return
    groups = (
        "(SELECT looks, list(DISTINCT sourcedId ORDER BY sourcedId) AS ids "
        f"FROM {pool} GROUP BY looks HAVING max(sourcedId) <> min(sourcedId))"
    )
    alike = f"SELECT DISTINCT p.sourcedId, ids FROM {pool} p JOIN {groups} USING (looks)"
    rows = f"(SELECT r._file, r._row, r._kh, r.sourcedId, ids FROM {sheet.rows} r JOIN ({alike}) USING (sourcedId))"
    other = "json_object('other', array_to_string(list_filter(ids, lambda x: x <> sourcedId)[:3], ' and '))"
    sheet.find(rows, "'ids-look-alike'", "sourcedId", "sourcedId", cause=text(f"ids-look-alike:{sheet.name}"), detail=other)


def find_lost_zeros(sheet: Sheet, lookup: Lookup) -> None:
    """Ids that were known with leading zeros and now come without them, while the old ones are gone: a spreadsheet's work."""
    bench, name = sheet.workbench, sheet.name
    if sheet.sifted.mode != "continuous" or not sheet.is_referenced:
        return
    gone = f"{lookup(name, None)} WHERE status = 'active' AND" if sheet.sifted.full else f"gone_{name} WHERE"
    prefix = text(sheet.rules.prefix_of(name))
    padded = f"starts_with(sourcedId, {prefix}) AND regexp_full_match({bare(sheet)}, '0+[1-9][0-9]*')"
    known = f"SELECT sourcedId AS before, {prefix} || ltrim({bare(sheet)}, '0') AS bare FROM {gone} {padded}"
    if not bench.value(f"CREATE OR REPLACE TABLE padded_{name} AS {known}"):
        return
    bench.run(f"DELETE FROM padded_{name} WHERE before IN (SELECT sourcedId FROM {sheet.shaped})")
    lost = f"(SELECT r._file, r._row, r._kh, r.sourcedId, before FROM {sheet.rows} r JOIN padded_{name} ON r.sourcedId = bare)"
    sheet.find(
        lost, "'zeros-lost'", "sourcedId", "sourcedId", cause=text(f"zeros-lost:{name}"), detail="json_object('before', before)"
    )
