"""Unquoted lists: PowerSchool writes `u1,s1,s2,student` for a teacher at two schools, and the row has a cell too many.

The surplus is put back into the list columns when exactly one placement makes every cell valid and every id known. A comma
may also have stood in plain text (`Smith, Jr`), so placements that would explain the row that way are looked for as well:
when one exists, nothing is certain and the row stays refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from homeroom.roster.catalogue import CodeList, Field, Format, Table, catalogue

MAX_SURPLUS = 24
"""Surplus cells beyond which a row is not an unquoted list but another kind of accident."""

Valid = Callable[[str], bool]
Place = Callable[[list[str]], list[str] | None]

_DATE = re.compile(
    r"\d{1,4}[-/.]?\d{1,2}[-/.]?\d{1,4}([T ][\d:.]+( ?[AaPp][Mm])?(Z|[+-]\d\d:?\d\d)?)?|\d{1,2}-[A-Za-z]{3}-\d{2,4}"
)
_PHONE = re.compile(r"[\d\s()+./-]*((x|ext)\.?\s*\d+)?", re.IGNORECASE)
_PATTERNS: Mapping[Format, re.Pattern[str]] = {
    Format.BOOLEAN: re.compile(r"true|false|yes|no|on|off|[ytnf01]", re.IGNORECASE),
    Format.INTEGER: re.compile(r"[+-]?\d+([.]0*)?"),
    Format.FLOAT: re.compile(r"[+-]?(\d+[.]?\d*|[.]\d+)([eE][+-]?\d+)?"),
    Format.YEAR: re.compile(r"\d{4}(\s*[-/]\s*(\d{2}|\d{4}))?"),
    Format.DATE: _DATE,
    Format.DATETIME: _DATE,
}
_LOOKS: Mapping[str, Valid] = {
    "email": lambda cell: "@" in cell,
    "sms": lambda cell: _PHONE.fullmatch(cell) is not None,
    "phone": lambda cell: _PHONE.fullmatch(cell) is not None,
}
"""Texts that can be told from names and ids by their look."""
_MANY = 50
_STEPS = 2_000
"""Branches that are followed for one row at most; real rows take about ten."""
_PAIR = re.compile(r"\{?[^{}:]+:[^{}]+\}?")


@dataclass(frozen=True, slots=True)
class _Column:
    """What one position of the file may hold. `valid` judges one filled cell or item, None lets everything pass.

    `absorbs`: a list that surplus cells may be put back into; `plain`: free text, where a comma may have stood.
    """

    required: bool
    valid: Valid | None
    absorbs: bool = False
    plain: bool = False

    @property
    def judges(self) -> bool:
        """Whether any cell could be wrong here."""
        return self.required or self.valid is not None


def placer(
    columns: Sequence[str | None],
    table: Table,
    version: str,
    known: Mapping[str, Collection[str]],
    max_surplus: int = MAX_SURPLUS,
    free_lists: bool = True,
) -> Place:
    """A function that mends a row with too many cells, or returns None; so it does where the row is good without blanks at its end.

    `columns`: for each position of the file the roster's column, or None where the layout does not use it. `known`: table
    -> the ids that may be referred to; for references within the table, the keys of the file itself. A list of ids whose
    table is not in `known` takes no surplus, since its ids could not be told from anything else. `free_lists`: lists of any
    text take surplus too; not so in a file that quotes some cells, since it would have quoted this one.
    """
    ids = {t: frozenset(k) for t, k in known.items()}
    held = frozenset[str]().union(*ids.values()) if ids else frozenset[str]()
    kinds = [_column(table, name, version, ids) for name in columns]
    if not free_lists:
        kinds = [replace(k, absorbs=k.absorbs and k.valid is not None) for k in kinds]
    lists = _Search(kinds, [k.absorbs for k in kinds])
    if not lists.stops:
        return lambda cells: None
    numerals = _numerals(table, columns, version)
    items = held | numerals
    rivals = _Search([_rival(k, items) for k in kinds], [k.absorbs or k.plain for k in kinds])
    plain = frozenset(i for i, k in enumerate(kinds) if k.plain)

    def place(cells: list[str]) -> list[str] | None:
        if not 0 < len(cells) - len(kinds) <= max_surplus:
            return None
        bare = [cell.strip() for cell in cells]
        if not any(bare[len(kinds) :]) and lists.placements(bare[: len(kinds)], 1):
            return None  # blanks behind a row that is good without them
        found = lists.placements(bare, 2)
        if len(found) != 1 or _explained_otherwise(rivals, plain, bare):
            return None
        return None if _repeats(bare, found[0], numerals) else _joined(cells, len(kinds), found[0])

    return place


def _explained_otherwise(rivals: _Search, plain: frozenset[int], cells: Sequence[str]) -> bool:
    """Whether a comma in plain text would explain the row as well. Many explanations are as bad as another one."""
    found = rivals.placements(cells, _MANY)
    return len(found) == _MANY or any(not plain.isdisjoint(widths) for widths in found)


def _repeats(cells: Sequence[str], widths: Mapping[int, int], numerals: Collection[str]) -> bool:
    """Whether a list would name a number twice: then one of the two may have stood in the text before it (`Homeroom,03,03`)."""
    at, before = 0, 0
    for position, width in sorted(widths.items()):
        at += position - before
        items = cells[at : at + width]
        if any(items.count(n) > 1 for n in numerals):
            return True
        at, before = at + width, position + 1
    return False


def _numerals(table: Table, columns: Sequence[str | None], version: str) -> frozenset[str]:
    """The words of digits alone in the code lists of list columns (grades): alone behind a comma they are an item, no text."""
    found: set[str] = set()
    for field in (table.field(c) for c in columns if c is not None and c in {f.name for f in table.fields}):
        codes = catalogue().code_list(field, version)
        if codes is not None and field.format.is_list:
            found.update(w for w in codes.values if w.isdigit())
    return frozenset(found)


class _Search:
    """Every way to spread a row over the columns, when some of them (`stops`) may take more than one cell."""

    def __init__(self, columns: Sequence[_Column], stretching: Sequence[bool]) -> None:
        self.columns = columns
        self.steps = 0
        self.stops = [i for i, stretches in enumerate(stretching) if stretches]
        # Up to each stop, and after the last one, all columns stand at one shift; those that judge nothing are left out.
        self.runs = [
            [(i, columns[i].required, columns[i].valid) for i in range(low + 1, high + 1) if columns[i].judges]
            for low, high in pairwise([-1, *self.stops, len(columns) - 1])
        ]

    def placements(self, cells: Sequence[str], most: int) -> list[dict[int, int]]:
        """Up to `most` placements in which every cell is valid: position -> cells taken, where more than one.

        A row that takes too long to decide has `most` of them: it is not certain.
        """
        surplus = len(cells) - len(self.columns)
        found: list[dict[int, int]] = []
        self.steps = 0
        if self._stand(len(self.stops), surplus, cells):
            self._walk(0, 0, surplus, cells, {}, found, most)
        return found if self.steps < _STEPS else [{}] * most

    def _stand(self, run: int, shift: int, cells: Sequence[str]) -> bool:
        """Whether every cell of a run may stand alone in its column, `shift` cells further right."""
        for i, required, valid in self.runs[run]:
            cell = cells[i + shift]
            if required if not cell else valid is not None and not valid(cell):
                return False
        return True

    def _walk(
        self,
        run: int,
        shift: int,
        surplus: int,
        cells: Sequence[str],
        widths: dict[int, int],
        found: list[dict[int, int]],
        most: int,
    ) -> None:
        """Go on from a run with `shift` cells placed, one cell for each column, and try every longer list on the way."""
        self.steps += 1
        for part in range(run, len(self.stops)):
            if len(found) >= most or self.steps >= _STEPS or not self._stand(part, shift, cells):
                return
            stop = self.stops[part]
            for more in range(1, self._room(stop, shift, surplus, cells) + 1):
                self._walk(part + 1, shift + more, surplus, cells, {**widths, stop: more + 1}, found, most)
        if shift == surplus and len(found) < most:
            found.append(widths)

    def _room(self, stop: int, shift: int, surplus: int, cells: Sequence[str]) -> int:
        """How many more cells the list may take. Its items are never blank, and one that does not fit ends it."""
        column, first = self.columns[stop], stop + shift
        if not cells[first]:
            return 0
        for more in range(1, surplus - shift + 1):
            cell = cells[first + more]
            if not cell or not (column.valid is None or column.valid(cell)):
                return more - 1
        return surplus - shift


def _joined(cells: Sequence[str], columns: int, widths: Mapping[int, int]) -> list[str]:
    row, at = [], 0
    for position in range(columns):
        width = widths.get(position, 1)
        row.append(cells[at] if width == 1 else ",".join(cells[at : at + width]))
        at += width
    return row


def _rival(kind: _Column, held: Collection[str]) -> _Column:
    """Plain text as a rival explanation: it holds no known id, since that would be the stray item of a list."""
    if not kind.plain:
        return kind
    valid = kind.valid
    if valid is None:
        return replace(kind, valid=lambda cell: cell not in held)
    return replace(kind, valid=lambda cell: cell not in held and valid(cell))


def _column(table: Table, name: str | None, version: str, ids: Mapping[str, frozenset[str]]) -> _Column:
    if name is None or name not in {f.name for f in table.fields}:
        return _Column(False, None, plain=True)
    field = table.field(name)
    return replace(_kind(field, version, ids), required=version in field.required or name == "sourcedId")


def _kind(field: Field, version: str, ids: Mapping[str, frozenset[str]]) -> _Column:
    """The column of a field, by its format and, for a few texts, by what they can look like."""
    form = field.format
    codes = catalogue().code_list(field, version)
    if form.is_reference:
        there = ids.get(field.ref or "")
        return _Column(False, None) if there is None else _Column(False, there.__contains__, absorbs=form.is_list)
    if codes is not None:
        return _Column(False, _worded(codes, version), absorbs=form.is_list)
    if form in (Format.LIST_TYPED_ID, Format.LIST_MAPPING):
        return _Column(False, _matching(_PAIR), absorbs=True)
    if form in _PATTERNS:
        return _Column(False, _matching(_PATTERNS[form]))
    if field.name in _LOOKS:
        return _Column(False, _LOOKS[field.name], plain=True)
    if form is Format.GUID:
        return _Column(False, None)
    return _Column(False, None, absorbs=form.is_list, plain=not form.is_list)


def _matching(pattern: re.Pattern[str]) -> Valid:
    return lambda cell: pattern.fullmatch(cell) is not None


def _worded(codes: CodeList, version: str) -> Valid:
    """A word of the list, in any case; open lists too, for here a cell must prove where it belongs."""
    words = frozenset(w.lower() for w in (*codes.values, *codes.formerly))
    extends = codes.extensible and version == "1.2"
    return lambda cell: cell.lower() in words or (extends and cell.startswith("ext:"))
