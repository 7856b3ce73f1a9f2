"""Rows that were refused before, mended by a person and sent beside tonight's whole file: which of two rows with one key counts.

The mended row does, where nothing is wrong with its cells: whoever sent it beside the file has seen both. The file's own row steps
aside and is told as left out. A row that nobody has mended is refused again and says nothing of its key, so that a repair in the
system wins over it.
"""

from __future__ import annotations

from dataclasses import replace

from homeroom.checks.looks import bare
from homeroom.checks.sheet import Sheet
from homeroom.roster.names import text
from homeroom.workbench.values import Lookup

_PLACE = "_file, _row, _kh"


def prefer_mended(sheet: Sheet) -> Sheet:
    """Set aside the rows of whole files for which a mended one came, with all that was found about them, and the rows that nobody
    mended where the whole file has one. Returns the sheet without them.
    """
    files = _files(sheet)
    if not files or all(feed.mended for feed in sheet.sifted.feeds):
        return sheet
    name, run = sheet.name, sheet.workbench.run
    aside = f"SELECT {_PLACE} FROM {sheet.found} WHERE effect IN ('refuse', 'ignore')"
    mine, theirs = f"_file IN ({files})", f"_file NOT IN ({files})"
    sound = f"SELECT sourcedId FROM {sheet.rows} ANTI JOIN ({aside}) USING ({_PLACE}) WHERE {mine}"
    whole = f"SELECT sourcedId FROM {sheet.shaped} WHERE {theirs}"
    run(
        f"CREATE OR REPLACE TABLE stepped_{name} AS SELECT {_PLACE}, sourcedId, {mine} AS mine FROM {sheet.shaped} "
        f"WHERE ({theirs} AND sourcedId IN ({sound} AND sourcedId IS NOT NULL)) OR ({mine} AND sourcedId IN ({whole} AND sourcedId "
        f"IS NOT NULL) AND sourcedId NOT IN ({sound} AND sourcedId IS NOT NULL))"
    )
    theirs_now = f"(SELECT * FROM stepped_{name} WHERE NOT mine)"
    run(f"DELETE FROM {sheet.found} f USING {theirs_now} s WHERE f._file = s._file AND f._row = s._row AND f._kh = s._kh")
    places = f"SELECT {_PLACE} FROM stepped_{name}"
    if sheet.unmapped:
        run(f"INSERT INTO unmapped_{name} {places}")
    else:
        run(f"CREATE OR REPLACE TABLE unmapped_{name} AS {places}")
    cause = text(f"row-mended:{name}")
    sheet.find(theirs_now, "'row-mended'", "sourcedId", "sourcedId", effect="'ignore'", cause=cause)
    return replace(sheet, unmapped=True, stepped=True)


def refuse_lost_zeros(sheet: Sheet, lookup: Lookup) -> None:
    """Refuse mended rows whose id is that of an active record without its leading zeros: a spreadsheet took them away."""
    files = _files(sheet)
    if not files or not sheet.is_referenced:
        return
    prefix = text(sheet.rules.prefix_of(sheet.name))
    padded = f"starts_with(sourcedId, {prefix}) AND regexp_full_match({bare(sheet)}, '0+[1-9][0-9]*')"
    known = f"SELECT sourcedId AS before, {prefix} || ltrim({bare(sheet)}, '0') AS short FROM {lookup(sheet.name, None)}"
    mine = f"(SELECT * FROM {sheet.rows} WHERE _file IN ({files}))"
    lost = (
        f"(SELECT r._file, r._row, r._kh, r.sourcedId, before FROM {mine} r "
        f"JOIN ({known} WHERE status = 'active' AND {padded}) ON r.sourcedId = short)"
    )
    sheet.find(
        lost, "'zeros-lost-mended'", "sourcedId", "sourcedId", effect="'refuse'", detail="json_object('before', before)"
    )  # fmt: skip


def _files(sheet: Sheet) -> str:
    """SQL: the numbers of the files of mended rows."""
    return ", ".join(sorted({str(f.text.file.number) for f in sheet.sifted.feeds if f.mended}))
