"""Bad rows on purpose: many kinds, spread at a given rate, each told in a side file so that a report can be held against truth.

Only users, classes, enrollments and demographics are spoiled; a broken school or session would drown everything else.
What a spoiled row drags along on a *first* import (the enrollments of a refused user, ...) is listed as `consequences`;
on later nights the record's last good version lives on and nothing is dragged along.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Literal

from homeroom.simulator.dice import Dice
from homeroom.simulator.sheets import Form, Row, Sheet

SIDE_FILE = "EXPECTED.json"
SPOILED = ("users", "classes", "enrollments", "demographics")
Effect = Literal["refused", "ignored", "value_dropped", "kept"]


@dataclass(frozen=True, slots=True)
class Bad:
    """One spoiled row: physical `line` from 1 (the header is 1), `kind`, `key` where the table has one, and what becomes of it.

    `code` is the issue or repair that a report tells of it, None where there is nothing to tell.

    `refused`: not taken. `ignored`: left out without harm. `value_dropped`: taken without the cell. `kept`: taken, healed or
    as text.
    """

    file: str
    line: int
    table: str
    kind: str
    code: str | None
    key: str | None
    column: str | None
    effect: Effect


@dataclass(frozen=True, slots=True)
class Spoiled:
    """The bad rows of one night and the rows that fall with them on a first import."""

    night: int
    rows: tuple[Bad, ...]
    consequences: tuple[Bad, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """A way to spoil a row. `spoil` gives the new row, None where it does not apply; `added`: as a further row at the end.

    `code` is what the report says of it (None: nothing, it is ordinary text). `column` and `tables` say where;
    `quoted_only`: means nothing, or something else, in a file without quotes. `anywhere`: means the same in files that use other
    words and codes than OneRoster's.
    """

    name: str
    code: str | None
    effect: Effect
    tables: tuple[str, ...]
    column: str | None
    spoil: Callable[[Row, int], Row | bytes | None]
    added: bool = False
    quoted_only: bool = False
    anywhere: bool = False


def cell(value: str) -> Callable[[Row, int], Row]:
    """Put `value` into the column; `{}` in it stands for what was there."""
    return lambda row, at: (*row[:at], value.replace("{}", row[at]), *row[at + 1 :])


def _titled(row: Row, at: int) -> Row | None:
    return (*row[:at], row[at].upper(), *row[at + 1 :]) if row[at] != row[at].upper() else None


def _short(row: Row, at: int) -> Row | None:
    return row[:-2] if len(row) > 3 and not any("," in c for c in row) else None


def _bare_quote(row: Row, at: int) -> bytes | None:
    """A quote in the middle of a cell that is not quoted: `5" pipe`. Only where no cell needs quotes."""
    spoiled = (*row[:at], f'{row[at]} 5" wide', *row[at + 1 :])
    return ",".join(spoiled).encode() if not any("," in c for c in row) else None


def _bad_byte(row: Row, at: int) -> bytes | None:
    spoiled = (*row[:at], f"{row[at]}\0", *row[at + 1 :])
    return ",".join(spoiled).encode().replace(b"\0", b"\xe9") if not any("," in c or '"' in c for c in row) else None


def _other(row: Row, at: int) -> Row:
    return (*row[:at], f"{row[at]} Again", *row[at + 1 :])


PEOPLE = ("users",)
KINDS: tuple[Kind, ...] = (
    Kind("role-unknown", "code-unknown", "refused", ("users", "enrollments"), "role", cell("wizard")),
    Kind("role-case", "code-case", "kept", ("users", "enrollments"), "role", _titled),
    Kind("required-missing", "required-blank", "refused", PEOPLE, "familyName", cell(""), anywhere=True),
    Kind("required-missing", "required-blank", "refused", ("classes",), "title", cell("")),
    Kind("boolean-unreadable", "boolean-unreadable", "refused", PEOPLE, "enabledUser", cell("perhaps")),
    Kind(
        "reference-unknown", "reference-unknown", "refused", ("enrollments",), "userSourcedId", cell("S999999999"), anywhere=True
    ),
    Kind("reference-unknown", "reference-unknown", "refused", ("enrollments",), "classSourcedId", cell("C999999999")),
    Kind("reference-dropped", "reference-dropped", "value_dropped", PEOPLE, "orgSourcedIds", cell("{},9999"), quoted_only=True),
    Kind(
        "date-unreadable", "date-unreadable", "value_dropped", ("enrollments",), "beginDate", cell("first of May"), anywhere=True
    ),
    Kind("date-impossible", "date-impossible", "value_dropped", ("enrollments",), "beginDate", cell("2027-02-30")),
    Kind("date-unreadable", "date-unreadable", "value_dropped", ("demographics",), "birthDate", cell("unknown")),
    Kind("short-row", "row-short", "refused", ("users", "classes", "enrollments"), None, _short, anywhere=True),
    Kind("long-row", "row-long", "refused", ("enrollments",), None, lambda row, at: (*row, "surplus"), anywhere=True),
    Kind("long-row", "row-long", "refused", ("users", "classes"), None, lambda row, at: (*row, "surplus"), quoted_only=True),
    Kind("stray-quote", "quote-stray", "kept", ("classes",), "title", _bare_quote),
    Kind("bad-byte", "bytes-unreadable", "kept", PEOPLE, "givenName", _bad_byte),
    Kind("duplicate-identical", "duplicate-identical", "ignored", SPOILED, None, lambda row, at: row, added=True, anywhere=True),
    Kind("duplicate-different", "duplicate-different", "refused", PEOPLE, "familyName", _other, added=True),
    Kind("duplicate-different", "duplicate-different", "refused", ("classes",), "title", _other, added=True),
    Kind("id-scientific", "id-scientific", "refused", ("users", "classes"), "sourcedId", cell("1.23457E+11"), added=True),
    Kind("html-in-name", None, "kept", PEOPLE, "givenName", cell("<script>alert(1)</script>{}"), anywhere=True),
    Kind("formula-in-name", "formula-content", "kept", PEOPLE, "givenName", cell("=cmd|' /C calc'!A0"), anywhere=True),
    Kind("control-character", "control-characters-dropped", "kept", PEOPLE, "givenName", cell("{}\x07"), anywhere=True),
    Kind("grade-unknown", "code-open", "kept", ("classes",), "grades", cell("Year Nine")),
    Kind("value-too-long", "value-too-long", "refused", PEOPLE, "givenName", cell("x" * 5000), anywhere=True),
    Kind("blank-around", None, "kept", PEOPLE, "familyName", cell("  {} "), anywhere=True),
)
ONCE = ("bad-byte", "id-scientific")  # more bad bytes and the file would rightly be taken for another encoding; one id, one row
FALLS = {  # table -> columns that must name a usable row of another table
    "enrollments": (("classSourcedId", "classes"), ("userSourcedId", "users")),
    "demographics": (("sourcedId", "users"),),
    "roles": (("userSourcedId", "users"),),
}


def spoil(sheets: Sequence[Sheet], form: Form, rate: float, seed: int, night: int = 1) -> tuple[tuple[Sheet, ...], Spoiled]:
    """The sheets with `rate` of the rows of each spoiled (at least one of each kind that fits, where there are rows enough)."""
    spoiled: list[Sheet] = []
    bad: list[Bad] = []
    for sheet in sheets:
        if sheet.table in SPOILED:
            sheet, found = _spoil(sheet, form, rate, Dice(seed, "dirt", night, sheet.table))
            bad += found
        spoiled.append(sheet)
    falls = _consequences(spoiled, bad)
    fallen = {(b.file, b.line) for b in falls}
    # The double of a row that falls is no double of anything that was taken: it falls too.
    told = tuple(replace(b, effect="refused") if (b.file, b.line) in fallen else b for b in bad)
    direct = {(b.file, b.line) for b in bad}
    return tuple(spoiled), Spoiled(night, told, tuple(b for b in falls if (b.file, b.line) not in direct))


def _spoil(sheet: Sheet, form: Form, rate: float, dice: Dice) -> tuple[Sheet, list[Bad]]:
    kinds = [k for k in KINDS if sheet.table in k.tables and (k.column is None or sheet.called(k.column) in sheet.columns)]
    kinds = [k for k in kinds if form.quotes != "none" or not k.quoted_only]
    kinds = [k for k in kinds if k.anywhere or not sheet.words]
    rows = list(sheet.rows)
    raw = dict(sheet.raw)
    fit = _fit(sheet, form)
    if not kinds:
        return sheet, []
    bad: list[Bad] = []
    used: set[str] = set()
    for turn, place in enumerate(dice.some(fit, min(round(len(rows) * rate), len(fit)))):
        kind = kinds[turn % len(kinds)]
        if kind.name in used and kind.name in ONCE:
            continue
        if found := _apply(kind, sheet, rows, raw, place):
            used.add(kind.name)
            bad += found
    return replace(sheet, rows=rows, raw=raw), bad


def _fit(sheet: Sheet, form: Form) -> list[int]:
    """Positions of the rows that one fault makes bad in one way."""
    key = sheet.called("sourcedId")
    at = sheet.columns.index(key) if sheet.words and key in sheet.columns else None
    count = Counter(row[at] for row in sheet.rows) if at is not None else Counter[str]()
    return [
        n
        for n, row in enumerate(sheet.rows)
        # without quotes a list makes its row too long; a second fault in it would be told as the width alone
        if (form.quotes != "none" or not any(form.delimiter in c for c in row))
        # where a record has several rows, one of them says too little
        and (at is None or count[row[at]] == 1)
    ]


def _apply(kind: Kind, sheet: Sheet, rows: list[Row], raw: dict[int, bytes], place: int) -> list[Bad]:
    """Spoil one row in place (or add one) and tell about it; nothing where the kind does not fit the row."""
    column = sheet.called(kind.column) if kind.column else None
    at = sheet.columns.index(column) if column else 0
    new = kind.spoil(rows[place], at)
    if new is None:
        return []

    def told(where: int, row: Row) -> Bad:
        return Bad(sheet.file, sheet.line(where), sheet.table, kind.name, kind.code, _key(sheet, row), column, kind.effect)

    if isinstance(new, bytes):
        raw[place] = new
        return [told(place, rows[place])]
    if not kind.added:
        rows[place] = new
        return [told(place, new)]
    rows.append(new)
    both = kind.name == "duplicate-different"  # neither of two different rows can be believed
    return [*([told(place, new)] if both else []), told(len(rows) - 1, new)]


def _key(sheet: Sheet, row: Row) -> str | None:
    """The row's key, None where the file has none or a short row lost it."""
    name = sheet.called("sourcedId")
    at = sheet.columns.index(name) if name in sheet.columns else len(row)
    return row[at] if at < len(row) else None


def _consequences(sheets: Sequence[Sheet], bad: Sequence[Bad]) -> list[Bad]:
    gone = {(b.table, b.key) for b in bad if b.effect == "refused" and b.kind != "id-scientific"}
    direct = {(b.file, b.line) for b in bad if b.effect == "refused"}
    found = []
    for sheet in sheets:
        named = [(sheet.called(c), t) for c, t in FALLS.get(sheet.table, ())]
        columns = [(sheet.columns.index(c), c, t) for c, t in named if c in sheet.columns]
        for place, row in enumerate(sheet.rows if columns else ()):
            cause = next((c for at, c, t in columns if at < len(row) and (t, row[at]) in gone), None)
            if cause and (sheet.file, sheet.line(place)) not in direct:
                line, key = sheet.line(place), _key(sheet, row)
                found.append(Bad(sheet.file, line, sheet.table, "reference-unknown", "reference-unknown", key, cause, "refused"))
    return found


def as_json(nights: Sequence[Spoiled]) -> bytes:
    """The side file: for each night its bad rows and their consequences."""
    told = {"nights": [asdict(n) for n in nights]}
    return (json.dumps(told, indent=1, ensure_ascii=False) + "\n").encode()
