"""What a spreadsheet does to the cells of a CSV file that is opened and saved in it, and the apostrophe that keeps it from that.

A spreadsheet starts formulas, drops leading zeros, rounds long numbers and rewrites days. With an apostrophe in front a cell is
text to it, and is saved as it came. Homeroom takes that apostrophe away again where it put it there itself.
"""

from __future__ import annotations

import re

ALTERED = (
    r"^'*(?: *[=+\-@\t\r\n＝＋－＠]"
    r"|[0-9.($][0-9 .,:/+\-eE%$()]*(?:[aApP]\.?[mM]\.?)?$"
    r"|(?i:[0-9]{0,4}[ \-/.]?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}[ \-/.]?[0-9]{1,4}"
    r"|[0-9]{1,4}[ \-/.]?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6})$)"
)
"""What a spreadsheet may take for a formula, a number, a day or an hour. Understood alike by Python and by DuckDB."""

PLAIN = r"^'*-?(?:0|[1-9][0-9]{0,9})$"
"""Numbers that come out of every spreadsheet as they went in."""

_ALTERED, _PLAIN = re.compile(ALTERED), re.compile(PLAIN)


def altered(cell: str) -> bool:
    """Whether a spreadsheet may change the cell, or run it.

    >>> [cell for cell in ("007", "17", "=1+1", "2026-08-15", "MAR1", "Marie", "+1 555", "O'Brien") if altered(cell)]
    ['007', '=1+1', '2026-08-15', 'MAR1', '+1 555']
    """
    return bool(_ALTERED.match(cell)) and not _PLAIN.match(cell)


def kept(cell: str) -> str:
    """The cell as a spreadsheet keeps it.

    >>> kept("007"), kept("'007"), kept("O'Brien"), kept("'t Hooft")
    ("'007", "''007", "O'Brien", "'t Hooft")
    """
    return "'" + cell if altered(cell) else cell


def given_back(cell: str) -> str:
    """The cell as it was before `kept`; one that was typed without an apostrophe stays as it was typed.

    >>> given_back("'007"), given_back("008"), given_back("''007"), given_back("'t Hooft")
    ('007', '008', "'007", "'t Hooft")
    """
    return cell[1:] if cell.startswith("'") and altered(cell[1:]) else cell


def given_back_in_sql(column: str) -> str:
    """SQL for `given_back` of a column."""
    rest = f"substr({column}, 2)"
    as_kept = f"regexp_matches({rest}, {_literal(ALTERED)}) AND NOT regexp_matches({rest}, {_literal(PLAIN)})"
    return f"CASE WHEN starts_with({column}, '''') AND {as_kept} THEN {rest} ELSE {column} END"


def _literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
