"""What was said of rows that stand as last night, said again: a finding is no news, it holds until it is mended.

With each accepted row the snapshot keeps what was told of it and which of its cells were healed. So the report of a night, its
counts and its outcome do not depend on which rows happened to change.
"""

from __future__ import annotations

from homeroom.checks.sheet import Sheet
from homeroom.roster.names import text

EVENTS = ("zeros-lost",)
"""Findings that belong to the night on which they happen and say nothing of a row that stands."""
_SHAPE = """'[{"code": "VARCHAR", "column": "VARCHAR", "value": "VARCHAR", "detail": "VARCHAR", "cause": "VARCHAR"}]'"""


def keep_notes(sheet: Sheet) -> None:
    """Make noted_T(_kh, _told): what was told of rows that were looked at tonight, as JSON, for the snapshot."""
    events = ", ".join(text(e) for e in EVENTS)
    one = "{'code': code, 'column': column_name, 'value': left(value, 200), 'detail': detail, 'cause': cause}"
    sheet.workbench.run(
        f"CREATE OR REPLACE TABLE noted_{sheet.name} AS "
        f"SELECT _kh, to_json(list({one} ORDER BY code, column_name, value))::VARCHAR AS _told "
        f"FROM {sheet.found} WHERE effect = 'tell' AND _kh IS NOT NULL AND code NOT IN ({events}) GROUP BY _kh"
    )


def tell_healed(sheet: Sheet) -> None:
    """Count the cells that were healed in rows that stand, by file. Call it before rows are recalled: their cells stay healed."""
    if not sheet.sifted.mended:
        return
    bench, name = sheet.workbench, sheet.name
    files = [feed.text.file.number for feed in sheet.sifted.feeds]
    moved = not sheet.sifted.same and any(bench.rows(f"SELECT 1 FROM {t}_{name} LIMIT 1") for t in ("shaped", "gone"))
    if len(files) == 1 and not moved:
        counted = [(files[0], mended, count) for mended, count in sheet.sifted.mended]
    elif len(files) == 1:
        rows = f"SELECT _mended FROM last_{name} SEMI JOIN stood_{name} USING (_kh) WHERE _mended IS NOT NULL"
        counted = [(files[0], m, n) for m, n in bench.rows(f"SELECT _mended, count(*) FROM ({rows}) GROUP BY ALL")]
    else:
        rows = f"SELECT p._file, _mended FROM last_{name} l SEMI JOIN stood_{name} USING (_kh) JOIN placed_{name} p USING (_kh)"
        counted = bench.rows(f"SELECT _file, _mended, count(*) FROM ({rows} WHERE _mended IS NOT NULL) GROUP BY ALL")
    for file, mended, count in counted:
        for word in mended.split(","):
            code, column = word.split(" ")
            bench.run(f"INSERT INTO {sheet.repairs} VALUES (?, ?, ?, ?)", [code, file, column, count])


def tell_standing(sheet: Sheet) -> None:
    """Tell the findings of rows that stand as last night, at the places where they stand tonight."""
    if not sheet.sifted.told:
        return
    name = sheet.name
    noted = f"SELECT _kh, sourcedId, _told FROM last_{name} SEMI JOIN unchanged_{name} USING (_kh) WHERE _told IS NOT NULL"
    each = f"SELECT _kh, sourcedId, unnest(from_json(_told, {_SHAPE})) AS n FROM ({noted})"
    sheet.workbench.run(
        f'INSERT INTO {sheet.found} SELECT n.code, p._file, p._row, e._kh, e.sourcedId, n."column", n.value, n.detail, '
        f"'tell', n.cause, NULL FROM ({each}) e JOIN placed_{name} p ON e._kh = p._kh"
    )
