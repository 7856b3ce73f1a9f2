"""The grammar of records: how one physical line, or several, become cells. Works on UTF-8 bytes without line ends.

The rules are those of RFC 4180 with the leniences of `docs/explanation/reading.md`: a quote counts as syntax only at the
beginning of a cell (blanks before it are dropped with it) and right before a delimiter or the end of the line (blanks after it
likewise); any other quote is text and is counted as *stray*. A doubled quote inside a quoted cell is one quote.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

QUOTE = b'"'
SAMPLE_LINES_IN_A_CELL = 50
"""In the sample at a file's beginning, a quoted cell that runs over more lines than this is taken for an unclosed quote."""


def scan(line: bytes, delimiter: bytes, cells: list[bytes], parts: list[bytes] | None) -> tuple[list[bytes] | None, int]:
    """Add the cells of one line to `cells`; returns the text of the cell that is still open (or None) and the stray quotes.

    `parts` is the text so far of a quoted cell that began on an earlier line, or None. The line break itself is the
    caller's to add to the parts.

    >>> cells = []
    >>> scan(b'7,"Oak, Ann",a ""b"" c', b",", cells, None), cells
    ((None, 0), [b'7', b'Oak, Ann', b'a ""b"" c'])
    """
    at, stray, length = 0, 0, len(line)
    while True:
        if parts is None:
            start = at
            while line[start : start + 1] == b" " and delimiter != b" ":
                start += 1
            if line[start : start + 1] != QUOTE:
                end = line.find(delimiter, at)
                if end < 0:
                    cells.append(line[at:])
                    return None, stray
                cells.append(line[at:end])
                at = end + 1
                continue
            parts, at = [], start + 1
        closed, at, odd = _quoted(line, delimiter, at, parts)
        stray += odd
        if not closed:
            return parts, stray
        cells.append(b"".join(parts))
        parts = None
        if at >= length:
            return None, stray
        at += 1


def _quoted(line: bytes, delimiter: bytes, at: int, parts: list[bytes]) -> tuple[bool, int, int]:
    """Read on inside a quoted cell: whether it closed, the position of the delimiter (or the end) after it, stray quotes."""
    stray = 0
    while True:
        quote = line.find(QUOTE, at)
        if quote < 0:
            parts.append(line[at:])
            return False, len(line), stray
        if line[quote + 1 : quote + 2] == QUOTE:
            parts.append(line[at : quote + 1])
            at = quote + 2
            continue
        end = quote + 1
        while line[end : end + 1] == b" ":
            end += 1
        if end == len(line) or line[end : end + 1] == delimiter:
            parts.append(line[at:quote])
            return True, end, stray
        stray += 1
        parts.append(line[at : quote + 1])
        at = quote + 1


def within(line: bytes, delimiter: bytes) -> list[bytes]:
    """The cells of one line when a quote that does not close properly on this very line is text.

    >>> within(b'1,"Oak, Ann",x', b","), within(b'1,"Oak,x', b",")
    ([b'1', b'Oak, Ann', b'x'], [b'1', b'"Oak', b'x'])
    """
    cells: list[bytes] = []
    at = 0
    while True:
        parts: list[bytes] = []
        start = at + len(line[at:]) - len(line[at:].lstrip(b" ")) if line[at : at + 1] == b" " else at
        if line[start : start + 1] == QUOTE:
            closed, end, stray = _quoted(line, delimiter, start + 1, parts)
            if closed and not stray:
                cells.append(b"".join(parts))
                if end >= len(line):
                    return cells
                at = end + 1
                continue
        end = line.find(delimiter, at)
        if end < 0:
            cells.append(line[at:])
            return cells
        cells.append(line[at:end])
        at = end + 1


def sound(line: bytes, delimiter: bytes) -> list[bytes]:
    """The cells of one line up to the first whose quote does not close: what may be believed of a broken row."""
    cells: list[bytes] = []
    scan(line, delimiter, cells, None)
    return cells


@dataclass(frozen=True, slots=True)
class Sampled:
    """A record of the sample: its cells, its first physical line (from 1), and the line and offset at which the next begins."""

    cells: tuple[bytes, ...]
    line: int
    next_line: int
    next_offset: int


def sample(head: bytes, delimiter: bytes, quotes: bool, limit: int) -> Iterator[Sampled]:
    """The first records of a file, blank lines included (as one blank cell). `head` ends at a line end or at the file's."""
    lines = head.splitlines(keepends=True)
    at, offset = 0, 0
    for _ in range(limit):
        if at >= len(lines):
            return
        cells, used = _record(lines, at, delimiter, quotes)
        offset += sum(len(line) for line in lines[at : at + used])
        yield Sampled(tuple(cells), at + 1, at + used + 1, offset)
        at += used


def _record(lines: list[bytes], at: int, delimiter: bytes, quotes: bool) -> tuple[list[bytes], int]:
    first = lines[at].rstrip(b"\r\n")
    if not quotes or QUOTE not in first:
        return first.split(delimiter), 1
    cells: list[bytes] = []
    parts, stray = scan(first, delimiter, cells, None)
    used = 1
    while parts is not None and at + used < len(lines) and used < SAMPLE_LINES_IN_A_CELL and not stray:
        before = lines[at + used - 1]
        parts.append(before[len(before.rstrip(b"\r\n")) :])
        parts, stray = scan(lines[at + used].rstrip(b"\r\n"), delimiter, cells, parts)
        used += 1
    if parts is not None or (stray and used > 1):
        return within(first, delimiter), 1
    return cells, used
