"""Files of refused rows that are mended and sent again: Homeroom makes them, and they bear its marks.

Such a file holds only the rows that were refused, so it says nothing of records that it does not list, whatever it is called.
It is known by its name (`refused-users.csv`, also as a browser or a spreadsheet writes it beside another) or by two of the four
columns that Homeroom put into it: a person may have renamed it, or taken away the sentences.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

MARKS = ("_line", "_code", "_what_happened", "_what_to_do")
"""What Homeroom puts behind the columns of a refused row. They are not read."""
SURPLUS = "_surplus"
"""The cells that a row has beyond the header; only there where a file has such rows."""
PREFIX = "refused-"
"""What stands before a file's name in the name of the file of its refused rows."""
_ENOUGH = 2
_COPY = re.compile(r"(?: ?\([0-9]{1,3}\)| ?- ?(?:copy|copia|kopie)| copy)+$", re.IGNORECASE)


def is_name(name: str) -> bool:
    """Whether a file's name is one that Homeroom gives to refused rows."""
    return _base(name).casefold().startswith(PREFIX)


def bears_marks(words: Iterable[str]) -> bool:
    """Whether a header has enough of Homeroom's own columns."""
    return len(set(MARKS) & {word.strip().casefold() for word in words}) >= _ENOUGH


def file_name(name: str) -> str:
    """The name for the refused rows of a file.

    >>> file_name("night/users.csv"), file_name("roster.txt"), file_name("refused-users (1).csv")
    ('refused-users.csv', 'refused-roster.txt.csv', 'refused-users.csv')
    """
    stem = _base(meant(name)[0] if is_name(name) else name)
    return f"{PREFIX}{stem if stem.casefold().endswith('.csv') else stem + '.csv'}"


def meant(name: str) -> tuple[str, ...]:
    """The names that the file may have had whose rows are in a file of such a name, the likeliest first; none for any other file.

    >>> meant("refused-users (2).csv"), meant("Refused-roster.txt.csv"), meant("users.csv")
    (('users.csv',), ('roster.txt.csv', 'roster.txt'), ())
    """
    base = _base(name)
    while base.casefold().startswith(PREFIX):
        base = base[len(PREFIX) :]
    if base == _base(name):
        return ()
    stem, dot, ending = base.rpartition(".")
    plain = _COPY.sub("", stem if dot else ending)
    return (plain + dot + ending, plain) if "." in plain and dot else (plain + dot + (ending if dot else ""),)


def _base(name: str) -> str:
    return name.replace("\\", "/").rpartition("/")[2]
