"""The slow road: a file that DuckDB cannot read as it stands is written anew, row by row, and what was odd is told.

The result is RFC 4180 in UTF-8 with LF, in the workbench's folder, each record led by its number and its physical line. Rows
of the wrong width that nobody can place go to a table of their own, so that their keys may still be read.
"""

from __future__ import annotations

import csv
import json
from array import array
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from io import BufferedWriter, TextIOWrapper
from typing import Any

from homeroom.reading.assembling import Record, Run
from homeroom.reading.findings import Findings
from homeroom.reading.headers import visible
from homeroom.reading.records import QUOTE
from homeroom.reading.totals import is_blank, is_totals

Place = Callable[[list[str]], list[str] | None]

HELD_BACK = 20
"""So many records wait before they are written: at the file's end some may turn out to be a totals line."""
ROW_BYTES = 1_900_000
"""The longest row written; DuckDB's own limit is 2,000,000."""
_CUT = 1000
_CELLS_KEPT = 4096
_FLUSH = 5000


@dataclass(slots=True)
class Tally:
    """Where the records went. `rows` = written + ragged + unread + ignored."""

    rows: int = 0
    written: int = 0
    ragged: int = 0
    unread: int = 0
    ignored: int = 0
    repairs: Counter[str] = field(default_factory=Counter)


def first_word(header: Sequence[str]) -> bytes:
    """The bytes without which a row cannot be the header again; none where the header begins with a blank word."""
    return header[0].strip().strip('"').encode() if header else b""


@dataclass(slots=True)
class _BlankRows:
    """Consecutive lines of nothing but delimiters: data only if a record comes after them."""

    first: int
    count: int
    raw: bytes


class Mender:
    """Writes one file anew. `take` all records, then `finish`."""

    def __init__(
        self,
        header: Sequence[str],
        width: int,
        delimiter: bytes,
        cell_bytes: int,
        place: Place | None,
        findings: Findings,
        clean: BufferedWriter,
        ragged: TextIOWrapper,
        line_end: bytes = b"\n",
        fills_short: bool = False,
    ) -> None:
        self._header = [visible(w).casefold() for w in header]
        self._first_word = first_word(header)
        self._width = width
        self._delimiter = delimiter
        self._line_end = line_end
        self._fills_short = fills_short
        self._cell_bytes = cell_bytes
        self._place = place
        self._findings = findings
        self._clean = clean
        self._ragged: Any = csv.writer(ragged, lineterminator="\n", quoting=csv.QUOTE_ALL)
        self._held: deque[Record | _BlankRows] = deque()
        self._lines: list[bytes] = []
        self._offset: int | None = None
        self._special = (delimiter, QUOTE, b"\n", b"\r")
        self.breakpoints = array("q")
        self.tally = Tally()

    def take(self, records: Iterable[Record | Run]) -> None:
        """Take in records in the file's order."""
        held, delimiter, width = self._held, self._delimiter, self._width
        for record in records:
            if isinstance(record, Run):
                self._take_run(record)
            elif record.raw[:1] == delimiter and is_blank(record.raw, delimiter, width):
                self._hold_blank(record)
            else:
                held.append(record)
            if len(held) > HELD_BACK:
                self._release(held.popleft())

    def _take_run(self, run: Run) -> None:
        """Write a run but for its last lines, which wait like all others."""
        pieces = run.pieces
        first_waiting = max(len(pieces) - HELD_BACK, 0)
        if first_waiting:
            while self._held:
                self._release(self._held.popleft())
            self._write_run(run.line, pieces[:first_waiting])
        for at in range(first_waiting, len(pieces)):
            self._held.append(Record(run.line + at, pieces[at][: -len(self._line_end)], None))
            if len(self._held) > HELD_BACK:
                self._release(self._held.popleft())

    def _write_run(self, line: int, pieces: list[bytes]) -> None:
        self._flush()
        number = self._number(line, len(pieces))
        form = b"%d" + self._delimiter + b"%d" + self._delimiter + b"%b"
        if self._delimiter == b"%":
            form = b"%d%%%d%%%b"
        numbered = zip(range(number, number + len(pieces)), range(line, line + len(pieces)), pieces, strict=True)
        written = b"".join([form % row for row in numbered])
        self._clean.write(written if self._line_end == b"\n" else written.replace(self._line_end, b"\n"))
        self.tally.written += len(pieces)

    def finish(self) -> Tally:
        """Settle the last records and return where all of them went."""
        ignored: list[tuple[Record | _BlankRows, str]] = []
        while self._held and (why := self._is_no_record(self._held[-1])):
            ignored.append((self._held.pop(), why))
        while self._held:
            self._release(self._held.popleft())
        for item, why in reversed(ignored):
            self._ignore(item, why)
        self._flush()
        return self.tally

    def _hold_blank(self, record: Record) -> None:
        last = self._held[-1] if self._held else None
        if isinstance(last, _BlankRows) and last.first + last.count == record.line:
            last.count += 1
        else:
            self._held.append(_BlankRows(record.line, 1, record.raw))

    def _is_no_record(self, item: Record | _BlankRows) -> str:
        if isinstance(item, _BlankRows):
            return "empty-rows-ignored"
        if item.fate not in ("row", "cut"):
            return ""
        cells = item.cells if item.cells is not None else item.raw.split(self._delimiter)
        return "totals-ignored" if is_totals(cells, self._width) else ""

    def _ignore(self, item: Record | _BlankRows, why: str) -> None:
        line, count = (item.first, item.count) if isinstance(item, _BlankRows) else (item.line, 1)
        number = self._number(line, count)
        self.tally.ignored += count
        self.tally.repairs[why] += count
        self._findings.tell(why, row=number, line=line, detail={"count": count})

    def _number(self, line: int, count: int = 1) -> int:
        """The next record number; remembers where the distance between record and line changes."""
        number = self.tally.rows + 1
        if line - number != self._offset:
            self._offset = line - number
            self.breakpoints.extend((number, line))
        self.tally.rows += count
        return number

    def _release(self, item: Record | _BlankRows) -> None:
        if isinstance(item, _BlankRows):
            for line in range(item.first, item.first + item.count):
                self._write(self._number(line), line, item.raw)
            return
        if self._first_word and item.fate == "row" and self._is_header(item):
            self._ignore(item, "header-repeated")
            return
        number = self._number(item.line, item.stands_for)
        if item.controls or item.bad or item.mended:
            self._tell_mended(item, number)
        if item.cells is None and len(item.raw) <= self._cell_bytes:
            self._write(number, item.line, item.raw)
        else:
            self._judge(item, number)

    def _is_header(self, record: Record) -> bool:
        beginning = record.raw if record.cells is None else record.cells[0] if record.cells else b""
        if self._first_word not in beginning[: len(self._first_word) + 8]:
            return False
        cells = record.cells if record.cells is not None else record.raw.split(self._delimiter)
        return [visible(c.decode("utf-8", "replace")).casefold() for c in cells] == self._header

    def _tell_mended(self, record: Record, number: int) -> None:
        if record.controls:
            self.tally.repairs["control-characters-dropped"] += 1
            self._findings.tell("control-characters-dropped", row=number, line=record.line, detail={"count": record.controls})
        if record.bad:
            self.tally.repairs["bytes-unreadable"] += 1
            self._findings.tell("bytes-unreadable", row=number, line=record.line, detail={"count": record.bad})
        if record.mended:
            self.tally.repairs[record.mended] += 1
        if record.mended not in ("", "quote-stray"):
            # Stray quotes change nothing; they are only counted, as on the fast road.
            self._findings.tell(record.mended, row=number, line=record.line)

    def _judge(self, record: Record, number: int) -> None:
        """A record that was parsed: written, trimmed, placed, or refused."""
        cells = record.cells if record.cells is not None else record.raw.split(self._delimiter)
        if record.fate == "swallowed":
            self.tally.unread += record.stands_for
            detail = {"last": record.last_line, "count": record.stands_for}
            self._findings.tell("lines-swallowed", row=number, line=record.line, refused=True, detail=detail)
        elif record.fate == "cut":
            # What was to follow did not come either: no key can be missed from the rest of this file.
            self.tally.unread += 1
            detail = {"found": len(cells), "expected": self._width}
            self._findings.tell("file-cut-off", row=number, line=record.line, refused=True, detail=detail)
        elif record.fate == "broken":
            self._refuse("quote-unclosed", record, number, cells)
        elif record.fate == "long" or any(len(c) > self._cell_bytes for c in cells) or sum(map(len, cells)) > ROW_BYTES:
            self._refuse("cell-too-long", record, number, cells, limit=self._cell_bytes)
        elif len(cells) < self._width and self._fills_short:
            self.tally.repairs["short-rows-filled"] += 1
            self._write_cells(record, number, [*cells, *[b""] * (self._width - len(cells))])
        elif len(cells) < self._width:
            self._refuse("row-short", record, number, cells, found=len(cells), expected=self._width)
        elif len(cells) > self._width:
            self._surplus(record, number, cells)
        else:
            self._write_cells(record, number, cells)

    def _surplus(self, record: Record, number: int, cells: list[bytes]) -> None:
        if not any(c.strip() for c in cells[self._width :]):
            self.tally.repairs["surplus-blank-trimmed"] += 1
            self._write_cells(record, number, cells[: self._width])
            return
        if self._place is not None and not record.quoted:
            placed = self._place([c.decode("utf-8", "replace") for c in cells])
            if placed is not None and len(placed) == self._width:
                self.tally.repairs["surplus-cells-placed"] += 1
                self._write_cells(record, number, [c.encode("utf-8", "replace") for c in placed])
                return
        self._refuse("row-long", record, number, cells, found=len(cells), expected=self._width)

    def _write_cells(self, record: Record, number: int, cells: Iterable[bytes]) -> None:
        special = self._special
        written = [b'"' + c.replace(b'"', b'""') + b'"' if any(s in c for s in special) else c for c in cells]
        row = self._delimiter.join(written)
        if len(row) > ROW_BYTES:
            self._refuse("cell-too-long", record, number, list(cells), limit=self._cell_bytes)
        else:
            self._write(number, record.line, row)

    def _write(self, number: int, line: int, row: bytes) -> None:
        self._lines.append(b"%d%b%d%b%b\n" % (number, self._delimiter, line, self._delimiter, row))
        self.tally.written += 1
        if len(self._lines) >= _FLUSH or len(row) > ROW_BYTES // 100:
            self._flush()

    def _flush(self) -> None:
        self._clean.write(b"".join(self._lines))
        self._lines.clear()

    def _refuse(self, why: str, record: Record, number: int, cells: list[bytes], **detail: int) -> None:
        kept = [c.decode("utf-8", "replace").replace("\0", "")[:_CUT] for c in cells[:_CELLS_KEPT]]
        if sum(map(len, kept)) > ROW_BYTES // 12:
            kept = [c[:100] for c in kept[:1000]]
        self._ragged.writerow((number, record.line, json.dumps(kept)))
        self.tally.ragged += 1
        self._findings.tell(why, row=number, line=record.line, refused=True, detail=detail)
