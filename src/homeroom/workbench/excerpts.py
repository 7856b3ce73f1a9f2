"""Single lines of a large text file by their numbers: a second look at a few records without parsing the whole file again."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from pathlib import Path

LINE_ENDS = {"lf": b"\n", "crlf": b"\r\n", "cr": b"\r"}
"""The bytes that `Survey.line_end` names."""

_CHUNK = 1 << 22
"""Bytes looked at in one go: splitting them is one call each, and a few thousand lines are held at a time."""


def excerpt(path: Path, lines: Sequence[int], end: bytes, out: Path) -> int:
    """Copy some lines (from 1, ascending, each once) into a new file, in their order; returns how many were there.

    `end` is the line end of the whole file (LF, CRLF or CR). The last line may lack it, and gets it.
    """
    last, done, before, carry = end[-1:], 0, 0, b""
    with path.open("rb") as source, out.open("wb") as target:
        while done < len(lines) and (chunk := source.read(_CHUNK)):
            found = (carry + chunk).split(last)
            carry = found.pop()
            until = bisect_right(lines, before + len(found), done)
            target.writelines(found[line - before - 1] + last for line in lines[done:until])
            done, before = until, before + len(found)
        if carry and done < len(lines) and lines[done] == before + 1:
            target.write(carry + end)
            done += 1
    return done
