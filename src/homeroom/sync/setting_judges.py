"""What is wrong with a value of a setting, where a room knows it: names of tables and columns, dates, encodings, limits.

Each function takes a value and says what is wrong with it, or gives None. `{setting}` stays open: see `setting_kinds`.
"""

from __future__ import annotations

import re
from typing import Any

from homeroom.compare import allowance
from homeroom.layouts.schools.rules import WORDS
from homeroom.reading import streams
from homeroom.roster.catalogue import catalogue
from homeroom.roster.contacts import CONTACTS
from homeroom.roster.datasets import COLUMN, is_own
from homeroom.roster.faults import Misuse
from homeroom.roster.holding import MEMBER
from homeroom.roster.words import Said, _, in_a_row
from homeroom.sync import setting_kinds as kinds

_TOKENS = {"YYYY": "%Y", "YY": "%y", "MMM": "%b", "MM": "%m", "M": "%m", "DD": "%d", "D": "%d"}
SCHOOL_RULE = re.compile(r"(?P<id>.+?)(?: (?P<outside>outside )?(?P<window>\d\d-\d\d\.\.\d\d-\d\d))?")
"""How a school that steps out is written: its id, then the stretch of the year for which that holds, or outside of which it does."""
_FORM = re.compile(r"YYYY|YY|MMM|MM|M|DD|D|[^A-Za-z%]")


def school_rule(value: Any) -> Said | None:
    """A school's id, alone or with a stretch of the year in which, or outside of which, it steps out."""
    found = SCHOOL_RULE.fullmatch(value) if isinstance(value, str) else None
    id = found["id"].strip() if found else ""
    if found is None or not id or ".." in id or id.endswith(" outside"):
        return _(
            "{setting} cannot use {value}: write a school's id, alone or as ID 06-15..08-10 or ID outside 06-15..08-10.",
            value=repr(value),
        )
    return kinds.window(found["window"]) if found["window"] else None


def school_formula(value: str) -> Said | None:
    """A yes or no over a school's row."""
    from homeroom.layouts import formulas  # the SQL parser takes 0.2 s to load

    try:
        unknown = [name for name in formulas.check(value, condition=True) if name not in WORDS]
    except formulas.FormulaFault as fault:
        return _("{setting} cannot be used: {wrong} {remedy}", wrong=fault.said, remedy=fault.todo)
    if not unknown:
        return None
    return _("{setting} cannot name {unknown}: it may name {known}.", unknown=in_a_row(unknown), known=in_a_row(WORDS))


def table(value: Any) -> Said | None:
    """A table of the roster, or by its name a dataset that a layout set declares."""
    return (
        None
        if value in catalogue().tables or is_own(str(value))
        else _("{setting} cannot name {value}: it is no table of the roster.", value=repr(value))
    )


def column(value: Any) -> Said | None:
    """A column of the roster, `users.email`."""
    name, _point, field = str(value).partition(".")
    if name in catalogue().tables and field in {f.name for f in catalogue()[name].model} - {"sourcedId"}:
        return None
    if is_own(name) and COLUMN.fullmatch(field):
        return None
    return _("{setting} cannot name {value}: write TABLE.COLUMN, as users.email.", value=repr(value))


def rest(value: Any) -> Said | None:
    """A stretch of the year, alone or for one table; contacts are one here."""
    name, _blank, window = str(value).rpartition(" ")
    return (table(name) if name and name != CONTACTS else None) or kinds.window(window)


def word(value: Any) -> Said | None:
    """A word of letters, digits, blanks and hyphens."""
    fine = isinstance(value, str) and re.fullmatch(r"[^\W_][\w '/-]{0,59}", value)
    return None if fine else _("{setting} cannot list {value}: write words, as parent,guardian or emergency.", value=repr(value))


def leaving(value: str) -> Said | None:
    """What becomes of absent students."""
    fine = value in ("remove", "keep") or re.fullmatch(r"after:([2-9]|[1-9]\d{1,2})", value)
    return (
        None
        if fine
        else _("{setting} cannot be {value}: write remove, keep, or after:N with a number from 2 to 999.", value=repr(value))
    )


def level(value: str) -> Said | None:
    """The district or one school."""
    fine = value == "district" or re.fullmatch(r"school:[^\s,\x00-\x1f][^,\x00-\x1f]{0,254}(?<! )", value)
    return (
        None
        if fine
        else _("{setting} cannot be {value}: write district, or school: and the school's id, as school:1042.", value=repr(value))
    )


def owned(value: Any) -> Said | None:
    """A column of the roster, or one entry of its metadata, `users.metadata.language`."""
    name, _point, field = str(value).partition(".")
    member = field.startswith(MEMBER) and field != MEMBER
    return table(name) if member else column(value)


def pattern(value: Any) -> Said | None:
    """A pattern for names of files."""
    fine = isinstance(value, str) and value and "/" not in value and value.isprintable()
    return (
        None
        if fine
        else _("{setting} cannot use {value}: write a name with * and ?, without folders, as *.csv.", value=repr(value))
    )


def day(value: Any) -> Said | None:
    """A day of the week."""
    return (
        None
        if value in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
        else _("{setting} cannot name {value}: the days are mon, tue, wed, thu, fri, sat, sun.", value=repr(value))
    )


def season(value: Any) -> Said | None:
    """A table, alone or with a stretch of the year."""
    name, _blank, window = str(value).partition(" ")
    return table(name) or (kinds.window(window) if window else None)


def encoding(value: str) -> Said | None:
    """An encoding that Homeroom can read."""
    try:
        streams.canonical(value)
    except Misuse:
        return _("{setting} cannot be {value}: use a name such as utf-8, windows-1252 or utf-16.", value=repr(value))
    return None


def delimiter(value: str) -> Said | None:
    """A character that can stand between cells."""
    fine = value == "tab" or (len(value) == 1 and value.isascii() and value not in '"\r\n\0')
    return None if fine else _("{setting} cannot be {value}: name one ASCII character such as , or |, or tab.", value=repr(value))


def date_form(name: str, value: Any) -> Said | None:
    """A form for a column of dates, or for all (`*`)."""
    if name != "*" and (fault := column(name)) is not None:
        return fault
    return (
        None
        if isinstance(value, str) and strptime(value)
        else _("{setting} cannot use {value}: write the form as MM/DD/YYYY.", value=repr(value))
    )


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


def kept_words(name: str, value: Any) -> Said | None:
    """Words for a code list."""
    if name not in catalogue().codes:
        return _(
            "{setting} cannot name {name}: it is no code list (they are {known}).",
            name=repr(name),
            known=in_a_row(sorted(catalogue().codes)),
        )
    fine = isinstance(value, list) and value and all(isinstance(w, str) and w for w in value)
    return None if fine else _("{setting} needs a list of words for {name}.", name=name)


def table_limit(name: str, value: Any) -> Said | None:
    """One limit of one table, `users.remove_share`."""
    table_name, _point, limit = name.partition(".")
    wrong = allowance.faults({"tables": {table_name: {limit: value}}})
    return _("{setting} cannot be used: {wrong}.", wrong=in_a_row(wrong, "; ")) if wrong else None


def source_number(value: Any) -> Said | None:
    """The number of a source; whether the district has it is looked up when it is kept."""
    fine = isinstance(value, int) and not isinstance(value, bool) and value > 0
    return None if fine else _("{setting} cannot name {value}: write the numbers of sources, as 2,3.", value=repr(value))
