"""One pass over a file's bytes that decides its road: may DuckDB read the delivered file as it is, or must we read it ourselves?

The pass runs at the speed of C. From each block of whole records every ordinary byte is deleted; what stays is the block's
*skeleton*: delimiters, line ends, quotes and control characters. In a sound file the skeleton is one pattern repeated, so one
comparison proves that every record has the right number of cells and that no odd byte is near. Quoted cells are cut out
first, after a check that each quote stands beside a delimiter or a line end. Nothing here is a guess: `regular` means that
DuckDB and our own reader see exactly the same cells, and the number of records is exact.
"""

from __future__ import annotations

import codecs
import re

from homeroom.reading.encodings import Bytes
from homeroom.reading.records import QUOTE, within
from homeroom.reading.totals import is_blank, is_totals
from homeroom.workbench.excerpts import LINE_ENDS
from homeroom.workbench.values import Survey

CELL_BYTES = 1 << 20
"""Default for the longest cell that is read, in bytes of UTF-8."""

_CONTROLS = bytes(b for b in range(32) if b not in (9, 10, 13)) + b"\x7f"
_TRIES = 200
_LONE_CR = re.compile(rb"\r(?!\n)")


class Surveyor:
    """The state of one pass: feed `take` with chunks, then ask `finish`."""

    def __init__(
        self, delimiter: bytes, width: int, quotes: bool | None, header: bytes, data_line: int, data_offset: int, cell_bytes: int
    ) -> None:
        self._delimiter = delimiter
        self._width = width
        self._quotes = quotes
        self._header = header
        self._data = (data_line, data_offset)
        self._cell_bytes = cell_bytes
        self._skip = data_offset
        self._carry = b""
        self._end = b"\n"
        self._mode = "text" if quotes is False else ""
        kept = _CONTROLS + b"\r\n" + delimiter + (b"" if quotes is False else QUOTE)
        self._ordinary = bytes(b for b in range(256) if b not in kept)
        self._ordinary_and_quote = self._ordinary + (b"" if quotes is False else QUOTE)
        self.bytes = Bytes()
        self.why = ""
        self.rows = 0
        self.breaks = False
        self.stray_rows = 0
        self.any_quotes = False
        self.counts = {"lf": 0, "crlf": 0, "cr": 0}

    def begin(self, head: bytes) -> None:
        """Settle the line end that the file's beginning shows; the pass holds every block against it."""
        above = head[: self._skip]
        ended = next((end for end in (b"\r\n", b"\n", b"\r") if above.endswith(end)), None)
        counts = _line_ends(head)
        if ended is not None:
            self._end = ended
        elif any(counts.values()):
            self._end = LINE_ENDS[max(counts, key=lambda k: counts[k])]
        if sum(1 for n in _line_ends(above).values() if n) > 1:
            # DuckDB skips the lines above the data by their ends, too.
            self._fail("line ends are mixed")
        self.bytes.look(above)
        self._tally(above)

    def take(self, chunk: bytes) -> None:
        """Take in the next chunk of the stream."""
        if self._skip:
            dropped = min(self._skip, len(chunk))
            self._skip -= dropped
            chunk = chunk[dropped:]
            if not chunk:
                return
        if self._carry:
            # The carried block is looked at only now: the last block of a file is treated apart.
            self._spend()
        self._carry += chunk
        if len(self._carry) > self._cell_bytes and self._stretch() > self._cell_bytes:
            # From here on lines are passed over in pieces; only encoding and line ends are still of interest.
            self._fail("a cell is too long")

    def _stretch(self) -> int:
        """How many bytes lie in the carried block before the first line end."""
        first = self._carry.find(self._end[-1:])
        return len(self._carry) if first < 0 else first

    def _spend(self) -> None:
        """Examine the carried block up to the last end of a record; keep the rest."""
        cut = self._cut()
        if cut:
            block, self._carry = self._carry[:cut], self._carry[cut:]
            self._examine(block)
        if self.why and len(self._carry) > self._cell_bytes:
            cut = _whole_characters(self._carry)
            self.bytes.look(self._carry[:cut])
            self._tally(self._carry[:cut])
            self._carry = self._carry[cut:]

    def _cut(self) -> int:
        last = self._end[-1:]
        cut = self._carry.rfind(last) + 1
        if self.why or self._mode == "text" or QUOTE not in self._carry:
            return cut
        odd = self._carry.count(QUOTE, 0, cut) % 2
        first = cut
        for _ in range(_TRIES):
            if not odd or not cut:
                break
            before = self._carry.rfind(last, 0, cut - 1) + 1
            odd = (odd + self._carry.count(QUOTE, before, cut)) % 2
            cut = before
        # No record ends on an even number of quotes: they are text, or the file is not well quoted. The block will tell.
        return cut or first

    def _examine(self, block: bytes) -> None:
        self.bytes.look(block)
        if self.why:
            self._tally(block)
            return
        rows = self._rows(block)
        if self._header and self._header in block and self._repeats_header(block):
            self._fail("the header is repeated")
        if rows < 0:
            self._tally(block)
        else:
            self.rows += rows
            self.counts["crlf" if len(self._end) == 2 else "lf" if self._end == b"\n" else "cr"] += rows

    def _rows(self, block: bytes) -> int:
        """The number of records in a block of whole records, or -1 (and `why`) where they are not regular."""
        plain = self._quotes is False or QUOTE not in block
        if plain:
            return self._regular(block, block)
        self.any_quotes = True
        if self._mode != "text":
            rows = self._all_quoted(block)
            if rows:
                self._mode = "syntax"
                return rows
            outside = self._unquoted(block)
            if outside is not None:
                self._mode = "syntax"
                return self._regular(outside, outside)
        if self._mode != "syntax" and self._quotes is None and self._only_inside(block):
            self._mode = "text"
            return self._regular(block, block, without_quotes=True)
        return self._fail("quotes stand where they should not")

    def _regular(self, block: bytes, ends: bytes, without_quotes: bool = False) -> int:
        unit = self._delimiter * (self._width - 1) + self._end
        skeleton = block.translate(None, self._ordinary_and_quote if without_quotes else self._ordinary)
        rows, rest = divmod(len(skeleton), len(unit))
        if rest or skeleton != unit * rows:
            return self._fail("records are not all of one width")
        # As many CR as LF are in the skeleton, in turn: they are pairs if no CR stands alone. (Counting CRLF takes twice as long.)
        if len(self._end) == 2 and _LONE_CR.search(ends):
            return self._fail("line ends are mixed")
        if self._width == 1 and (block.startswith(self._end) or self._end * 2 in block):
            return self._fail("there are blank lines")
        return rows

    def _all_quoted(self, block: bytes) -> int:
        """The number of records where every cell is quoted and plain, as careful exports write them; 0 where not."""
        if not block.startswith(QUOTE) or not block.endswith(QUOTE + self._end):
            return 0
        unit = self._delimiter.join([QUOTE * 2] * self._width) + self._end
        skeleton = block.translate(None, self._ordinary)
        rows, rest = divmod(len(skeleton), len(unit))
        if rest or skeleton != unit * rows:
            return 0
        # Two quotes a cell, in order; they are at its edges if each delimiter and each line end stands between two of them.
        inner = block.count(QUOTE + self._delimiter + QUOTE), block.count(QUOTE + self._end + QUOTE)
        return rows if inner == (rows * (self._width - 1), rows - 1) else 0

    def _unquoted(self, block: bytes) -> bytes | None:
        """The block with its quoted cells cut out, or None where a quote does not stand at the edge of a cell."""
        pieces = block.split(QUOTE)
        if len(pieces) % 2 == 0:
            return None
        outside, inside = pieces[::2], pieces[1::2]
        if outside[0] and outside[0][-1:] not in (self._delimiter, self._end[-1:]):
            return None
        if outside[-1] and outside[-1][:1] not in (self._delimiter, self._end[:1]):
            return None
        left, right = (self._delimiter, self._end), (self._delimiter, self._end[-1:])
        if not all(not p or (p.startswith(left) and p.endswith(right)) for p in set(outside[1:-1])):
            return None
        if self._breaks(b"x".join(inside)):
            return None
        # An x for each quoted cell keeps a line of one blank quoted cell from looking like a blank line.
        return b"x".join(outside)

    def _breaks(self, inside: bytes) -> bool:
        """Whether quoted cells hold line breaks or odd bytes that DuckDB would stumble over."""
        odd = inside.translate(None, self._ordinary_and_quote + self._delimiter)
        if not odd:
            return False
        self.breaks = True
        if odd.strip(b"\r\n"):
            return True
        return len(self._end) == 2 and odd != b"\r\n" * inside.count(b"\r\n")

    def _only_inside(self, block: bytes) -> bool:
        """Whether every quote stands inside a cell, none at its beginning: then all of them are text."""
        rows = [line for line in block.split(self._end) if QUOTE in line]
        if any(cell.lstrip(b" ")[:1] == QUOTE for line in rows for cell in line.split(self._delimiter)):
            return False
        self.stray_rows += len(rows)
        return True

    def _repeats_header(self, block: bytes) -> bool:
        """Whether the header stands on a line of its own, perhaps with the byte order mark of a second file before it."""
        line = self._header + self._end
        return block.startswith(line) or self._end + line in block or codecs.BOM_UTF8 + line in block

    def _tally(self, block: bytes) -> None:
        """Count line ends in a block that is not regular; those inside well-formed quotes do not count."""
        if QUOTE in block and self._quotes is not False:
            self.any_quotes = True
            pieces = block.split(QUOTE)
            block = b"".join(pieces[::2]) if len(pieces) % 2 else block
        for name, count in _line_ends(block).items():
            self.counts[name] += count

    def _fail(self, why: str) -> int:
        self.why = self.why or why
        return -1

    def finish(self) -> Survey:
        """The findings of the whole pass."""
        blank_lines = self._last()
        irregular = bool(self.why)
        usual = max(self.counts, key=lambda k: self.counts[k]) if any(self.counts.values()) else "lf"
        if not irregular and any(self.counts.values()):
            usual = {b"\n": "lf", b"\r\n": "crlf", b"\r": "cr"}[self._end]
        return Survey(
            regular=not irregular,
            rows=self.rows,
            why=self.why,
            quotes=self._quotes is not False and (self._mode == "syntax" or (irregular and self.any_quotes)),
            breaks=self.breaks,
            line_end=usual,
            data_line=self._data[0],
            data_offset=self._data[1],
            bad_lines=self.bytes.bad_lines,
            stray_rows=0 if irregular else self.stray_rows,
            blank_lines=blank_lines,
        )

    def _last(self) -> int:
        """Examine what is left: the last records, perhaps without a line end, perhaps with blank lines after them."""
        rest = self._carry
        body, blank = rest, 0
        while body.endswith(self._end):
            body = body[: -len(self._end)]
            blank += 1
        if body:
            blank -= rest.endswith(self._end)
            last = body[max(body.rfind(self._end[-1:]) + 1, 0) :]
            cells = last.split(self._delimiter) if self._quotes is False else within(last, self._delimiter)
            if is_totals(cells, self._width) or is_blank(last, self._delimiter, self._width):
                self._fail("the last line is no record")
            self._examine(body + self._end)
            if not rest.endswith(self._end):
                self._uncount()
        return blank

    def _uncount(self) -> None:
        """The last record had no line end of its own; that it was lent one is not told."""
        name = {b"\n": "lf", b"\r\n": "crlf", b"\r": "cr"}[self._end]
        self.counts[name] -= 1

    @property
    def lines(self) -> int:
        """Line ends seen, roughly: for shares."""
        return sum(self.counts.values())


def _line_ends(block: bytes) -> dict[str, int]:
    crlf = block.count(b"\r\n")
    return {"lf": block.count(b"\n") - crlf, "crlf": crlf, "cr": block.count(b"\r") - crlf}


def _whole_characters(block: bytes) -> int:
    """Where to cut a block so that no UTF-8 character is cut in two."""
    for back in range(1, min(4, len(block)) + 1):
        if block[-back] >= 0xC0:
            return len(block) - back
        if block[-back] < 0x80:
            break
    return len(block)
