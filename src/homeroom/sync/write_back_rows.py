"""The rows of a write-back: from a sheet that a person gives, or from the corrections that people hold of users."""

from __future__ import annotations

import csv
import difflib
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from homeroom.roster.faults import Misuse
from homeroom.roster.holding import is_field
from homeroom.roster.words import Value, _, in_a_row
from homeroom.store.roster import RosterStore
from homeroom.systems.writing import Writer

UID, ACTION, ID, NUMBER = "client_uid", "action", "id", "local_id"
OF_THE_SHEET = (UID, ACTION)
"""Columns that say what is to be done with a row, and are no fields of a person."""
_UID_LENGTH = 24


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row that is to be written. `number` counts rows from 1; `cells` are fields by their path, in which a blank clears the field.

    `digest` stands for what the row says: the same row has the same in every file, and from it comes the `uid` of a row without one.
    """

    number: int
    uid: str
    action: str
    cells: Mapping[str, str]
    digest: str

    @classmethod
    def made(cls, number: int, cells: Mapping[str, str]) -> SheetRow:
        """A row from its cells."""
        digest = _digest(sorted(cells.items()))
        fields = {c: v for c, v in cells.items() if c not in OF_THE_SHEET}
        uid = cells.get(UID) or digest[:_UID_LENGTH]
        return cls(number, uid, cells.get(ACTION, "").upper(), fields, digest)


def whole_digest(rows: Sequence[SheetRow]) -> str:
    """What stands for these very rows in this order."""
    return _digest([r.digest for r in rows])


def of_sheet(path: Path, writer: Writer) -> list[SheetRow]:
    """The rows of a CSV file. A blank cell says nothing of its field and is not sent: missing is not empty.

    Raises Misuse for a file that cannot be read as such, naming every column that is no field.
    """
    rows = [SheetRow.made(n, cells) for n, cells in enumerate(_read(path, writer), start=1)]
    if not rows:
        raise Misuse("{file} has no rows, so there is nothing to write.", file=path.name)
    return rows


def of_corrections(store: RosterStore, writer: Writer, sources: frozenset[int]) -> list[SheetRow]:
    """The values that people hold of users, where the system says otherwise and lets the field be updated: a row for each user.

    Only users whom one of `sources` wrote. Raises Misuse where there are none.
    """
    held: dict[str, list[str]] = {}
    for hold in store.all_held("users"):
        if is_field(hold.word) and hold.word in writer.corrections and hold.word in hold.offered:
            held.setdefault(hold.sourced_id, []).append(hold.word)
    made: list[SheetRow] = []
    for sourced_id, words in sorted(held.items()):
        record, id = store.one("users", sourced_id), writer.id_of(sourced_id)
        if record is None or id is None or record["status"] != "active" or record["from_source"] not in sources:
            continue
        cells = {writer.corrections[w]: str(record[w] or "") for w in words}
        made.append(SheetRow.made(len(made) + 1, {ACTION: "UPDATE", ID: id} | cells))
    if not made:
        fields = in_a_row(writer.corrections)
        raise Misuse(
            "nobody holds a correction that this source says otherwise and that could be written back ({fields} of users).",
            fields=fields,
        )
    return made


def _read(path: Path, writer: Writer) -> Iterator[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            columns = [c.strip() for c in next(reader, [])]
            _judge(path, columns, writer)
            for cells in reader:
                if not any(cell.strip() for cell in cells):
                    continue
                if len(cells) != len(columns):
                    raise Misuse(
                        "line {line} of {file} has {cells} cells, and its header has {columns}.",
                        line=str(reader.line_num),
                        file=path.name,
                        cells=len(cells),
                        columns=len(columns),
                    )
                yield {c: v.strip() for c, v in zip(columns, cells, strict=True) if v.strip()}
    except UnicodeDecodeError:
        raise Misuse("{file} is no UTF-8 text; save it as CSV in UTF-8.", file=path.name) from None
    except csv.Error as wrong:
        raise Misuse("{file} cannot be read as CSV ({wrong}).", file=path.name, wrong=str(wrong)) from None


def _judge(path: Path, columns: list[str], writer: Writer) -> None:
    if twice := sorted({c for c in columns if columns.count(c) > 1}):
        raise Misuse(
            "{file} has columns twice: {twice}.", file=path.name, twice=in_a_row(c or _("one without a name") for c in twice)
        )
    strange = writer.strange([c for c in columns if c not in OF_THE_SHEET])
    if strange or not columns:
        if not strange:
            raise Misuse("{file} cannot be written: the file is empty. docs/howto/write-back.md has the columns.", file=path.name)
        raise Misuse(
            "{file} cannot be written: these columns name no field of a student: {columns}. docs/howto/write-back.md has the columns.",
            file=path.name,
            columns=in_a_row(_strange(c, writer) for c in strange),
        )


def _strange(column: str, writer: Writer) -> Value:
    if not column:
        return _("a column without a name")
    near = difflib.get_close_matches(column, [*writer.known, *OF_THE_SHEET], n=1)
    return _("{column} (did you mean {near}?)", column=column, near=near[0]) if near else column


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False).encode()).hexdigest()
