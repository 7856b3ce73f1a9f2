"""Physical lines become records: quoted cells that run over lines, broken quotes, line breaks that nobody quoted.

What is well written is read as RFC 4180 says. Where it is not, the number of cells decides which reading is right:

- A quoted cell that never closes, or closes only with quotes at odd places and the wrong width, is read again as if its
  quote were text. If then every line has the right width, the lines are rows, and the mend is told.
- If only the first line stays wrong, it alone is broken: it is refused, with the cells before the quote still readable. The
  same where no other quote follows at all and most of the lines have the right width: then no cell can have been meant.
- Otherwise the lines that the quote swallowed cannot be read, and are named: nothing may be removed from that table.
- A row that is too short and ends in another kind of line end than the file's is joined with the next lines if that gives
  exactly the right width.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from homeroom.reading.physical import Line, Lines
from homeroom.reading.records import QUOTE, scan, sound, within

Fate = Literal["row", "cut", "broken", "swallowed", "long"]

LINES_IN_A_RECORD = 1000
LINES_IN_DOUBT = 100
STRAYS_IN_DOUBT = 3


class Record(NamedTuple):
    """One record. `raw` is its line where nothing had to be parsed; otherwise `cells` are its cells.

    `fate`: `row` (of any width), `cut` (the file ends before the row does), `broken` (a quote did not close), `swallowed` (`stands_for` records up to `last_line` that
    cannot be read), `long` (more bytes than are held; only the beginning is here). `mended`: how it was read although it was
    badly written.
    """

    line: int
    raw: bytes
    cells: list[bytes] | None
    fate: Fate = "row"
    quoted: bool = False
    mended: str = ""
    controls: int = 0
    bad: int = 0
    last_line: int = 0
    stands_for: int = 1


class Run(NamedTuple):
    """Consecutive lines, with their ends, each of which is a record as it stands. `line` is the number of the first."""

    line: int
    pieces: list[bytes]


class Assembler:
    """Turns lines into records of (if possible) `width` cells."""

    def __init__(self, lines: Lines, delimiter: bytes, width: int, quotes: bool, usual_end: bytes, most_bytes: int) -> None:
        self._lines = lines
        self._delimiter = delimiter
        self._width = width
        self._quotes = quotes
        self._usual_end = usual_end
        self._most_bytes = most_bytes
        self.blank_lines = 0

    def records(self) -> Iterator[Record | Run]:
        """All records in the file's order; blank lines are skipped and counted."""
        delimiter, cells, lines = self._delimiter, self._width - 1, self._lines
        while True:
            first, pieces = lines.run()
            if pieces:
                yield Run(first, pieces)
            if (line := lines.next()) is None:
                return
            text = line.text
            if line.cut:
                yield self._too_long(line)
            elif self._quotes and QUOTE in text:
                yield from self._quoted(line)
            elif text.count(delimiter) == cells and (cells or text):
                yield Record(line.number, text, None, controls=line.controls, bad=line.bad)
            elif not text or (not text.strip(b" \t") and delimiter not in text):
                self.blank_lines += 1
            else:
                yield self._joined(line)

    def _too_long(self, line: Line) -> Record:
        cells = (sound if self._quotes else bytes.split)(line.text, self._delimiter)
        return Record(line.number, b"", cells[:-1], "long", controls=line.controls, bad=line.bad)

    def _joined(self, line: Line) -> Record:
        """A row of the wrong width; with the lines after it where only an odd line end parts them."""
        text, taken = line.text, [line]
        count = text.count(self._delimiter) + 1
        while count < self._width and taken[-1].end not in (self._usual_end, b""):
            following = self._lines.next()
            if following is None:
                break
            taken.append(following)
            count += following.text.count(self._delimiter)
            if following.cut or (self._quotes and QUOTE in following.text) or len(taken) > LINES_IN_DOUBT:
                count = -1
                break
        if len(taken) > 1 and count == self._width and taken[-1].end in (self._usual_end, b""):
            whole = b"".join(part for one in taken for part in (one.text, one.end))[: -len(taken[-1].end) or None]
            return self._of(taken, whole.split(self._delimiter), mended="line-break-unquoted")
        self._lines.back(taken[1:])
        cells = text.split(self._delimiter)
        return self._of([line], cells, fate="cut" if not line.end and len(cells) < self._width else "row")

    def _of(self, taken: list[Line], cells: list[bytes], *, quoted: bool = False, mended: str = "", fate: Fate = "row") -> Record:
        controls, bad = sum(one.controls for one in taken), sum(one.bad for one in taken)
        return Record(taken[0].number, b"", cells, fate, quoted, mended, controls, bad, taken[-1].number)

    def _quoted(self, line: Line) -> Iterator[Record]:
        cells: list[bytes] = []
        parts, stray = scan(line.text, self._delimiter, cells, None)
        if parts is not None:
            yield self._over_lines(line, cells, parts, stray)
            return
        if len(cells) != self._width and stray:
            other = within(line.text, self._delimiter)
            if len(other) == self._width:
                yield self._of([line], other, quoted=True, mended="quote-mended")
                return
        plain = line.text.split(self._delimiter)
        quoted = cells != plain
        yield self._of([line], cells, quoted=quoted, mended="quote-stray" if stray or not quoted else "")

    def _over_lines(self, line: Line, cells: list[bytes], parts: list[bytes] | None, stray: int) -> Record:
        """A record whose first line ends inside a quoted cell."""
        taken, size = [line], len(line.text)
        while parts is not None and stray <= STRAYS_IN_DOUBT and len(taken) <= LINES_IN_A_RECORD and size <= self._most_bytes:
            following = self._lines.next()
            if following is None:
                break
            taken.append(following)
            if following.cut:
                break
            parts.append(taken[-2].end)
            parts, odd = scan(following.text, self._delimiter, cells, parts)
            stray += odd
            size += len(following.text)
        closed = parts is None
        if closed and (not stray or size > self._most_bytes) and (len(cells) == self._width or not self._mendable(taken)):
            return self._of(taken, cells, quoted=True)
        never = not closed and not stray
        return self._doubtful(taken, cells, closed, never)

    def _mendable(self, taken: list[Line]) -> bool:
        """Whether every line is a row of the right width by itself once quotes that do not close on it are text."""
        return all(self._fits(one) for one in taken[:LINES_IN_DOUBT])

    def _fits(self, line: Line) -> bool:
        cells = within(line.text, self._delimiter)
        return len(cells) == self._width or not line.text.strip() or (len(cells) > self._width and not any(cells[self._width :]))

    def _doubtful(self, taken: list[Line], cells: list[bytes], closed: bool, never: bool) -> Record:
        """A quote that did not close as it should. `never`: no other quote follows, so that it cannot have been meant."""
        first, window = taken[0], taken[:LINES_IN_DOUBT]
        fit = [self._fits(one) for one in window]
        apart = all(fit[1:]) or (never and sum(fit[1:]) * 2 >= len(fit) - 1)
        if apart and fit[0]:
            self._lines.back(taken[1:])
            return self._of([first], within(first.text, self._delimiter), quoted=True, mended="quote-mended")
        if closed and len(cells) == self._width and not any(fit[1:]):
            # Text in several lines with careless quotes; none of its lines could be a row of its own.
            return self._of(taken, cells, quoted=True, mended="quote-stray")
        if apart:
            self._lines.back(taken[1:])
            return self._of([first], sound(first.text, self._delimiter), quoted=True, fate="broken")
        last = len(taken) if closed else max(i for i, fits in enumerate(fit) if not fits) + 1
        self._lines.back(taken[last:])
        swallowed = [one for one in taken[:last] if one.text.strip()]
        record = self._of(taken[:last], [], fate="swallowed")
        return record._replace(stands_for=len(swallowed))
