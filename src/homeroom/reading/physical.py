"""A stream of UTF-8 bytes as physical lines, each with its number, its own line end and what had to be done to it.

Lines end at CR, LF or CRLF, whichever comes. Control characters and NULs are dropped, bytes that are not UTF-8 become U+FFFD;
a line that never ends is passed over in pieces, so that no more than `longest` bytes of it are ever held.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

CONTROLS = bytes(b for b in range(32) if b not in (9, 10, 13)) + b"\x7f"
BEGINNING = 1 << 16
"""Of a line that is too long, so many bytes are kept, so that its key may still be read."""


class Line(NamedTuple):
    """One physical line. `controls` and `bad` count characters dropped and bytes replaced; `cut`: only its beginning is here."""

    text: bytes
    end: bytes
    number: int
    controls: int = 0
    bad: int = 0
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Plain:
    """What a line is like that needs no parsing: so many delimiters, this end, no quote, not the header's first word."""

    delimiter: bytes
    cells: int
    end: bytes
    without: tuple[bytes, ...]
    longest: int


class Lines:
    """The physical lines of a stream, numbered from 1; lines can be given back, and plain ones come in runs."""

    def __init__(self, chunks: Iterable[bytes], longest: int, first: int = 1, plain: Plain | None = None) -> None:
        """`first`: the number of the first line to give; `plain` describes the lines that `run` may give."""
        self._blocks = _blocks(chunks, longest)
        self._pieces: list[bytes] = []
        self._at = 0
        self._number = 0
        self._odd = self._cut = self._uniform = False
        self._plain = plain
        self._back: list[Line] = []
        while self._number < first - 1 and self.next() is not None:
            pass

    def next(self) -> Line | None:
        """The next line, or None at the end."""
        if self._back:
            return self._back.pop()
        if self._at >= len(self._pieces) and not self._load():
            return None
        piece = self._pieces[self._at]
        self._at += 1
        self._number += 1
        body = piece.rstrip(b"\r\n")
        end = piece[len(body) :]
        if not self._odd:
            return Line(body, end, self._number)
        decodable, bad = _decodable(body)
        kept = decodable.translate(None, CONTROLS)
        return Line(kept, end, self._number, len(decodable) - len(kept), bad, self._cut)

    def back(self, lines: Sequence[Line]) -> None:
        """Give lines back, to come again in the same order."""
        self._back.extend(reversed(lines))

    def run(self) -> tuple[int, list[bytes]]:
        """As many plain lines as come next, with their ends, and the number of the first; none where the next is not plain."""
        plain = self._plain
        if plain is None or self._back or (self._at >= len(self._pieces) and not self._load()) or not self._uniform:
            return 0, []
        delimiter, cells, pieces = plain.delimiter, plain.cells, self._pieces
        start = stop = self._at
        while stop < len(pieces) and pieces[stop].count(delimiter) == cells and pieces[stop][:1] != delimiter:
            stop += 1
        first = self._number + 1
        self._number += stop - start
        self._at = stop
        return first, pieces[start:stop]

    def _load(self) -> bool:
        block = next(self._blocks, None)
        if block is None:
            return False
        self._pieces, self._odd, self._cut = block
        self._at = 0
        self._uniform = self._plain is not None and not self._odd and _uniform(self._pieces, self._plain)
        return True


def _uniform(pieces: list[bytes], plain: Plain) -> bool:
    """Whether all lines of a block end alike, hold nothing that must be looked at and are not too long."""
    block = b"".join(pieces)
    if any(word in block for word in plain.without) or max(map(len, pieces)) > plain.longest:
        return False
    counts = block.count(b"\r"), block.count(b"\n")
    if plain.end == b"\r\n":
        return counts == (len(pieces), len(pieces)) and block.count(b"\r\n") == len(pieces)
    return counts == ((len(pieces), 0) if plain.end == b"\r" else (0, len(pieces)))


def _decodable(body: bytes) -> tuple[bytes, int]:
    if body.isascii():
        return body, 0
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        healed = body.decode("utf-8", "replace").encode("utf-8")
        return healed, healed.count(b"\xef\xbf\xbd") - body.count(b"\xef\xbf\xbd")
    return body, 0


def _odd(block: bytes) -> bool:
    """Whether lines of this block need a closer look."""
    if len(block.translate(None, CONTROLS)) != len(block):
        return True
    return not block.isascii() and _decodable(block)[1] > 0


def _blocks(chunks: Iterable[bytes], longest: int) -> Iterator[tuple[list[bytes], bool, bool]]:
    """Lines with their ends, block by block; whether the block has odd bytes; whether only a line's beginning was kept."""
    carry, kept = b"", b""
    for chunk in chunks:
        block = carry + chunk
        # A CR at the very end may be the first half of a CRLF: it waits for the next chunk.
        held = b"\r" if block.endswith(b"\r") else b""
        found = block[: len(block) - len(held)].splitlines(keepends=True)
        carry = (found.pop() if found and not found[-1].endswith((b"\n", b"\r")) else b"") + held
        if found and kept:
            first = found.pop(0)
            yield [kept + first[len(first.rstrip(b"\r\n")) :]], True, True
            kept = b""
        if found:
            yield found, _odd(block), False
        if len(carry) > longest or (kept and carry):
            kept, carry = kept or carry[:BEGINNING], held
    if kept:
        yield [kept + carry], True, True
    elif carry:
        yield carry.splitlines(keepends=True), True, False
