"""CSV for people, who will open it in a spreadsheet: issue lists, refused rows, downloads of the console.

A cell that a spreadsheet might take for a formula gets an apostrophe in front. Never use this for what programs read: it
changes values (`docs/decisions/formula-content.md`).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What may begin a formula, the full-width forms that some spreadsheets accept among them."""

_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?")
BOM = "\ufeff"
"""Without it spreadsheets read UTF-8 as something else and damage names."""


def harmless(cell: str) -> str:
    """The cell as a spreadsheet may show it: text that could be a formula with an apostrophe in front.

    >>> harmless("=1+1"), harmless("-5"), harmless("O'Brien"), harmless("  @x")
    ("'=1+1", '-5', "O'Brien", "'  @x")
    """
    if cell.lstrip(" ").startswith(_DANGEROUS) and not _NUMBER.fullmatch(cell):
        return "'" + cell
    return cell


def sheet(
    header: Sequence[str], rows: Iterable[Sequence[str | int | None]], shown: Callable[[str], str] = harmless
) -> Iterator[str]:
    """A CSV file as text, line by line, for `text/csv; charset=utf-8`: RFC 4180, CRLF, a byte order mark at the front.

    `shown`: what a spreadsheet is given of a cell (`roster.spreadsheets.kept` for sheets that come back).
    """
    line = io.StringIO()
    writer = csv.writer(line)
    for number, row in enumerate(chain([header], rows)):
        writer.writerow([shown(str(cell)) if cell is not None else "" for cell in row])
        yield (BOM if number == 0 else "") + line.getvalue()
        line.seek(0)
        line.truncate()
