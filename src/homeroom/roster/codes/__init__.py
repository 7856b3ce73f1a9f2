"""Every issue and every reason, declared once: code, title, meaning, remedy and the sentence that a person reads.

One TOML file per room lies beside this module. An *issue* is a finding about a file, a row or a value; a *reason* says why
an import failed or waits. Report, filters, documentation and the tests that look for undeclared codes all read from here.
"""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Literal

from homeroom.roster import phrases
from homeroom.roster.words import Said, Value, in_a_row, read_out

Severity = Literal["error", "warning", "info"]
ROOMS = ("deliveries", "reading", "layouts", "checks", "compare", "sync")


@dataclass(frozen=True, slots=True)
class Code:
    """A declared finding.

    `about`: whether it speaks of rows and their values, or of a file, its name and its header.
    `severity`: an `error` refused a row, a column or a file; a `warning` changed or dropped a value or wants a look;
    `info` was healed or is only told. `message` is the sentence with `{name}` places, filled from the finding.
    `remedy` speaks to whoever reads the report, a school's secretary too; `command` names what does it on the command line, for those
    who work there. `counted` is the title of several findings of it, for one and for more: a whole sentence with places for what a
    report knows of them ({count}, {records}, {column}, {target}, {file}).
    `forms` are the whole sentences that a message may be which is but a place; `lists` are places that hold several of a phrase.
    `plain` is what it means in the words of a school's secretary, where `meaning` needs more.
    """

    code: str
    room: str
    kind: Literal["issue", "reason"]
    severity: Severity
    title: str
    meaning: str
    remedy: str
    message: str
    about: Literal["rows", "file"] = "rows"
    command: str | None = None
    plain: str | None = None
    counted: tuple[str, str] | None = None
    forms: tuple[str, ...] = ()
    lists: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_row_issue(self) -> bool:
        """Whether an import that found it has row issues: a row was refused, or its value was changed or wants a look."""
        return self.kind == "issue" and self.about == "rows" and self.severity != "info"

    def say(self, **values: object) -> str:
        """The message with its places filled; a place without a value stays readable as `?`."""
        return _filled(self.message, {k: v for k, v in values.items() if v is not None})


class _Blanks(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "?"


@cache
def codes() -> Mapping[str, Code]:
    """All declared codes by name. Raises ValueError when one is declared twice."""
    found: dict[str, Code] = {}
    for room in ROOMS:
        raw = tomllib.loads(files("homeroom.roster.codes").joinpath(f"{room}.toml").read_text(encoding="utf-8"))
        for name, entry in raw.items():
            if name in found:
                raise ValueError(f"code {name} is declared twice: in {found[name].room} and {room}")
            found[name] = Code(
                code=name,
                room=room,
                kind=entry.get("kind", "issue"),
                severity=entry.get("severity", "error"),
                title=entry["title"],
                meaning=entry["meaning"],
                remedy=entry["remedy"],
                message=entry["message"],
                about=entry.get("about", "rows"),
                command=entry.get("command"),
                plain=entry.get("plain"),
                counted=tuple(entry["counted"]) if "counted" in entry else None,
                forms=tuple(entry.get("forms", ())),
                lists=entry.get("lists", {}),
            )
    return found


def code(name: str) -> Code:
    """The declaration of one code. Raises KeyError for an undeclared one, which is a bug of ours."""
    return codes()[name]


def read_back(name: str, message: str) -> dict[str, str]:
    """The values that were filled into a code's sentence, as text; empty where the sentence was another one when it was written."""
    return read_out(code(name).message, message) or {}


def _filled(sentence: str, values: Mapping[str, object]) -> str:
    return string.Formatter().vformat(sentence, (), _Blanks(values))


def anew(name: str, message: str) -> Said:
    """The stored sentence of a finding or a reason, to be said anew; as it was written where its code says something else by now."""
    if name in codes():
        for sentence in (*code(name).forms, code(name).message):
            values = read_out(sentence, message) or {}
            if _filled(sentence, values) == message:
                return Said(sentence, {place: _value(code(name), place, text) for place, text in values.items()})
    return Said("{message}", {"message": message})


_COUNTS = {"count", "of", "rows", "allowed"}


def _value(declared: Code, place: str, text: str) -> Value:
    """A value that was written in English, as what it is: each language has marks of its own in numbers, and words of its own in lists."""
    if place in _COUNTS and re.fullmatch(r"\d{1,3}(,\d{3})+", text):
        return int(text.replace(",", ""))
    if (phrase := declared.lists.get(place)) is not None:
        read = [read_out(phrase, each) or {} for each in text.split(", ")]
        if all(read):
            return in_a_row(Said(phrase, {name: _value(declared, name, each) for name, each in one.items()}) for one in read)
    if place in phrases.PLACES and (known := phrases.phrase(text)) is not None:
        return known
    return text
