"""Single rows of a delivered file as they were sent, by their physical lines: for the people who must mend them."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from homeroom.reading import streams
from homeroom.workbench.values import Inspected

_MOST_LINES = 50
"""A cell that goes over more lines than that has lost its quote; the row is then taken to be its first line."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A row: the physical line on which it begins, and its cells as they were sent."""

    line: int
    cells: tuple[str, ...]


def excerpts(inspected: Inspected, lines: Collection[int]) -> Iterator[Excerpt]:
    """The rows that begin on these lines, in their order. The file is read once, and no more of it is kept than one row."""
    wanted = set(lines)
    physical = enumerate(_physical(inspected), start=1)
    for number, line in physical:
        if number not in wanted:
            continue
        text = line
        if inspected.quoted:
            ahead, most = [line], _MOST_LINES
            while text.count('"') % 2 and most:
                following = next(physical, None)
                if following is None:
                    break
                ahead.append(following[1])
                text, most = "\n".join(ahead), most - 1
            if text.count('"') % 2:
                text = line
        yield Excerpt(number, _cells(text, inspected))


def _cells(text: str, inspected: Inspected) -> tuple[str, ...]:
    if not inspected.quoted:
        return tuple(text.split(inspected.delimiter))
    return tuple(cell for row in csv.reader([text], delimiter=inspected.delimiter) for cell in row)


def _physical(inspected: Inspected) -> Iterator[str]:
    """The lines of a file as an editor counts them, without their ends: CR, LF or both."""
    rest, after_cr = b"", False
    for chunk in streams.utf8(inspected.file.path, inspected.encoding):
        block = rest + chunk
        if after_cr and block.startswith(b"\n"):
            block = block[1:]
        after_cr = block.endswith(b"\r")
        *whole, rest = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        for line in whole:
            yield line.decode("utf-8", "replace")
    if rest:
        yield rest.decode("utf-8", "replace")
