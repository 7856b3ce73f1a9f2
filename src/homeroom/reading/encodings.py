"""Which encoding a file is in. A mark or strict UTF-8 is knowledge; everything else is a guess and is shown as one.

Guessing is kept to what districts send: UTF-16 without a mark (told by its NUL bytes), Windows-1252, and Latin-1 where
Windows-1252 has no character for a byte. A person can always say the encoding instead (`Hints.encoding`).
"""

from __future__ import annotations

from dataclasses import dataclass

from homeroom.reading.streams import marked

BAD_LINES_AT_MOST = 100
BAD_LINES_ONE_IN = 1000

_UNDEFINED_IN_CP1252 = b"\x81\x8d\x8f\x90\x9d"
_NAMES = frozenset("ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝßàáâãäåæçèéêëìíîïñòóôõöøùúûüýŠŽšžŒœ’‘“”–—".encode("cp1252"))
"""Bytes that Windows-1252 uses for letters and marks that occur in names and titles of the Americas and western Europe."""


@dataclass(slots=True)
class Bytes:
    """What a pass over the file's bytes has learnt about its encoding so far.

    `good` counts places (lines, or blocks without a bad byte) with characters that only UTF-8 explains, `bad_lines` those that
    are not UTF-8. `undefined`: a byte that Windows-1252 does not know; `unlikely`: one that it would not use in a name.
    """

    good: int = 0
    bad_lines: int = 0
    undefined: bool = False
    unlikely: bool = False

    def look(self, block: bytes) -> None:
        """Take in a block of whole lines."""
        if block.isascii():
            return
        try:
            block.decode("utf-8")
            self.good += 1
        except UnicodeDecodeError:
            self._look_closely(block)

    def _look_closely(self, block: bytes) -> None:
        self.undefined = self.undefined or any(bytes([b]) in block for b in _UNDEFINED_IN_CP1252)
        if self.bad_lines > 10 * BAD_LINES_AT_MOST:
            return
        for line in block.splitlines():
            if line.isascii():
                continue
            try:
                line.decode("utf-8")
                self.good += 1
            except UnicodeDecodeError:
                self.bad_lines += 1
                self.unlikely = self.unlikely or any(b >= 0x80 and b not in _NAMES for b in line)
                self.good += _has_a_character(line)


def _has_a_character(line: bytes) -> bool:
    """Whether a line that is not UTF-8 as a whole still holds a character that only UTF-8 explains."""
    kept = line.decode("utf-8", "ignore")
    return not kept.isascii() and not all(b in _NAMES for b in line if b >= 0x80)


def without_mark(beginning: bytes) -> str | None:
    """`utf-16-le` or `utf-16-be` where the first bytes are mostly ASCII with a NUL beside each; None otherwise."""
    pairs = len(beginning) // 2
    if pairs < 2:
        return None
    even, odd = beginning[: 2 * pairs : 2], beginning[1 : 2 * pairs : 2]
    for zeros, letters, name in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        if zeros.count(0) * 10 >= pairs * 7 and letters.count(0) * 50 <= pairs:
            return name
    return None


def known(beginning: bytes, hint: str | None) -> tuple[str, bool] | None:
    """The encoding that a hint, a mark or the NULs of UTF-16 give, and whether it is a guess; None: look at all bytes."""
    if hint is not None:
        return hint, False
    if (mark := marked(beginning)) is not None:
        return (mark, False) if mark != "utf-8" else None
    if (guess := without_mark(beginning)) is not None:
        return guess, True
    return None


def decide(seen: Bytes, lines: int, mark: bool) -> tuple[str, bool]:
    """The encoding of a file without NUL pairs, after the pass over all its bytes, and whether it is a guess.

    A few bad bytes in a file that is UTF-8 beyond doubt (a mark, or characters that only UTF-8 explains), or bad bytes that
    are no letters in Windows-1252 either, leave it UTF-8: those bytes become U+FFFD. Many bad bytes, or ones that read well
    as Windows-1252 in a file that is otherwise plain ASCII, make it Windows-1252: nothing else can be changed by that guess.
    """
    if not seen.bad_lines:
        return "utf-8", False
    few = seen.bad_lines == 1 or (seen.bad_lines <= BAD_LINES_AT_MOST and seen.bad_lines * BAD_LINES_ONE_IN <= lines)
    evident = mark or seen.good > 0
    if (few and (evident or seen.unlikely)) or (evident and seen.bad_lines <= max(seen.good, lines // 10)):
        return "utf-8", False
    return ("latin-1" if seen.undefined else "cp1252"), True
