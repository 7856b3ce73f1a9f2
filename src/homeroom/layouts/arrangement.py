"""Which columns a layout's map can name: those of its file, those that `[rows]` makes, and those of joined files.

Decided from the headers alone, before any row is read, so that a layout set can be judged by it. Positions count from 0: the
file's own columns first, then the made ones, then those of each joined file in the order of the text.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from homeroom.layouts import patterns
from homeroom.layouts.finding import Also, Header, Wide
from homeroom.layouts.layout import Join, Layout
from homeroom.layouts.nearness import cleaned
from homeroom.layouts.rows import Cells, Each, Items, made
from homeroom.workbench.values import Inspected


@dataclass(frozen=True, slots=True)
class Part:
    """What one made row is taken from: `cells` are positions of its values (None: the file lacks the column), `number` its own."""

    number: int
    word: str
    cells: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Joined:
    """One file that came to be joined. `first`: position of its first column among all; `on`: (position among all, in its file).

    `order` and `reads` (name in the `when` formula, position; None: blank, since it did not come) are positions in its file.
    """

    join: Join
    inspected: Inspected
    first: int
    on: tuple[tuple[int, int], ...]
    order: tuple[int, ...]
    reads: tuple[tuple[str, int | None], ...]


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The columns that a layout's map can name, for one file.

    `words` are all of them by position; `parts` and `split` say what `each` takes apart; `lacking` are the words without which
    the rows cannot be arranged, `waiting` the names of joined files that must come and did not. `consumed` are positions that
    `each` and the joins themselves read.
    """

    inspected: Inspected
    words: tuple[str, ...]
    wide: Wide
    each: Each | None = None
    parts: tuple[Part, ...] = ()
    split: int | None = None
    joins: tuple[Joined, ...] = ()
    lacking: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    consumed: frozenset[int] = frozenset()

    @property
    def width(self) -> int:
        """How many columns the file itself has."""
        return len(self.inspected.columns)

    @property
    def made(self) -> int:
        """How many columns `each` makes; they follow the file's own."""
        return len(made(self.each)) if self.each else 0

    @property
    def files(self) -> Mapping[int, Inspected]:
        """The joined files by number."""
        return {j.inspected.file.number: j.inspected for j in self.joins}

    def joined(self, position: int) -> Joined | None:
        """The joined file that a position belongs to."""
        return next((j for j in self.joins if j.first <= position < j.first + len(j.inspected.columns)), None)


def arranged(
    layout: Layout, inspected: Inspected, others: Sequence[Inspected] = (), without: Collection[str] = ()
) -> Arrangement:
    """The columns of a file as a layout's map sees them. `others` are the files that may be joined.

    Joins named in `without` are taken for absent, as if they were optional: their file says nothing that can be relied on.
    """
    own = Header(inspected.columns, layout.also)
    if not layout.rearranged or not inspected.columns:
        return Arrangement(inspected, inspected.columns, Wide(own, {}, {}))
    each = layout.rows.each
    names = made(each) if each else ()
    words = [*inspected.columns, *names]
    at = {name: own_width for own_width, name in enumerate(names, len(inspected.columns))}
    parts, split, lacking = _taken_apart(each, own)
    consumed = {c for p in parts for c in p.cells if c is not None} | ({split} if split is not None else set())
    came: dict[str, tuple[int, Header] | None] = {}
    joins: list[Joined] = []
    waiting: list[str] = []
    for join in layout.joins:
        file = None if join.name in without else found(join, others)
        wide = Wide(own, at, came)
        came[join.name] = None
        if file is None:
            waiting += [] if join.optional or join.name in without else [join.files[0]]
            continue
        if join.optional and any(wide.find(here) is None for here, _ in join.on):
            continue
        joined, missing = _joined(join, file, len(words), wide, layout.also, itself=file is inspected)
        if joined is None:
            lacking += missing
            continue
        came[join.name] = (joined.first, Header(file.columns, layout.also))
        consumed |= {here for here, _ in joined.on}
        consumed |= {
            joined.first + p
            for p in (*(there for _, there in joined.on), *joined.order, *(p for _, p in joined.reads if p is not None))
        }
        words += [f"{join.name}.{w}" for w in file.columns]
        joins.append(joined)
    return Arrangement(
        inspected, tuple(words), Wide(own, at, came), each, parts, split, tuple(joins), tuple(lacking), tuple(waiting),
        frozenset(consumed),
    )  # fmt: skip


def found(join: Join, others: Sequence[Inspected]) -> Inspected | None:
    """The file of the delivery that a join reads: of several, the one under the first pattern. A file without any byte is none."""
    ranked = [(r, i) for i, o in enumerate(others) if o.columns and (r := patterns.rank(join.files, o.file.name)) is not None]
    return others[min(ranked)[1]] if ranked else None


def _taken_apart(each: Each | None, own: Header) -> tuple[tuple[Part, ...], int | None, list[str]]:
    """The parts of a record and the list cell, as far as the file has them; and the words that were looked for in vain."""
    if each is None:
        return (), None, []
    if isinstance(each, Items):
        position = own.position(each.column)
        return (), position, [] if position is not None else [each.column]
    if isinstance(each, Cells) and each.but:
        left = {cleaned(w) for w in each.but}
        rest = [(p, w) for p, w in enumerate(own.columns) if cleaned(w) not in left]
        return tuple(Part(n, w, (p,)) for n, (p, w) in enumerate(rest, 1)), None, [] if rest else ["of any other name"]
    if isinstance(each, Cells):
        cells = [(n, w, own.position(w)) for n, w in enumerate(each.columns, 1)]
        parts = [Part(n, w, (p,)) for n, w, p in cells if p is not None]
        return tuple(parts), None, [] if parts else [each.columns[0]]
    groups = []
    for number in each.numbers:
        found_ = tuple(_first_of([w.replace("{n}", str(number)) for w in words], own) for _, words in each.members)
        if any(p is not None for p in found_):
            groups.append(Part(number, "", found_))
    return tuple(groups), None, [] if groups else [each.members[0][1][0].replace("{n}", str(each.numbers[0]))]


def _first_of(words: Sequence[str], own: Header) -> int | None:
    return next((p for w in words if (p := own.position(w)) is not None), None)


def _joined(join: Join, file: Inspected, first: int, wide: Wide, also: Also, *, itself: bool) -> tuple[Joined | None, list[str]]:
    """The join by positions, or the words that are missing for it."""
    theirs = Header(file.columns, also)
    missing: list[str] = []

    def there(word: str) -> int:
        if (position := theirs.position(word)) is None:
            missing.append(word if itself else f"{word} (of {file.file.name})")
            return 0
        return position

    on = []
    for here, word in join.on:
        hit = wide.find(here)
        if hit is None:
            missing.append(here)
        on.append((hit[1] if hit else 0, there(word)))
    order = tuple(there(word) for word in join.order)
    reads = tuple((n, theirs.position(n) if n in join.blank else there(n)) for n in _named(join.when))
    return (None, missing) if missing else (Joined(join, file, first, tuple(on), order, reads), [])


def _named(formula: str | None) -> tuple[str, ...]:
    if formula is None:
        return ()
    from homeroom.layouts import formulas  # the SQL parser takes 0.2 s to load: only for layouts that have formulas

    return formulas.columns(formula)
