"""A stream of UTF-8 bytes as physical lines, each with its number, its own line end and what had to be done to it.

Lines end at CR, LF or CRLF, whichever comes. Control characters and NULs are dropped, bytes that are not UTF-8 become U+FFFD;
a line that never ends is passed over in pieces, so that no more than `longest` bytes of it are ever held.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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


def lines(chunks: Iterable[bytes], longest: int) -> Iterator[Line]:
    """The physical lines of a stream, numbered from 1."""
    number = 0
    for pieces, odd, cut in _blocks(chunks, longest):
        for piece in pieces:
            number += 1
            body = piece.rstrip(b"\r\n")
            end = piece[len(body) :]
            if odd:
                decodable, bad = _decodable(body)
                kept = decodable.translate(None, CONTROLS)
                yield Line(kept, end, number, len(decodable) - len(kept), bad, cut)
            else:
                yield Line(body, end, number)


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
