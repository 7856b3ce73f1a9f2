"""Lines that exports put after the last record and that are no record: totals, row counts, empty spreadsheet rows."""

from __future__ import annotations

import re
from collections.abc import Sequence

_COUNT = r"\d[\d,.\ ']*"
_THINGS = r"(?:rows?|records?|lines?)"
_OF = r"(?:rows?|records?|lines?|count|students?|users?|staff|teachers?|classes|sections|courses|enrollments|entries|all)"
_TOTALS = re.compile(
    rf"""(?xi)
    (?: (?:grand\ +)?(?:sub)?totals? (?:\ +(?:number|no\.?|count))? (?:\ +of)? (?:\ +{_OF}){{0,2}} \ *[:=]?\ * {_COUNT}
      | (?:number\ +of\ +)?(?:{_THINGS}|students?|count|(?:row|record|line)\ +count) (?:\ +{_OF})? \ *[:=]?\ * {_COUNT}
      | \(?\ * {_COUNT} \ * {_THINGS} (?:\(s\))? (?:\ +(?:affected|selected|returned|exported|total|written))? \.?\ *\)?
      | -*\ * end\ +of\ +(?:file|report|data|export) \ *-*
      | completion\ +time: .*
    )\.?"""
)


def is_totals(cells: Sequence[bytes], width: int) -> bool:
    """Whether the last record of a file says how many there were, rather than being one.

    In a record of full width only one or two cells may be filled; in a table of one column a bare number or word is data.

    >>> is_totals([b"Total: 5000"], 4), is_totals([b"Total", b"5000"], 2), is_totals([b"(45 rows affected)"], 1)
    (True, True, True)
    >>> is_totals([b"Total Fitness", b"7"], 4), is_totals([b"17", b"", b""], 3)
    (False, False)
    """
    filled = [c.strip(b' "\t') for c in cells if c.strip(b' "\t')]
    if not filled or len(filled) > 2 or sum(map(len, filled)) > 120:
        return False
    said = b" ".join(filled).decode("utf-8", "replace").strip()
    if width == 1 and not re.search(r"[:=(]|rows|records", said):
        return False
    return _TOTALS.fullmatch(said) is not None


def is_blank(line: bytes, delimiter: bytes, width: int) -> bool:
    """Whether a line of a table with several columns is nothing but delimiters, as spreadsheets write empty rows.

    >>> is_blank(b",,,", b",", 4), is_blank(b"", b",", 4), is_blank(b", ,", b",", 3)
    (True, False, False)
    """
    return width > 1 and bool(line) and not line.strip(delimiter)
