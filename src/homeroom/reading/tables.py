"""Rows, by one of two roads: DuckDB over the delivered bytes where they are sound, our own reader where they are not.

The fast road reads nothing here: the relation that it returns is scanned by whoever uses it, as often as needed. The slow road
writes a clean copy first (see `mending`). Both give the same rows for the same file, in the file's order.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from homeroom.reading import headers, relations, streams
from homeroom.reading.assembling import Assembler
from homeroom.reading.findings import Findings
from homeroom.reading.inspect import refusal
from homeroom.reading.mending import Mender, Place, Tally, first_word
from homeroom.reading.physical import Lines, Plain
from homeroom.reading.survey import CELL_BYTES
from homeroom.roster.names import quoted, text
from homeroom.roster.report import Repair
from homeroom.workbench.bench import Workbench
from homeroom.workbench.excerpts import LINE_ENDS
from homeroom.workbench.values import EXCERPT, Inspected, Survey, TextTable

LONGEST_LINE = 8
"""In cells of the greatest size: a physical line that is longer is not held in memory, only its beginning."""


def read(workbench: Workbench, inspected: Inspected, place: Place | None = None, *, cell_bytes: int = CELL_BYTES) -> TextTable:
    """The table of an inspected file; findings go into the issue table.

    `place` may give back a row of the right width for one with surplus cells. Raises Refused where `inspected` has a fault.
    """
    survey = _surveyed(inspected)
    if survey is None:
        return TextTable(inspected, relations.nothing(0), numbered=False, rows=0, repairs=inspected.repairs)
    if survey.regular:
        return _read_fast(workbench, inspected, survey)
    return read_slowly(workbench, inspected, place, cell_bytes=cell_bytes)


def _surveyed(inspected: Inspected) -> Survey | None:
    """The survey of a file that can be read; None for an empty one. Raises Refused."""
    if inspected.fault is not None:
        raise refusal(inspected)
    return inspected.survey if inspected.columns else None


def _read_fast(workbench: Workbench, inspected: Inspected, survey: Survey) -> TextTable:
    path = inspected.file.path
    if inspected.encoding != "utf-8":
        path = _transcoded(workbench, inspected)
    by_line = None
    if survey.rows:
        relation = _delivered(inspected, survey, path, survey.data_line - 1)
        by_line = None if survey.breaks else _delivered(inspected, survey, EXCERPT, 0)
    else:
        relation = relations.nothing(len(inspected.columns))
    repairs = Counter({"quote-stray": survey.stray_rows, "blank-lines-skipped": survey.blank_lines})
    with Findings(workbench, inspected.file.number) as findings:
        _tell_of_file(inspected, findings)
    healed = _repairs(inspected, repairs)
    return TextTable(inspected, relation, numbered=False, rows=survey.rows, repairs=healed, path=path, by_line=by_line)


def _delivered(inspected: Inspected, survey: Survey, path: Path, skip: int) -> str:
    columns = len(inspected.columns)
    return relations.delivered(path, columns, inspected.delimiter, quotes=survey.quotes, line_end=survey.line_end, skip=skip)


def _transcoded(workbench: Workbench, inspected: Inspected) -> Path:
    path = workbench.folder / f"text_{inspected.file.number}.csv"
    with path.open("wb") as out:
        for chunk in streams.utf8(inspected.file.path, inspected.encoding):
            out.write(chunk)
    return path


def read_slowly(
    workbench: Workbench, inspected: Inspected, place: Place | None = None, *, cell_bytes: int = CELL_BYTES
) -> TextTable:
    """The table by the slow road, whatever the file is like. The same rows as the fast road, numbered, with their lines."""
    survey = _surveyed(inspected)
    if survey is None:
        return read(workbench, inspected)
    number = inspected.file.number
    clean, ragged = workbench.folder / f"clean_{number}.csv", workbench.folder / f"ragged_{number}.csv"
    with (
        Findings(workbench, number) as findings,
        clean.open("wb") as clean_file,
        ragged.open("w", encoding="utf-8", newline="") as ragged_file,
    ):
        _tell_of_file(inspected, findings)
        delimiter, width = inspected.delimiter.encode(), len(inspected.columns)
        header = () if inspected.headerless else inspected.header
        end = LINE_ENDS[survey.line_end]
        mender = Mender(
            header, width, delimiter, cell_bytes, place, findings, clean_file, ragged_file, end, inspected.fills_short
        )
        assembler = _assembler(inspected, survey, delimiter, width, cell_bytes)
        mender.take(assembler.records())
        tally = mender.finish()
        if inspected.line_ends == "mixed":
            tally.repairs["line-ends-mixed"] += 1
        tally.repairs["blank-lines-skipped"] += assembler.blank_lines
    clean.with_suffix(".lines").write_bytes(mender.breakpoints.tobytes())
    return _table(workbench, inspected, tally, clean, ragged)


def _assembler(inspected: Inspected, survey: Survey, delimiter: bytes, width: int, cell_bytes: int) -> Assembler:
    end = LINE_ENDS[survey.line_end]
    word = b"" if inspected.headerless else first_word(inspected.header)
    without = (b'"', word) if word else (b'"',)
    # In a table of one column a blank line has as many delimiters as a row: none. There, every line is looked at.
    plain = Plain(delimiter, width - 1, end, without, cell_bytes) if width > 1 else None
    stream = streams.utf8(inspected.file.path, inspected.encoding)
    physical = Lines(stream, cell_bytes * LONGEST_LINE, survey.data_line, plain)
    return Assembler(physical, delimiter, width, quotes=inspected.quoted, usual_end=end, most_bytes=cell_bytes)


def _table(workbench: Workbench, inspected: Inspected, tally: Tally, clean: Path, ragged: Path) -> TextTable:
    columns = len(inspected.columns)
    relation = relations.rewritten(clean, columns, inspected.delimiter) if tally.written else _nothing_numbered(columns)
    name = None
    if tally.ragged:
        name = f"ragged_{inspected.file.number}"
        _load_ragged(workbench, name, ragged)
    ragged.unlink()
    return TextTable(
        inspected,
        relation,
        numbered=True,
        rows=tally.rows,
        ragged=name,
        unread=tally.unread,
        repairs=_repairs(inspected, tally.repairs),
        ignored=tally.ignored,
        path=clean,
    )


def _nothing_numbered(columns: int) -> str:
    return f"(SELECT CAST(0 AS BIGINT) AS _row, CAST(0 AS BIGINT) AS _line, * FROM {relations.nothing(columns)})"


def _load_ragged(workbench: Workbench, name: str, path: Path) -> None:
    workbench.run(
        f"CREATE OR REPLACE TABLE {quoted(name)} AS SELECT CAST(row_number AS BIGINT) AS row_number, "
        f"CAST(line AS BIGINT) AS line, from_json(cells, '[\"VARCHAR\"]') AS cells "
        f"FROM read_csv({text(str(path))}, auto_detect=false, delim=',', quote='\"', escape='\"', header=false, new_line='\\n', "
        f"columns={{'row_number': 'VARCHAR', 'line': 'VARCHAR', 'cells': 'VARCHAR'}})"
    )


def _repairs(inspected: Inspected, counts: Counter[str]) -> tuple[Repair, ...]:
    return (*inspected.repairs, *(Repair(code, count) for code, count in sorted(counts.items()) if count))


def _tell_of_file(inspected: Inspected, findings: Findings) -> None:
    """What the look at the beginning found and a person should know."""
    if inspected.encoding_guessed:
        findings.tell("encoding-guessed", value=inspected.encoding)
    if inspected.headerless:
        if not inspected.unheaded:
            findings.tell("header-missing", detail={"count": len(inspected.columns)})
        return
    if inspected.unheaded:
        findings.tell("header-unexpected", line=inspected.header_line)
    cleaned = headers.clean(inspected.header)
    if cleaned.columns != inspected.columns:
        cleaned = headers.clean(inspected.header, strip_prefix=False)
    for at in cleaned.doubled:
        findings.tell("header-doubled", column=inspected.columns[at], line=inspected.header_line, value=inspected.header[at])
    for at in cleaned.blank:
        findings.tell("header-blank", column=inspected.columns[at], line=inspected.header_line)
