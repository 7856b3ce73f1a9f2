"""Sentences for people as values: an English text with named places, and what stands in them.

No room below the doors knows the reader's language, zone or way of writing numbers, so it makes no finished text: what it raises
(`homeroom.roster.faults`) or returns keeps a `Said`, and the door that shows it translates the text (gettext: the text is the msgid)
and writes each value in its own way. `_` and `ngettext` are the names that the catalogue's extraction looks for.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache
from typing import Literal


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day, said with its zone and without its date: "3:00 AM CST"."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Dated:
    """A moment said with its day's date, whatever day it is read on: "November 30 at 3:00 AM CST". For letters."""

    at: datetime


@dataclass(frozen=True, slots=True)
class InWords:
    """A small number that is said in words, up to twenty."""

    number: int


Joint = Literal[", ", " and ", " or ", "; ", " ", "\n"]
"""What stands between the last two values of a list: a comma, and, or; the others stand between whole sentences."""


@dataclass(frozen=True, slots=True)
class Listed:
    """Several values in a row, put together as the reader's language does it. See `in_a_row`."""

    values: tuple[Value, ...]
    joint: Joint = ", "


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence. `plural` is its form for other numbers than one, `number` the number that decides. Without values it is said as it
    stands: braces in it are braces.

    Values: an int gets thousands marks (a number that is a name comes as text), a datetime is a moment in the district's zone,
    a timedelta an age or a duration, a date a day.
    """

    text: str
    values: Mapping[str, Value] = field(default_factory=dict)
    plural: str | None = None
    number: int | None = None


Value = str | int | float | datetime | date | timedelta | Clock | Dated | InWords | Listed | Said


def _(text: str, /, **values: Value) -> Said:
    """A sentence that is in the catalogue."""
    return Said(text, values)


def ngettext(one: str, many: str, number: int, /, **values: Value) -> Said:
    """A sentence whose form hangs on a number; `{count}` stands for it unless a value of that name says otherwise."""
    return Said(one, {"count": number, **values}, many, number)


def in_a_row(values: Iterable[Value], joint: Joint = ", ") -> Listed:
    """Values as one value of a sentence."""
    return Listed(tuple(values), joint)


def filled(said: Said | Listed, **values: Value) -> Said | Listed:
    """A sentence, or several, with places filled that were left open until now."""
    if isinstance(said, Listed):
        return replace(said, values=tuple(filled(v, **values) if isinstance(v, Said | Listed) else v for v in said.values))
    return replace(said, values={**said.values, **values})


def read_out(template: str, text: str) -> dict[str, str] | None:
    """The values that stand in the places of a sentence that was written out in English; None where it is another sentence."""
    found = _pattern(template).fullmatch(text)
    return found.groupdict() if found is not None else None


@cache
def _pattern(template: str) -> re.Pattern[str]:
    made, known = "", set[str]()
    for between, place, _spec, _conversion in string.Formatter().parse(template):
        made += re.escape(between)
        if place is not None:
            made += f"(?P={place})" if place in known else f"(?P<{place}>.*?)"
            known.add(place)
    return re.compile(made, re.DOTALL)


SMALL = [
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
]


def plain(said: Said, zone: tzinfo = UTC) -> str:
    """The sentence in English, for the command line and for programs."""
    text = said.text if said.plural is None or said.number == 1 else said.plural
    if not said.values:
        return text
    written = string.Formatter().vformat(text, (), {name: _plain(value, zone) for name, value in said.values.items()})
    return written[:1].upper() + written[1:] if speaks_first(said, text) else written


def wordless(text: str) -> bool:
    """Whether a text has nothing to translate: places alone, and what stands between them."""
    return re.search(r"[^\W\d_]", re.sub(r"\{\w*(![rs])?\}", "", text)) is None


def speaks_first(said: Said, text: str) -> bool:
    """Whether a sentence begins with a value that is said in words, and so needs a capital letter. Names keep their own, and so do
    sentences that go along whole."""
    begins = re.match(r"\{(\w+)\}", text)
    return begins is not None and not wordless(text) and isinstance(said.values.get(begins[1]), InWords | Said)


def _plain(value: Value, zone: tzinfo) -> str:
    match value:
        case Said():
            return plain(value, zone)
        case Listed():
            return _rowed([_plain(each, zone) for each in value.values], value.joint)
        case Clock():
            return value.at.astimezone(zone).strftime("%H:%M %Z")
        case Dated():
            return _dated(value.at.astimezone(zone))
        case InWords():
            return SMALL[value.number] if 0 <= value.number < len(SMALL) else f"{value.number:,}"
        case datetime():
            return value.astimezone(zone).strftime("%Y-%m-%d %H:%M %Z")
        case timedelta():
            return f"{value.total_seconds() / 3600:.1f} h"
        case int() | float():
            return f"{value:,}"
        case _:
            return str(value)


def _dated(here: datetime) -> str:
    return f"{here:%B} {here.day} at {here:%I:%M %p}".replace(" at 0", " at ") + f" {here:%Z}"


def _rowed(written: list[str], joint: Joint) -> str:
    """a, b and c"""
    if joint not in (" and ", " or ") or len(written) < 2:
        return joint.join(written)
    return ", ".join(written[:-1]) + joint + written[-1]
