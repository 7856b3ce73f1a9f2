"""Rows of the wrong width: refused, and kept alive by their key where the key can still be read."""

from __future__ import annotations

from homeroom.checks.sheet import Sheet
from homeroom.roster.catalogue import Table
from homeroom.roster.names import text
from homeroom.workbench.bench import ISSUES
from homeroom.workbench.values import Feed, Lookup

UNREADABLE = ("row-short", "row-long", "quote-unclosed", "cell-too-long", "file-cut-off")
"""What the reading room tells of rows that it could not read as rows."""


def refuse_ragged(sheet: Sheet, lookup: Lookup) -> bool:
    """Add the ragged rows of every feed to refused_T. Their issues were told by the reading room, which knows their lines.

    The cells left of a surplus cell stand where they belong; a surplus begins at a list column at the earliest. So the
    key of a row that is too long can be read if it stands left of every list column; of a row that is too short only
    if it is the first cell. Otherwise sourcedId is NULL: the row could not be read.

    Returns whether the store knows all of these keys. Where it does not, absence proves nothing (law 3): an export that died
    writes its error message where rows should follow, and that is no record's key.
    """
    ragged = [feed for feed in sheet.sifted.feeds if feed.text.ragged is not None and not feed.made]
    for feed in ragged:
        width = len(feed.text.inspected.columns)
        key = "NULL"
        if feed.key_cell is not None:
            cell = f"{text(feed.key_prefix)} || nullif(trim(cells[{feed.key_cell + 1}]), '')"
            trusted = feed.key_cell == 0 or feed.key_cell < _first_list_cell(sheet.table, feed)
            longer = cell if trusted else "NULL"
            shorter = cell if feed.key_cell == 0 else "NULL"
            key = f"CASE WHEN len(cells) > {width} THEN {longer} ELSE {shorter} END"
        cause = f"{text(f'refused:{sheet.name}:')} || {key}"
        sheet.workbench.run(
            f"INSERT INTO refused_{sheet.name} SELECT {feed.text.file.number}, row_number, {key}, {cause} FROM {feed.text.ragged}"
        )
        _own_what_was_told(sheet, feed.text.file.number)
    return not ragged or _all_known(sheet, lookup)


def _all_known(sheet: Sheet, lookup: Lookup) -> bool:
    """Whether the store has every key that refused_T holds so far."""
    bench, asked = sheet.workbench, f"ragged_{sheet.name}"
    keys = f"SELECT DISTINCT sourcedId FROM refused_{sheet.name} WHERE sourcedId IS NOT NULL"
    if not bench.value(f"CREATE OR REPLACE TABLE {asked} AS {keys}"):
        return True
    return not bench.rows(f"SELECT 1 FROM {asked} ANTI JOIN {lookup(sheet.name, asked)} USING (sourcedId) LIMIT 1")


def _own_what_was_told(sheet: Sheet, file: int) -> None:
    """Give the issues of such rows their key, so that what hangs on the record is told with its row and not as one that is missing."""
    codes = ", ".join(text(c) for c in UNREADABLE)
    sheet.workbench.run(
        f"UPDATE {ISSUES} SET key = r.sourcedId, table_name = {text(sheet.name)}, cause = r.cause FROM refused_{sheet.name} r "
        f"WHERE file = {file} AND r._file = {file} AND row_number = r._row AND r.cause IS NOT NULL AND code IN ({codes})"
    )


def _first_list_cell(table: Table, feed: Feed) -> int:
    """Position of the first cell that may hold a comma list; the width where there is none."""
    headed = dict(feed.headers)
    lists = {headed.get(f.name, f.name).lower() for f in table.model if f.format.is_list}
    inspected = feed.text.inspected
    for position, (word, written) in enumerate(zip(inspected.columns, inspected.header, strict=True)):
        if word.lower() in lists or written.lower() in lists:
            return position
    return len(inspected.columns)
