"""From record numbers to physical lines of the delivered file, for messages that a person will look up in an editor."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from homeroom.reading import streams
from homeroom.workbench.values import Survey, TextTable


def lines(table: TextTable, rows: Sequence[int]) -> dict[int, int]:
    """The physical line (from 1) on which each of these records (from 1) begins; numbers that are no record are left out.

    Exact after quoted line breaks, blank lines, title lines and any line end: a line is what an editor counts.
    """
    survey = table.inspected.survey
    wanted = sorted({r for r in rows if 1 <= r <= (table.rows or 0)})
    if survey is None or not wanted:
        return {}
    if table.numbered:
        return _from_breakpoints(table, wanted)
    if (added := offset(table)) is not None:
        return {row: row + added for row in wanted}
    return _by_counting(table, survey, wanted)


def offset(table: TextTable) -> int | None:
    """What is to be added to every record's number to get its line, where that is one number for the whole file; else None."""
    survey = table.inspected.survey
    if survey is None or table.numbered or survey.breaks:
        return None
    return survey.data_line - 1  # on the fast road every record is one line, and no line is blank


def _from_breakpoints(table: TextTable, wanted: Sequence[int]) -> dict[int, int]:
    assert table.path is not None
    pairs = array("q")
    pairs.frombytes(table.path.with_suffix(".lines").read_bytes())
    numbers = pairs[::2]
    found = {}
    for row in wanted:
        at = bisect_right(numbers, row) - 1
        found[row] = pairs[2 * at + 1] + row - numbers[at]
    return found


def _by_counting(table: TextTable, survey: Survey, wanted: Sequence[int]) -> dict[int, int]:
    """Count through a well-quoted file: a line end ends a record where the quotes before it are even in number."""
    found: dict[int, int] = {}
    pending = iter(wanted)
    target = next(pending)
    record, open_quotes = 1, 0
    for number, line in enumerate(_physical(table), start=1):
        if number < survey.data_line:
            continue
        if not open_quotes and record == target:
            found[record] = number
            following = next(pending, None)
            if following is None:
                break
            target = following
        open_quotes = (open_quotes + line.count(b'"')) % 2
        record += not open_quotes
    return found


def _physical(table: TextTable) -> Iterator[bytes]:
    """The physical lines of the text, with their ends."""
    assert table.path is not None
    carry = b""
    for chunk in streams.raw(table.path):
        block = carry + chunk
        held = b"\r" if block.endswith(b"\r") else b""
        found = block[: len(block) - len(held)].splitlines(keepends=True)
        carry = (found.pop() if found and not found[-1].endswith((b"\n", b"\r")) else b"") + held
        yield from found
    yield from carry.splitlines(keepends=True)
