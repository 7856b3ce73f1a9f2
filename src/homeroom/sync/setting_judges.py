"""What is wrong with a value of a setting, where a room knows it: names of tables and columns, dates, encodings, limits.

Each function takes a value and says in a few words what is wrong with it, or gives None.
"""

from __future__ import annotations

import re
from typing import Any

from homeroom.compare.allowance import Limits
from homeroom.layouts.schools.rules import WORDS
from homeroom.reading import streams
from homeroom.roster.catalogue import catalogue
from homeroom.roster.contacts import CONTACTS
from homeroom.roster.datasets import COLUMN, is_own
from homeroom.roster.faults import Misuse
from homeroom.roster.holding import MEMBER
from homeroom.sync import setting_kinds as kinds

_TOKENS = {"YYYY": "%Y", "YY": "%y", "MMM": "%b", "MM": "%m", "M": "%m", "DD": "%d", "D": "%d"}
SCHOOL_RULE = re.compile(r"(?P<id>.+?)(?: (?P<outside>outside )?(?P<window>\d\d-\d\d\.\.\d\d-\d\d))?")
"""How a school that steps out is written: its id, then the stretch of the year for which that holds, or outside of which it does."""
_FORM = re.compile(r"YYYY|YY|MMM|MM|M|DD|D|[^A-Za-z%]")


def school_rule(value: Any) -> str | None:
    """A school's id, alone or with a stretch of the year in which, or outside of which, it steps out."""
    found = SCHOOL_RULE.fullmatch(value) if isinstance(value, str) else None
    id = found["id"].strip() if found else ""
    if found is None or not id or ".." in id or id.endswith(" outside"):
        return f"cannot use {value!r}: write a school's id, alone or as ID 06-15..08-10 or ID outside 06-15..08-10"
    return kinds.window(found["window"]) if found["window"] else None


def school_formula(value: str) -> str | None:
    """A yes or no over a school's row."""
    from homeroom.layouts import formulas  # the SQL parser takes 0.2 s to load

    try:
        unknown = [name for name in formulas.check(value, condition=True) if name not in WORDS]
    except formulas.FormulaFault as fault:
        return f"cannot be used: {str(fault).rstrip('.')}. {fault.remedy}".rstrip(".")
    return f"cannot name {', '.join(unknown)}: it may name {', '.join(WORDS)}" if unknown else None


def table(value: Any) -> str | None:
    """A table of the roster, or by its name a dataset that a layout set declares."""
    return None if value in catalogue().tables or is_own(str(value)) else f"cannot name {value!r}: it is no table of the roster"


def column(value: Any) -> str | None:
    """A column of the roster, `users.email`."""
    name, _, field = str(value).partition(".")
    if name in catalogue().tables and field in {f.name for f in catalogue()[name].model} - {"sourcedId"}:
        return None
    if is_own(name) and COLUMN.fullmatch(field):
        return None
    return f"cannot name {value!r}: write TABLE.COLUMN, as users.email"


def rest(value: Any) -> str | None:
    """A stretch of the year, alone or for one table; contacts are one here."""
    name, _, window = str(value).rpartition(" ")
    return (table(name) if name and name != CONTACTS else None) or kinds.window(window)


def word(value: Any) -> str | None:
    """A word of letters, digits, blanks and hyphens."""
    fine = isinstance(value, str) and re.fullmatch(r"[^\W_][\w '/-]{0,59}", value)
    return None if fine else f"cannot list {value!r}: write words, as parent,guardian or emergency"


def leaving(value: str) -> str | None:
    """What becomes of absent students."""
    fine = value in ("remove", "keep") or re.fullmatch(r"after:([2-9]|[1-9]\d{1,2})", value)
    return None if fine else f"cannot be {value!r}: write remove, keep, or after:N with a number from 2 to 999"


def level(value: str) -> str | None:
    """The district or one school."""
    fine = value == "district" or re.fullmatch(r"school:[^\s,\x00-\x1f][^,\x00-\x1f]{0,254}(?<! )", value)
    return None if fine else f"cannot be {value!r}: write district, or school: and the school's id, as school:1042"


def owned(value: Any) -> str | None:
    """A column of the roster, or one entry of its metadata, `users.metadata.language`."""
    name, _, field = str(value).partition(".")
    member = field.startswith(MEMBER) and field != MEMBER
    return table(name) if member else column(value)


def pattern(value: Any) -> str | None:
    """A pattern for names of files."""
    fine = isinstance(value, str) and value and "/" not in value and value.isprintable()
    return None if fine else f"cannot use {value!r}: write a name with * and ?, without folders, as *.csv"


def day(value: Any) -> str | None:
    """A day of the week."""
    return (
        None
        if value in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
        else f"cannot name {value!r}: the days are mon, tue, wed, thu, fri, sat, sun"
    )


def season(value: Any) -> str | None:
    """A table, alone or with a stretch of the year."""
    name, _, window = str(value).partition(" ")
    return table(name) or (kinds.window(window) if window else None)


def encoding(value: str) -> str | None:
    """An encoding that Homeroom can read."""
    try:
        streams.canonical(value)
    except Misuse:
        return f"cannot be {value!r}: use a name such as utf-8, windows-1252 or utf-16"
    return None


def delimiter(value: str) -> str | None:
    """A character that can stand between cells."""
    fine = value == "tab" or (len(value) == 1 and value.isascii() and value not in '"\r\n\0')
    return None if fine else f"cannot be {value!r}: name one ASCII character such as , or |, or tab"


def date_form(name: str, value: Any) -> str | None:
    """A form for a column of dates, or for all (`*`)."""
    if name != "*" and (fault := column(name)) is not None:
        return fault
    return None if isinstance(value, str) and strptime(value) else f"cannot use {value!r}: write the form as MM/DD/YYYY"


def strptime(form: str) -> str | None:
    """The form as strptime writes it: `MM/DD/YYYY` is `%m/%d/%Y`, which may be given as it is. None for what is none.

    >>> strptime("MM/DD/YYYY"), strptime("%d.%m.%y"), strptime("DD-MMM-YYYY"), strptime("month")
    ('%m/%d/%Y', '%d.%m.%y', '%d-%b-%Y', None)
    """
    if "%" in form:
        made = form
    else:
        pieces = _FORM.findall(form)
        if "".join(pieces) != form:
            return None
        made = "".join(_TOKENS.get(p, p) for p in pieces)
    named = re.findall(r"%(.)", made)
    return made if sorted(w.lower().replace("b", "m") for w in named) == ["d", "m", "y"] else None


def kept_words(name: str, value: Any) -> str | None:
    """Words for a code list."""
    if name not in catalogue().codes:
        return f"cannot name {name!r}: it is no code list (they are {', '.join(sorted(catalogue().codes))})"
    fine = isinstance(value, list) and value and all(isinstance(w, str) and w for w in value)
    return None if fine else f"needs a list of words for {name}"


def table_limit(name: str, value: Any) -> str | None:
    """One limit of one table, `users.remove_share`."""
    table_name, _, limit = name.partition(".")
    try:
        Limits.parse({"tables": {table_name: {limit: value}}})
    except Misuse as wrong:
        return "cannot be used: " + str(wrong).partition(": ")[2].rstrip(".")
    return None


def source_number(value: Any) -> str | None:
    """The number of a source; whether the district has it is looked up when it is kept."""
    fine = isinstance(value, int) and not isinstance(value, bool) and value > 0
    return None if fine else f"cannot name {value!r}: write the numbers of sources, as 2,3"
