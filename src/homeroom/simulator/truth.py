"""The truth beside the files: what a perfect import of a written district gives, as far as the format can carry it.

Tables and columns are named in OneRoster's words (1.1 for what a person is: `role` and `orgSourcedIds` on the user), datasets and
contacts in Homeroom's. Ids are those that the format sends. Where a format sends no id of a record, the table has no `sourcedId`
and its rows are told apart by `key`. A blank cell says that the import leaves the field blank; a `?`, or a column that is not
there, says nothing about the field. A column with a dot reads through a reference (`class.periods` of an enrollment is the periods
of its class). Lists are comma lists, their order says nothing. A layout set may make further rows (a district, a school year).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from homeroom.simulator.sheets import Row, Sheet

TRUTH = "truth.json"
ROWS = "expected"
UNSAID = "?"
"""A cell about which the format says nothing."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What one table should hold. `key` names the columns that tell its rows apart."""

    table: str
    key: Row
    columns: Row
    rows: Sequence[Row]


def expect(table: str, columns: str, rows: Iterable[Row], key: str = "sourcedId") -> Expected:
    """A table's truth; `columns` and `key` separated by blanks. The same row twice is one row."""
    return Expected(table, tuple(key.split()), tuple(columns.split()), list(dict.fromkeys(rows)))


def as_sent(sheets: Sequence[Sheet], keys: Mapping[str, str], without: Sequence[str] = ()) -> tuple[Expected, ...]:
    """The truth of files that are in OneRoster's words already: their own rows, `without` some columns."""
    found = []
    for sheet in sheets:
        if sheet.table in keys:
            places = [n for n, c in enumerate(sheet.columns) if c not in without]
            columns = " ".join(sheet.columns[n] for n in places)
            rows = [tuple(row[n] for n in places) for row in sheet.rows]
            found.append(expect(sheet.table, columns, rows, keys[sheet.table]))
    return tuple(found)


def write_truth(expected: Sequence[Expected], folder: Path, layouts: str, night: int) -> None:
    """Write `truth.json` and `expected/TABLE.csv` into `folder`."""
    (folder / ROWS).mkdir(parents=True, exist_ok=True)
    told = {e.table: {"rows": len(e.rows), "key": list(e.key), "columns": list(e.columns)} for e in expected}
    document = {"layouts": layouts, "night": night, "tables": told}
    (folder / TRUTH).write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    for e in expected:
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerows([e.columns, *e.rows])
        (folder / ROWS / f"{e.table}.csv").write_text(text.getvalue(), encoding="utf-8", newline="")
